/* Clients that are not in yet. Run by workers; writes no shared memory but the question whether one behind a proxy may
 * come in (world/origins.h): whoever only fetches the page costs the world nothing.
 *
 * The socket is this process's alone here. Once the client is in, only a courier writes to it. */
#include "worker_arrive.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"
#include "transport/webirc.h"
#include "world/origins.h"

/* For all that comes before the client is in, and for what it is sent. */
#define ARRIVE_MS 10000
#define SEND_MS   30000
/* How long one that was answered may take to see the end. */
#define LINGER_MS 2000

/* Waits until the socket is ready, no signal blocked. False if the time is up. */
static bool wait_ready(int socket, short events, int64_t deadline)
{
    sigset_t none;
    sigemptyset(&none);
    for (int64_t left; (left = deadline - clock_monotonic()) > 0;) {
        struct pollfd ready = {.fd = socket, .events = events};
        struct timespec most = {.tv_sec = (time_t)(left / SECOND), .tv_nsec = (long)(left % SECOND)};
        int result = port_ppoll(&ready, 1, &most, &none);
        if (result > 0)
            return true;
        if (result < 0 && errno != EINTR)
            return false;
    }
    return false;
}

static bool is_only_full(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS || errno == ENOMEM;
}

static bool send_bytes(int socket, const char *bytes, size_t length, int64_t deadline)
{
    while (length > 0) {
        struct iovec piece = {.iov_base = (char *)bytes, .iov_len = length};
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
        ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (!is_only_full() || !wait_ready(socket, POLLOUT, deadline)) {
            return false;
        }
    }
    return true;
}

static bool send_said(int socket, struct newcomer *newcomer)
{
    int64_t deadline = clock_monotonic() + SEND_MS * MS;
    bool sent = send_bytes(socket, newcomer->said.start, newcomer->said.length, deadline) &&
                send_bytes(socket, newcomer->body, newcomer->body_length, deadline);
    text_init(&newcomer->said, newcomer->said_bytes, sizeof newcomer->said_bytes);
    return sent;
}

/* Because of a socket closed with bytes unread the kernel throws away what was said. */
static void linger(int socket)
{
    char bytes[1024];
    int64_t deadline = clock_monotonic() + LINGER_MS * MS;
    shutdown(socket, SHUT_WR);
    while (wait_ready(socket, POLLIN, deadline)) {
        ssize_t got = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && !is_only_full()))
            return;
    }
}

/* ---- stage by stage ---- */

/* What a client must do to come in, one after the other. */
enum stage { STAGE_PROXY, STAGE_WEBIRC, STAGE_TRANSPORT, STAGES };

static bool has_stage(const struct door *door, const struct newcomer *newcomer, enum stage stage)
{
    unsigned char host[16];
    if (stage == STAGE_PROXY)
        return newcomer->proxies != NULL;
    if (stage == STAGE_TRANSPORT)
        return door->transport->arrive != NULL;
    net_host_bytes(&newcomer->address, host);
    return !door->transport->arrive && door->dialect->speech.dialect == DIALECT_IRC &&
           webirc_is_gateway(newcomer->settings, host);
}

/* The first bytes of what comes from a proxy. At the web door the header may be missing, because a proxy that speaks
 * HTTP says the same in a field; at others it must not. */
static enum newcomer_result take_proxy(const struct transport *transport, struct newcomer *newcomer, const char **bytes,
                                       size_t *length)
{
    switch (proxy_take(&newcomer->proxy, bytes, length, &newcomer->address)) {
    case PROXY_MORE:
        return NEWCOMER_WAITS;
    case PROXY_ADDRESS:
    case PROXY_NONE:
        return NEWCOMER_IN;
    case PROXY_ABSENT:
        if (!transport->arrive)
            break;
        *bytes -= newcomer->proxy.length; /* all of it is in the input yet */
        *length += newcomer->proxy.length;
        return NEWCOMER_IN;
    case PROXY_WRONG:
        break;
    }
    log_info("a proxy did not say whose client it brings: closed");
    return NEWCOMER_OVER;
}

static enum newcomer_result take_stage(const struct door *door, struct newcomer *newcomer, enum stage stage,
                                       const char **bytes, size_t *length)
{
    if (stage == STAGE_PROXY)
        return take_proxy(door->transport, newcomer, bytes, length);
    if (stage == STAGE_WEBIRC)
        return webirc_arrive(newcomer, bytes, length);
    return door->transport->arrive(newcomer, bytes, length);
}

