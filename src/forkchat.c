/* forkchat(1), the terminal client. */
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "client/client.h"

int main(int argc, char **argv)
{
    fd_open_standard();
    port_title_init(argc, argv);
    log_open("forkchat");
    return client_main(argc, argv);
}
