/* Words for the service manager. Run by the supervisor; no shared memory.
 *
 * The socket is opened for each message and closed again: no child may have any for datagrams (inherited.c). */
#include "notify.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/port.h"
#include "ipc/pass.h"

#define TEXT_SIZE 1000
#define WAIT_MS   5000

static struct sockaddr_un manager;
static socklen_t manager_length; /* 0: there is none */
static int64_t watchdog;

static void find_watchdog(void)
{
    const char *interval = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t wanted = getpid();
    watchdog = 0;
    if (!interval || (pid && (!parse_number(pid, 1, INT64_MAX, &wanted) || wanted != getpid())))
        return;
    if (parse_number(interval, 1, INT64_MAX / 1000, &watchdog))
        watchdog *= 1000;
}

void notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path ? strlen(path) : 0;
    manager_length = 0;
    if (length == 0)
        return;
    if ((*path != '/' && *path != '@') || length < 2 || length >= sizeof manager.sun_path) {
        log_warning("NOTIFY_SOCKET: %s is the address of no socket: the service manager is told nothing", path);
        return;
    }
    memset(&manager, 0, sizeof manager);
    manager.sun_family = AF_UNIX;
    memcpy(manager.sun_path, path, length);
    if (*path == '@')
        manager.sun_path[0] = '\0'; /* a name of its own kind, which ends where the address does: unix(7) */
    manager_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    find_watchdog();
}

bool notify_is_open(void)
{
    return manager_length > 0;
}

int64_t notify_watchdog(void)
{
    return notify_is_open() ? watchdog : 0;
}

static void tell_failure(void)
{
    static bool told;
    if (!told)
        log_warning("cannot tell the service manager: %s", strerror(errno));
    told = true;
}

/* With a descriptor, or -1. */
static void send_text(const char *text, int fd)
{
    const struct timeval patience = {.tv_sec = 1};
    int to = notify_is_open() ? socket(AF_UNIX, SOCK_DGRAM, 0) : -1;
    if (!notify_is_open())
        return;
    if (to < 0) {
        tell_failure();
        return;
    }
    fd_set_cloexec(to);
    setsockopt(to, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    size_t length = strlen(text);
    int failed = connect(to, (const struct sockaddr *)&manager, manager_length);
    if (!failed && fd >= 0)
        failed = pass_send(to, fd, text, length);
    else if (!failed)
        failed = send(to, text, length, MSG_NOSIGNAL) < 0;
    if (failed)
        tell_failure();
    close(to);
}

void notify_say(const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    send_text(text, -1);
}

/* Not to be given up by itself when its other end is closed (FDPOLL=0): whether it is of use is for the next supervisor
 * to tell. */
void notify_store(const char *name, int fd)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof text, "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
    send_text(text, fd);
}

void notify_forget(const char *name)
{
    notify_say("FDSTOREREMOVE=1\nFDNAME=%s", name);
}

/* The manager closes the descriptor that comes with these words once it is there. */
void notify_wait(void)
{
    int ends[2];
    if (!notify_is_open() || port_pipe(ends))
        return;
    send_text("BARRIER=1", ends[1]);
    close(ends[1]);
    struct pollfd end = {.fd = ends[0]};
    int64_t deadline = clock_monotonic() + WAIT_MS * MS;
    while (poll(&end, 1, (int)((deadline - clock_monotonic()) / MS)) < 0 && errno == EINTR &&
           clock_monotonic() < deadline)
        ;
    close(ends[0]);
}
