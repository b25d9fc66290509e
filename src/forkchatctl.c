/* forkchatctl(8), the remote control of forkchatd. */
#include "base/fd.h"
#include "client/ctl.h"

int main(int argc, char **argv)
{
    fd_open_standard();
    return ctl_main(argc, argv);
}
