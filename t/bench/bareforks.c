/* The least a server can do that gives every client a process of its own, as a limit for `make bench`: it accepts and
 * forks; the child writes one line, and waits until its client has gone. Ends by SIGTERM or SIGINT, with its
 * children. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/net.h"
#include "base/port.h"

static void serve(int fd)
{
    static const char line[] = "ready\n";
    char input[512];
    port_die_with_parent(SIGKILL);
    if (send(fd, line, sizeof line - 1, MSG_NOSIGNAL) < 0)
        _exit(EX_IOERR);
    while (recv(fd, input, sizeof input, 0) > 0)
        ;
    _exit(0);
}

int main(int argc, char **argv)
{
    struct net_address address, bound;
    char text[NET_TEXT_SIZE];
    log_open("bareforks");
    port_die_with_parent(SIGTERM);
    const char *why = argc > 2 ? "too many arguments" : net_parse(argc > 1 ? argv[1] : "127.0.0.1:0", &address);
    if (why)
        fatal(EX_USAGE, "%s\nusage: bareforks [ADDRESS:PORT]", why);
    int listener = net_listen(&address, &bound);
    if (listener < 0)
        fatal(EX_OSERR, "cannot listen: %s", strerror(errno));
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT}, NULL);
    net_format(&bound, text);
    printf("listening forks %s\nready\n", text);
    fflush(stdout);
    struct pollfd news = {.fd = listener, .events = POLLIN};
    while (poll(&news, 1, -1) >= 0 || errno == EINTR) {
        int fd = port_accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        pid_t pid = fork();
        if (pid == 0)
            serve(fd);
        if (pid < 0)
            log_error("no process: %s", strerror(errno));
        close(fd);
    }
    fatal(EX_OSERR, "cannot wait: %s", strerror(errno));
}
