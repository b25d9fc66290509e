/* forkchatd -i. A process of its own, started by inetd(8), sshd(8) or a script, with the rights of whoever that is. It
 * is none of the daemon's: it maps no shared memory, and once the client's socket is the supervisor's, all is as if the
 * client had come by the door.
 *
 * The supervisor takes sockets of TCP alone, because of those couriers know how much was written. For a client that has
 * none (a terminal, a pipe, the Unix socket of sshd(8)) a pair of them is made, and this process carries its bytes. */
#include "join.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "arrivals.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/net.h"
#include "base/paths.h"
#include "base/port.h"
#include "base/text.h"
#include "ipc/pass.h"
#include "supervisor.h"

/* For so long the server may be starting, or busy. */
#define START_MS  2000
#define ANSWER_MS 10000
#define RETRY_MS  50

/* ---- where the server is ---- */

struct place {
    const char *directory;
    bool named; /* by the user, who then knows whose it is */
};

#define PLACES 2

/* What the configuration says, or else the usual place of this user's server, then that of root's. An ordinary user
 * need not be able to read the configuration. */
static int find_places(const struct invocation *invocation, struct place places[PLACES])
{
    static char own[200];
    bool named = !invocation->file_is_default || invocation->option_count > 0;
    places[0] = (struct place){own, named};
    places[1] = (struct place){named ? NULL : FORKCHAT_RUNDIR, false};
    paths_runtime(own, sizeof own);
    if (!named && access(invocation->file, R_OK))
        return 0;
    struct settings *settings = invocation_settings(invocation);
    if (!settings)
        return EX_CONFIG;
    snprintf(own, sizeof own, "%s", settings->runtime_directory);
    settings_free(settings);
    return 0;
}

/* Whether it is for nobody but root, this user, or who was named, to put a mailbox there. */
static bool is_safe(const struct place *place)
{
    struct stat status;
    return stat(place->directory, &status) == 0 && !(status.st_mode & (S_IWGRP | S_IWOTH)) &&
           (place->named || status.st_uid == 0 || status.st_uid == geteuid());
}

/* ---- handing over ---- */

