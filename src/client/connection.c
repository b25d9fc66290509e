/* The connection. A dialler process (forked for each attempt) resolves the name, connects and passes the
 * socket back through a Unix socket, so that neither a slow name server nor a silent host freezes what the
 * user types. The socket is non-blocking; what it does not take waits in `out`. */
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/net.h"
#include "base/port.h"

#define DIAL_MILLISECONDS 10000
#define OUT_LIMIT         (8u << 20)

int connection_init(struct connection *connection)
{
    *connection = (struct connection){.fd = -1};
    return lines_init(&connection->in, CONNECTION_LINE_LIMIT);
}

/* In the dialler: passes the socket, or the reason why there is none. */
static void pass(int to, int fd, const char *why)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    char text[160];
    snprintf(text, sizeof text, "%s", fd < 0 ? why : "ok");
    struct iovec bytes = {.iov_base = text, .iov_len = strlen(text)};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    while (sendmsg(to, &message, 0) < 0 && errno == EINTR)
        ;
}

_Noreturn static void dial(int to, const char *host, const char *port)
{
    static const int defaults[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP, SIGQUIT, SIGSEGV, SIGBUS};
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        signal(defaults[i], SIG_DFL);
    port_die_with_parent(SIGTERM);
    port_title_set("forkchat: connecting to %s port %s", host, port);
    const char *why = "";
    int fd = net_connect(host, port, DIAL_MILLISECONDS, &why);
    pass(to, fd, why);
    _exit(0);
}

static void fail(struct connection *connection, const char *why)
{
    snprintf(connection->why, sizeof connection->why, "%s", why);
    connection_close(connection);
}

void connection_dial(struct connection *connection, const char *host, const char *port)
{
    int ends[2];
    connection_close(connection);
    connection->state = CONNECTION_DIALLING;
    if (port_socketpair(SOCK_STREAM, ends)) {
        connection->why[0] = '\0'; /* told by connection_work */
        connection->fd = -1;
        return;
    }
    connection->dialler = fork();
    if (connection->dialler == 0) {
        close(ends[0]);
        dial(ends[1], host, port);
    }
    close(ends[1]);
    connection->fd = ends[0];
}

void connection_adopt(struct connection *connection, int fd)
{
    connection->fd = fd;
    connection->state = CONNECTION_OPEN;
    connection->half_closed = false;
    connection->written = 0;
    connection->heard = clock_monotonic();
    fd_set_nonblocking(fd);
    fd_set_cloexec(fd);
    port_keepalive(fd, 60, 20, 3);
}

short connection_wants(const struct connection *connection)
{
    if (connection->state == CONNECTION_NONE)
        return 0;
    if (connection->state == CONNECTION_OPEN && connection->out_length > 0)
        return POLLIN | POLLOUT;
    return POLLIN;
}

static enum connection_event take_dialled(struct connection *connection)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    char text[160] = "";
    struct iovec bytes = {.iov_base = text, .iov_len = sizeof text - 1};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    ssize_t got = connection->fd < 0 ? -1 : recvmsg(connection->fd, &message, 0);
    if (got < 0 && errno == EINTR)
        return CONNECTION_NOTHING;
    struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        int fd;
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
        connection_close(connection);
        connection_adopt(connection, fd);
        return CONNECTION_MADE;
    }
    text[got > 0 ? got : 0] = '\0';
    fail(connection, got > 0 ? text : "the attempt ended without a word");
    return CONNECTION_FAILED;
}

