/* forkchatctl(8), the remote control of forkchatd. */
#include "client/ctl.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv);
}