/* What has come; moves on to what is left of it. */
static enum newcomer_result take_input(const struct door *door, struct newcomer *newcomer, enum stage *stage,
                                       struct worker_input *input)
{
    const char *bytes = input->bytes + input->start;
    enum newcomer_result result = NEWCOMER_IN;
    for (; result == NEWCOMER_IN && *stage < STAGES; *stage += result == NEWCOMER_IN)
        if (has_stage(door, newcomer, *stage))
            result = take_stage(door, newcomer, *stage, &bytes, &input->length);
    input->start = (size_t)(bytes - input->bytes);
    return result;
}

/* The time is up. A gateway that says nothing may speak for itself. */
static enum newcomer_result be_late(const struct door *door, struct newcomer *newcomer, enum stage stage)
{
    if (stage == STAGE_WEBIRC)
        return NEWCOMER_IN;
    if (stage == STAGE_TRANSPORT)
        door->transport->arrive_late(newcomer);
    return NEWCOMER_OVER;
}

/* Until all stages are passed. What has come stays in the input, of which no stage takes so much that there were no
 * room for more. */
static enum newcomer_result pass_stages(int socket, const struct door *door, struct newcomer *newcomer,
                                        struct worker_input *input)
{
    int64_t deadline = clock_monotonic() + ARRIVE_MS * MS;
    enum stage stage = STAGE_PROXY;
    enum newcomer_result result = take_input(door, newcomer, &stage, input);
    while (result == NEWCOMER_WAITS) {
        size_t end = input->start + input->length;
        if (!wait_ready(socket, POLLIN, deadline))
            return be_late(door, newcomer, stage);
        ssize_t got = recv(socket, input->bytes + end, sizeof input->bytes - end, MSG_DONTWAIT);
        if (got < 0 && is_only_full())
            continue;
        if (got <= 0)
            return NEWCOMER_OVER;
        input->length += (size_t)got;
        result = take_input(door, newcomer, &stage, input);
    }
    return result;
}

/* ---- whether it may come in from there ---- */

#define ANSWER_MS 10000
#define REPEAT_MS 1000 /* a supervisor that died had the question, perhaps */
#define MOST_MS   20

/* Asks the supervisor, which counts clients by their address. False if not, and the client is to be told `why`. */
static bool is_admitted(const struct child_start *start, const struct net_address *address, char why[ORIGIN_WHY_SIZE])
{
    unsigned char host[16];
    bool granted = false;
    int64_t pause = 1, waited = 0, asked = -REPEAT_MS;
    net_host_bytes(address, host);
    for (; waited < ANSWER_MS; waited += pause) {
        if (waited - asked >= REPEAT_MS) {
            origin_ask(start->world, start->slot, host);
            ssize_t written = write(start->supervisor, "", 1);
            (void)written; /* a full pipe wakes it as well */
            asked = waited;
        }
        clock_sleep(pause);
        pause = pause * 2 < MOST_MS ? pause * 2 : MOST_MS;
        if (origin_answered(start->world, start->slot, &granted, why))
            return granted;
    }
    text_copy(why, ORIGIN_WHY_SIZE, "the server is busy: try again later");
    return false;
}

static enum newcomer_result admit(const struct child_start *start, const struct door *door, struct newcomer *newcomer)
{
    char why[ORIGIN_WHY_SIZE];
    if (is_admitted(start, &newcomer->address, why))
        return NEWCOMER_IN;
    text_init(&newcomer->said, newcomer->said_bytes, sizeof newcomer->said_bytes);
    door_refuse(door, &newcomer->said, why);
    return NEWCOMER_OVER;
}

enum newcomer_result worker_arrive(const struct child_start *start, const struct door *door, struct newcomer *newcomer,
                                   struct worker_input *input)
{
    enum newcomer_result result = pass_stages(start->socket, door, newcomer, input);
    if (result == NEWCOMER_IN && start->for_others)
        result = admit(start, door, newcomer);
    if (!send_said(start->socket, newcomer))
        return NEWCOMER_OVER;
    if (result == NEWCOMER_OVER)
        linger(start->socket);
    return result;
}