/* Returns false if the connection is broken. */
static bool flush(struct connection *connection)
{
    size_t at = 0;
    while (at < connection->out_length) {
        ssize_t wrote = write(connection->fd, connection->out + at, connection->out_length - at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (wrote < 0) {
            snprintf(connection->why, sizeof connection->why, "%s", strerror(errno));
            connection->out_length = 0;
            return false;
        }
        at += (size_t)wrote;
        connection->written += (uint64_t)wrote;
    }
    if (at > 0) {
        memmove(connection->out, connection->out + at, connection->out_length - at);
        connection->out_length -= at;
    }
    if (connection->half_closed && connection->out_length == 0)
        shutdown(connection->fd, SHUT_WR);
    return true;
}

/* Hands on the lines of one read. The taker may close the connection: then the rest is dropped. */
static void deliver(struct connection *connection, const char *bytes, size_t length, connection_line *take,
                    void *context)
{
    char *line;
    size_t line_length;
    enum lines_result result;
    while (connection->state == CONNECTION_OPEN &&
           (result = lines_take(&connection->in, &bytes, &length, &line, &line_length)) != LINES_NONE) {
        if (result == LINES_LINE)
            take(context, line, line_length);
        else
            take(context, NULL, 0);
    }
}

static enum connection_event receive(struct connection *connection, bool broken, connection_line *take, void *context)
{
    char bytes[16384], *line;
    size_t length;
    ssize_t got = read(connection->fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return CONNECTION_NOTHING;
    if (got > 0) {
        connection->heard = clock_monotonic();
        deliver(connection, bytes, (size_t)got, take, context);
        return CONNECTION_NOTHING;
    }
    if (got < 0)
        snprintf(connection->why, sizeof connection->why, "%s", strerror(errno));
    else if (!broken)
        snprintf(connection->why, sizeof connection->why, "the other side closed the connection");
    enum lines_result result = lines_finish(&connection->in, &line, &length);
    if (result == LINES_LINE)
        take(context, line, length);
    else if (result == LINES_LONG)
        take(context, NULL, 0);
    return CONNECTION_LOST;
}

enum connection_event connection_work(struct connection *connection, short ready, connection_line *take, void *context)
{
    if (connection->state == CONNECTION_DIALLING)
        return connection->fd < 0 || ready ? take_dialled(connection) : CONNECTION_NOTHING;
    if (connection->state != CONNECTION_OPEN)
        return CONNECTION_NOTHING;
    enum connection_event event = CONNECTION_NOTHING;
    bool broken = connection->abandoned || !flush(connection);
    /* Even when writing failed: what the other side said last may tell why. */
    if (!connection->abandoned && (broken || (ready & (POLLIN | POLLHUP | POLLERR | POLLNVAL))))
        event = receive(connection, broken, take, context);
    if (broken || event == CONNECTION_LOST) {
        connection_close(connection);
        return CONNECTION_LOST;
    }
    return event;
}

void connection_send(struct connection *connection, const void *bytes, size_t length)
{
    if (connection->state != CONNECTION_OPEN || connection->half_closed)
        return;
    size_t need = connection->out_length + length;
    if (need > connection->out_size) {
        size_t size = need < 4096 ? 4096 : need * 2;
        char *more = need > OUT_LIMIT ? NULL : realloc(connection->out, size);
        if (!more) {
            connection_abandon(connection, "it takes nothing more");
            return;
        }
        connection->out = more;
        connection->out_size = size;
    }
    memcpy(connection->out + connection->out_length, bytes, length);
    connection->out_length = need;
}

size_t connection_waiting(const struct connection *connection)
{
    return connection->out_length;
}

void connection_finish(struct connection *connection)
{
    if (connection->state != CONNECTION_OPEN)
        return;
    connection->half_closed = true;
    flush(connection);
}

void connection_abandon(struct connection *connection, const char *why)
{
    if (connection->state != CONNECTION_OPEN || connection->abandoned)
        return;
    snprintf(connection->why, sizeof connection->why, "%s", why);
    connection->abandoned = true;
    shutdown(connection->fd, SHUT_RDWR); /* wakes poll(2) */
}

void connection_close(struct connection *connection)
{
    if (connection->fd >= 0)
        close(connection->fd);
    if (connection->dialler > 0) {
        kill(connection->dialler, SIGTERM);
        while (waitpid(connection->dialler, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    connection->dialler = 0;
    connection->fd = -1;
    connection->state = CONNECTION_NONE;
    connection->out_length = 0;
    connection->half_closed = connection->abandoned = false;
    char *line;
    size_t length;
    lines_finish(&connection->in, &line, &length); /* half a line is no line of the next connection */
}
