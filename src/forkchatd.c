/* forkchatd(8). */
#include "base/fd.h"
#include "process/daemon.h"

int main(int argc, char **argv)
{
    fd_open_standard();
    return daemon_run(argc, argv);
}
