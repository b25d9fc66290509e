/* Accepting: the checks of each connection, and a process for each that passes. Run by the supervisor; writes
 * counters only. */
#include "supervisor_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admission.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "conf/capacity.h"
#include "service/service.h"
#include "transport/door.h"
#include "transport/proxy.h"
#include "transport/webirc.h"
#include "world/counters.h"
#include "world/origins.h"

/* Connections taken from one door before the others are looked at again. */
#define ACCEPT_BURST 64

/* Refusals told in the log in one second. */
#define REFUSALS_TOLD 20

static void refuse(int socket, enum door_kind door, const char *why)
{
    char line[600];
    struct text text;
    text_init(&text, line, sizeof line);
    const struct service *service = service_of(door);
    const struct door way = door_of(door);
    if (service)
        service->refuse(&text, why);
    else
        door_refuse(&way, &text, why);
    /* Best effort: the client may have gone already. */
    if (send(socket, line, text.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return;
    shutdown(socket, SHUT_WR);
}

/* How many clients there may be: as many as was said, as there is room for in the tables, and as the couriers can hold
 * sockets of. */
static uint32_t client_limit(const struct supervisor *supervisor)
{
    static int64_t descriptors;
    if (descriptors == 0)
        descriptors = fd_limit_hard();
    uint32_t slots = supervisor->children.count[CHILD_WORKER];
    int64_t sockets = capacity_of_descriptors(descriptors, supervisor->inherited.couriers);
    int64_t most = supervisor->settings->max_clients;
    if (most > sockets)
        most = sockets;
    if (most > (int64_t)slots)
        most = slots;
    return (uint32_t)most;
}

static void keep_reserve(struct supervisor *supervisor)
{
    supervisor->reserve = dup(supervisor->inherited.calls[0]);
    if (supervisor->reserve >= 0)
        fd_set_cloexec(supervisor->reserve);
}

void supervisor_prepare_accepting(struct supervisor *supervisor)
{
    keep_reserve(supervisor);
}

/* In words that the newcomer is told. */
static const char *why_penalised(int64_t seconds)
{
    static char why[100];
    snprintf(why, sizeof why, "there was trouble with clients from your address: try again in %lld s",
             (long long)seconds);
    return why;
}

/* NULL if there may be a connection from there, of a client or of another, or why not, which is counted. How many there
 * may be at a time is said of clients. */
static const char *check_origin(const struct supervisor *supervisor, const struct net_address *from, bool client)
{
    const struct world *world = &supervisor->world;
    const char *banned = ban_file_reason(&supervisor->bans, from);
    unsigned char host[16];
    int64_t seconds;
    if (banned) {
        static char why[BAN_REASON_SIZE + 20];
        count_add(world, COUNT_REFUSED_BANNED);
        snprintf(why, sizeof why, "you are banned: %s", banned);
        return why;
    }
    net_host_bytes(from, host);
    enum admission admission = admission_check(supervisor->settings, world, host, clock_monotonic(), &seconds);
    if (!client && (admission == ADMISSION_ADDRESS || admission == ADMISSION_NETWORK))
        return NULL;
    switch (admission) {
    case ADMISSION_PENALTY:
        count_add(world, COUNT_REFUSED_PENALTY);
        return why_penalised(seconds);
    case ADMISSION_RATE:
        count_add(world, COUNT_REFUSED_RATE);
        return "you connect too often: wait a little, then try again";
    case ADMISSION_ADDRESS:
        count_add(world, COUNT_REFUSED_ADDRESS);
        return "too many connections from your address: close one first";
    case ADMISSION_NETWORK:
        count_add(world, COUNT_REFUSED_NETWORK);
        return "too many connections from your network: try again later";
    case ADMISSION_GRANTED:
        break;
    }
    return NULL;
}

/* NULL if there is room for one more client, or why not, which is counted. */
static const char *check_room(const struct supervisor *supervisor)
{
    if (supervisor->leaving_to_another) {
        count_add(&supervisor->world, COUNT_REFUSED_BUSY);
        return "a new version of the server waits until all have left: try again later";
    }
    if (supervisor->children.present[CHILD_WORKER] < client_limit(supervisor))
        return NULL;
    count_add(&supervisor->world, COUNT_REFUSED_FULL);
    return "the server is full: try again later";
}

/* The same, and whether it may come in from there. */
static const char *check_admission(const struct supervisor *supervisor, const struct net_address *from)
{
    const char *why = ban_file_reason(&supervisor->bans, from) ? NULL : check_room(supervisor);
    return why ? why : check_origin(supervisor, from, true);
}

static void pause_accepting(struct supervisor *supervisor, const char *what)
{
    static int64_t told;
    int64_t now = clock_monotonic();
    supervisor->paused_until = now + PAUSE_NS;
    if (now - told > 5000 * MS) {
        told = now;
        log_warning("%s: %s: newcomers must wait", what, strerror(errno));
    }
}

static bool is_paused(const struct supervisor *supervisor)
{
    return clock_monotonic() < supervisor->paused_until;
}

static void tell_busy(struct supervisor *supervisor, int socket, enum door_kind door)
{
    count_add(&supervisor->world, COUNT_REFUSED_BUSY);
    refuse(socket, door, "the server is busy: try again later");
}

/* The system has refused a process. Clients that wait behind this one are told the same without asking again. */
static void refuse_for_now(struct supervisor *supervisor, int socket, enum door_kind door)
{
    if (!is_paused(supervisor))
        pause_accepting(supervisor, "fork");
    tell_busy(supervisor, socket, door);
}

/* A connection that is no client's, however many clients there are. */
static void start_control(struct supervisor *supervisor, enum door_kind service, int socket)
{
    struct child *child =
        children_find_free(&supervisor->children, service == SERVICE_CONTROL ? CHILD_CONTROL : CHILD_METRICS);
    if (!child) {
        refuse(socket, service, "too many control connections: try again later");
        return;
    }
    if (is_paused(supervisor) ||
        supervisor_fork(supervisor, child, (struct child_start){.socket = socket, .door = service}))
        refuse_for_now(supervisor, socket, service);
}

/* In the log: a flood of connections must not flood the disk as well. */
static void tell_refusal(const struct net_address *from, const char *why)
{
    static int64_t second;
    static unsigned told, untold;
    char address[NET_TEXT_SIZE];
    int64_t now = clock_monotonic() / (1000 * MS);
    if (now != second) {
        if (untold)
            log_info("%u more clients refused", untold);
        told = untold = 0;
        second = now;
    }
    if (++told > REFUSALS_TOLD) {
        untold++;
        return;
    }
    net_format(from, address);
    log_info("client refused \"%s\": %s", address, why);
}

/* A slot in which nobody lives, or NULL. */
static struct child *find_slot(struct supervisor *supervisor)
{
    struct child *child;
    do
        child = children_find_free(&supervisor->children, CHILD_WORKER);
    while (child && supervisor_adopt_child(supervisor, child));
    return child;
}

void supervisor_admit(struct supervisor *supervisor)
{
    struct world *world = &supervisor->world;
    unsigned char host[16];
    for (uint32_t i = 0; i < supervisor->children.count[CHILD_WORKER]; i++) {
        /* One that counts already has come from where it came. */
        if (!child_is_present(children_at(&supervisor->children, CHILD_WORKER, i)) || admission_counts(i) ||
            !origin_asked(world, i, host))
            continue;
        struct net_address from = proxy_address(host, 0);
        const char *why = check_origin(supervisor, &from, true);
        if (why)
            tell_refusal(&from, why);
        else
            admission_add(supervisor->settings, i, host);
        origin_answer(world, i, why);
    }
}

/* Whether who comes from there speaks for others, so that nothing is decided before it has said for whom. */
static bool speaks_for_others(const struct supervisor *supervisor, const struct setting_ranges *proxies,
                              const struct net_address *from, struct child_start *start)
{
    unsigned char host[16];
    net_host_bytes(from, host);
    start->proxies = proxies && settings_hold(proxies, host) ? proxies : NULL;
    start->for_others =
        start->proxies || (door_transport(start->door) != TRANSPORT_WEBSOCKET &&
                           door_dialect(start->door) == DIALECT_IRC && webirc_is_gateway(supervisor->settings, host));
    return start->for_others;
}

/* `proxies` may tell whose client they bring; NULL: there are none. */
static void welcome(struct supervisor *supervisor, int socket, enum door_kind door,
                    const struct setting_ranges *proxies, const struct net_address *from)
{
    struct child_start start = {.socket = socket, .door = door, .address = *from};
    bool later = speaks_for_others(supervisor, proxies, from, &start);
    const char *why = later ? check_room(supervisor) : check_admission(supervisor, from);
    if (why) {
        tell_refusal(from, why);
        refuse(socket, door, why);
        return;
    }
    struct child *child = is_paused(supervisor) ? NULL : find_slot(supervisor);
    if (child)
        origin_clear(&supervisor->world, child->slot);
    if (!child || supervisor_fork(supervisor, child, start)) {
        refuse_for_now(supervisor, socket, door);
        return;
    }
    unsigned char host[16];
    net_host_bytes(from, host);
    if (!later)
        admission_add(supervisor->settings, child->slot, host);
}

/* There is no descriptor left for a newcomer. One is kept for this: to tell who waits. False if nobody does, or it
 * does not help. */
static bool refuse_with_reserve(struct supervisor *supervisor, int listener, enum door_kind door)
{
    if (supervisor->reserve < 0)
        return false;
    close(supervisor->reserve);
    int socket = port_accept(listener, NULL, NULL);
    if (socket >= 0) {
        tell_busy(supervisor, socket, door);
        close(socket);
    }
    keep_reserve(supervisor);
    return socket >= 0;
}

/* After an accept that gave no socket. False if that was about one peer alone, which is gone: accept(2). */
static bool is_short(struct supervisor *supervisor, int listener, enum door_kind door)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return true;
    if (errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS)
        return false;
    int why = errno;
    for (int i = 0; i < ACCEPT_BURST && refuse_with_reserve(supervisor, listener, door); i++)
        ;
    errno = why;
    pause_accepting(supervisor, "accept");
    return true;
}

/* A question for numbers is no client and takes no client's place, but comes from an address like any. */
static void show_numbers(struct supervisor *supervisor, int socket, const struct net_address *from)
{
    const char *why = check_origin(supervisor, from, false);
    if (!why) {
        start_control(supervisor, SERVICE_METRICS, socket);
        return;
    }
    tell_refusal(from, why);
    refuse(socket, SERVICE_METRICS, why);
}

void supervisor_accept_operators(struct supervisor *supervisor)
{
    for (int i = 0; i < ACCEPT_BURST; i++) {
        int socket = control_listener_accept(&supervisor->control);
        if (socket >= 0) {
            start_control(supervisor, SERVICE_CONTROL, socket);
            close(socket);
        } else if (is_short(supervisor, supervisor->control.fd, SERVICE_CONTROL)) {
            return;
        }
    }
}

void supervisor_accept_arrivals(struct supervisor *supervisor)
{
    gid_t trusted = supervisor->control.has_group ? supervisor->control.gid : (gid_t)-1;
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct arrival arrival;
        if (arrivals_take(&supervisor->arrivals, trusted, &arrival)) {
            welcome(supervisor, arrival.socket, arrival.door, NULL, &arrival.from);
            arrivals_end(&arrival);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
    }
}

void supervisor_accept_from(struct supervisor *supervisor, const struct listener *listener)
{
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct net_address from = {.length = sizeof from.storage};
        int socket = port_accept(listener->fd, (struct sockaddr *)&from.storage, &from.length);
        if (socket >= 0) {
            if (listener->wanted.door == SERVICE_METRICS)
                show_numbers(supervisor, socket, &from);
            else
                welcome(supervisor, socket, listener->wanted.door, &listener->wanted.proxies, &from);
            close(socket);
            if (supervisor->reserve < 0)
                keep_reserve(supervisor);
            continue;
        }
        if (is_short(supervisor, listener->fd, listener->wanted.door))
            return;
    }
}
