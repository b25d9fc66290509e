/* forkchat-lan(1): main(), nothing else. */
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "lan/options.h"
#include "lan/loop.h"

int main(int argc, char **argv)
{
    struct options options;
    fd_open_standard();
    port_title_init(argc, argv);
    port_harden();
    log_open("forkchat-lan");
    options_read(argc, argv, &options);
    int status = loop_run(&options);
    options_free(&options);
    return status;
}