static int await_answer(int envelope)
{
    struct pollfd ready = {.fd = envelope, .events = POLLIN};
    char what;
    if (poll(&ready, 1, ANSWER_MS) <= 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    /* A supervisor that ended with the envelope in its mailbox has not answered. */
    if (recv(envelope, &what, 1, 0) == 1)
        return what;
    errno = ECONNREFUSED;
    return -1;
}

/* Returns what was answered, or -1 and errno: ENOENT or ECONNREFUSED if nobody is there (any more). */
static int hand_over(const char *directory, int socket_of_client, const struct arrival_message *message)
{
    struct sockaddr_un address;
    const struct timeval patience = {.tv_sec = ANSWER_MS / 1000};
    int ends[2], got = -1;
    if (paths_socket(directory, PATHS_ARRIVALS, &address)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int over = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (over < 0)
        return -1;
    setsockopt(over, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(over, (const struct sockaddr *)&address, sizeof address) || port_socketpair(SOCK_SEQPACKET, ends))
        return fd_close_failed(over);
    bool sent =
        pass_send(ends[0], socket_of_client, message, sizeof *message) == 0 && pass_send(over, ends[1], "", 1) == 0;
    close(over);
    close(ends[1]);
    if (sent)
        got = await_answer(ends[0]);
    int error = errno;
    close(ends[0]);
    errno = error;
    return got;
}

/* Tries each place until one has answered; a server may be about to be executed again. */
static int find_server(const struct place places[PLACES], int socket, const struct arrival_message *message)
{
    int64_t end = clock_monotonic() + START_MS * MS;
    int error = ENOENT;
    for (;;) {
        bool likely = false;
        for (int i = 0; i < PLACES && places[i].directory; i++) {
            if (!is_safe(&places[i]))
                continue;
            int what = hand_over(places[i].directory, socket, message);
            if (what >= 0)
                return what;
            error = errno;
            likely = likely || error == ECONNREFUSED || error == ENOENT;
        }
        if (!likely || clock_monotonic() > end)
            break;
        clock_sleep(RETRY_MS);
    }
    log_error("no forkchatd answers at %s/" PATHS_ARRIVALS "%s%s: %s", places[0].directory,
              places[1].directory ? " or below " : "", places[1].directory ? places[1].directory : "", strerror(error));
    return -1;
}

/* ---- a client without a socket of TCP ---- */

/* Two ends of one connection, through the loopback. Somebody else may connect there meanwhile, and is closed. */
static int make_pair(int ends[2])
{
    struct net_address at, bound, own = {.length = sizeof own.storage}, from;
    if (net_parse("127.0.0.1:0", &at))
        return -1;
    int listener = net_listen(&at, &bound);
    if (listener < 0)
        return -1;
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (ends[0] < 0 || connect(ends[0], (const struct sockaddr *)&bound.storage, bound.length) ||
        getsockname(ends[0], (struct sockaddr *)&own.storage, &own.length))
        return fd_close_failed(listener);
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    ends[1] = -1;
    while (ends[1] < 0 && poll(&ready, 1, ANSWER_MS) == 1) {
        from.length = sizeof from.storage;
        ends[1] = port_accept(listener, (struct sockaddr *)&from.storage, &from.length);
        if (ends[1] >= 0 && (!net_same_host(&from, &own) || net_port(&from) != net_port(&own))) {
            close(ends[1]);
            ends[1] = -1;
        }
    }
    close(listener);
    return ends[1] < 0 ? -1 : 0;
}

/* One direction: what was read and not yet written. */
struct flow {
    int from, to;
    size_t at, length;
    bool ended;
    char bytes[4096]; /* what a pipe that is ready takes without blocking */
};

static void carry(struct flow *flow, bool readable, bool writable)
{
    if (flow->length == 0 && readable) {
        ssize_t got = read(flow->from, flow->bytes, sizeof flow->bytes);
        flow->at = 0;
        flow->length = got > 0 ? (size_t)got : 0;
        flow->ended = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
    } else if (flow->length > 0 && writable) {
        ssize_t put = write(flow->to, flow->bytes + flow->at, flow->length);
        if (put > 0) {
            flow->at += (size_t)put;
            flow->length -= (size_t)put;
        }
        flow->ended = put < 0 && errno != EINTR && errno != EAGAIN;
    }
}

/* Until the server has ended, or nobody reads any more what it says. */
static void relay(int server)
{
    static struct flow in, out;
    bool told = false;
    in.from = STDIN_FILENO, in.to = server;
    out.from = server, out.to = STDOUT_FILENO;
    while (!out.ended) {
        struct pollfd ready[4] = {{.fd = in.ended || in.length ? -1 : in.from, .events = POLLIN},
                                  {.fd = in.length && !in.ended ? in.to : -1, .events = POLLOUT},
                                  {.fd = out.length ? -1 : out.from, .events = POLLIN},
                                  {.fd = out.length ? out.to : -1, .events = POLLOUT}};
        if (poll(ready, 4, -1) < 0)
            continue;
        carry(&in, ready[0].revents, ready[1].revents);
        carry(&out, ready[2].revents, ready[3].revents);
        if (in.ended && !told) {
            shutdown(server, SHUT_WR);
            told = true;
        }
    }
}

/* ---- the whole ---- */

/* "203.0.113.9 51116 192.0.2.1 22": sshd(8). Believed if the supervisor trusts this user. */
static void take_host_of_ssh(struct arrival_message *message)
{
    const char *connection = getenv("SSH_CONNECTION");
    if (connection)
        snprintf(message->host, sizeof message->host, "%.*s", (int)strcspn(connection, " "), connection);
}

static bool is_tcp(int fd)
{
    struct net_address from = {.length = sizeof from.storage};
    return getpeername(fd, (struct sockaddr *)&from.storage, &from.length) == 0 &&
           (from.storage.ss_family == AF_INET || from.storage.ss_family == AF_INET6);
}

static bool is_listener(int fd)
{
    int listens = 0;
    socklen_t length = sizeof listens;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens;
}

static bool choose_door(char **words, struct arrival_message *message)
{
    const char *name = words[0] ? words[0] : door_name(DOOR_TALK);
    int door = door_by_name(name);
    if (words[0] && words[1]) {
        log_error("\"%s\" is too much: -i takes the name of one door", words[1]);
    } else if (door < 0 || door >= DOOR_KINDS) {
        log_error("no such door \"%.40s\"", name);
    } else {
        text_copy(message->door, sizeof message->door, name);
        return true;
    }
    return false;
}

static int status_of(int answer)
{
    if (answer == ARRIVAL_TAKEN)
        return EX_OK;
    if (answer == ARRIVAL_NO_DOOR)
        log_error("the server that runs has no such door");
    else if (answer >= 0)
        log_error("the server that runs does not take this socket");
    return EX_UNAVAILABLE;
}

int join_run(const struct invocation *invocation, char **words)
{
    struct place places[PLACES];
    struct arrival_message message = {""};
    int pair[2] = {-1, -1};
    if (!choose_door(words, &message))
        return EX_USAGE;
    if (is_listener(STDIN_FILENO)) {
        log_error("standard input is a socket that listens: inetd must accept for -i (nowait; systemd: Accept=yes)");
        return EX_USAGE;
    }
    int status = find_places(invocation, places);
    if (status)
        return status;
    if (is_tcp(STDIN_FILENO))
        return status_of(find_server(places, STDIN_FILENO, &message));
    signal(SIGPIPE, SIG_IGN);
    take_host_of_ssh(&message);
    if (make_pair(pair)) {
        log_error("cannot connect to this process itself: %s", strerror(errno));
        return EX_OSERR;
    }
    status = status_of(find_server(places, pair[0], &message));
    close(pair[0]);
    if (!status)
        relay(pair[1]);
    return status;
}
