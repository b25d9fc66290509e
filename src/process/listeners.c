/* Listening sockets. Held by the supervisor alone, and perhaps by the service manager; its children close them. */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"

#define RETRY_MS   20
#define INTERFACES 16
/* A wait for longer than this is logged. */
#define TOLD_MS 1000

static bool is_same(const struct setting_listen *a, const struct setting_listen *b)
{
    return a->door == b->door && a->only_ipv6 == b->only_ipv6 && a->address.length == b->address.length &&
           memcmp(&a->address.storage, &b->address.storage, a->address.length) == 0;
}

static struct listener *find(struct listeners *listeners, const struct setting_listen *wanted)
{
    for (int i = 0; i < listeners->count; i++)
        if (listeners->list[i].fd >= 0 && is_same(&listeners->list[i].wanted, wanted))
            return &listeners->list[i];
    return NULL;
}

bool listeners_have_given(const struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++)
        if (listeners->list[i].given)
            return true;
    return false;
}

int listeners_add(struct listeners *listeners, const struct listener *listener)
{
    struct net_address bound = {.length = sizeof bound.storage};
    int listens = 0, type = 0;
    socklen_t length = sizeof listens;
    errno = EINVAL;
    if (getsockopt(listener->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) || !listens ||
        getsockopt(listener->fd, SOL_SOCKET, SO_TYPE, &type, &length) || type != SOCK_STREAM ||
        getsockname(listener->fd, (struct sockaddr *)&bound.storage, &bound.length) ||
        (bound.storage.ss_family != AF_INET && bound.storage.ss_family != AF_INET6))
        return -1;
    errno = ENOSPC;
    if (listeners->count == SETTING_LISTENS)
        return -1;
    struct listener *added = &listeners->list[listeners->count++];
    *added = *listener;
    added->bound = bound;
    return fd_set_nonblocking(added->fd) || fd_set_cloexec(added->fd) ? -1 : 0;
}

/* One of those that are there already. */
static void move(struct listeners *next, int i, struct listener *old)
{
    next->list[i] = *old;
    old->fd = -1;
}

/* Those that stay, each with the one it was before; NULL for those that are new, which are all of the settings' own.
 * Returns how many of the settings' are among them. */
static int keep(struct listeners *next, struct listener *old[SETTING_LISTENS], struct listeners *listeners,
                const struct settings *settings)
{
    int wanted = settings->listens_assumed && listeners_have_given(listeners) ? 0 : settings->listen_count;
    for (int i = 0; i < wanted; i++) {
        old[i] = find(listeners, &settings->listens[i]);
        next->list[i].fd = -1;
        if (!old[i])
            continue;
        move(next, i, old[i]);
        next->list[i].wanted = settings->listens[i]; /* its proxies may be others */
    }
    next->count = wanted;
    for (int i = 0; i < listeners->count && next->count < SETTING_LISTENS; i++) {
        if (!listeners->list[i].given || listeners->list[i].fd < 0)
            continue;
        old[next->count] = &listeners->list[i];
        move(next, next->count++, &listeners->list[i]);
    }
    return wanted;
}

/* A door of ours at the same port does not stand in the way of another at other addresses: 127.0.0.1:1 beside *:1 is
 * the one for those who come there. Nor does one that is about to be closed. */
static int share_port(const struct listeners *listeners, const struct setting_listen *wanted, bool all, bool on)
{
    int count = 0;
    for (int i = 0; i < listeners->count; i++) {
        const struct listener *listener = &listeners->list[i];
        bool same = listener->fd >= 0 && listener->bound.storage.ss_family == wanted->address.storage.ss_family &&
                    net_same_host(&listener->bound, &wanted->address);
        if (listener->fd < 0 || net_port(&listener->bound) != net_port(&wanted->address) || (same && !all))
            continue;
        net_share(listener->fd, on);
        count++;
    }
    return count;
}

/* One that no others stand in the way of, but perhaps some of ours: `next` stay, `old` are about to be closed. */
static int listen_beside(const struct setting_listen *wanted, const struct listeners *next, const struct listeners *old,
                         struct net_address *bound)
{
    int how = wanted->only_ipv6 ? NET_ONLY_IPV6 : 0;
    int fd = net_listen_as(&wanted->address, how, bound);
    if (fd >= 0 || errno != EADDRINUSE)
        return fd;
    int error = errno;
    if (share_port(next, wanted, false, true) + share_port(old, wanted, true, true) > 0) {
        fd = net_listen_as(&wanted->address, how | NET_BESIDE, bound);
        error = errno;
    }
    share_port(next, wanted, false, false);
    share_port(old, wanted, true, false);
    errno = error;
    return fd;
}

/* The widest are opened first, which fails if any other program is there; that the narrower ones then share their port
 * cannot let them in beside one. */
static int width_of(const struct setting_listen *wanted)
{
    if (!net_is_any(&wanted->address))
        return 0;
    return wanted->address.storage.ss_family == AF_INET6 && !wanted->only_ipv6 ? 2 : 1;
}

/* Returns 0, or -1 after reporting. A door that nobody asked for by name is left out, with a descriptor of -1, if
 * another program is there. */
static int open_door(struct listener *listener, const struct setting_listen *wanted, const struct listeners *next,
                     const struct listeners *old, int timeout_ms)
{
    listener->wanted = *wanted;
    char address[NET_TEXT_SIZE];
    net_format(&wanted->address, address);
    listener->fd = listen_beside(wanted, next, old, &listener->bound);
    for (int rest = timeout_ms; listener->fd < 0 && errno == EADDRINUSE && rest > 0 && !port_end_pending();
         rest -= RETRY_MS) {
        if (timeout_ms - rest == TOLD_MS)
            log_warning("listen %s %s: in use, perhaps by a process that is starting: waiting for up to %d s",
                        door_name(wanted->door), address, rest / 1000);
        clock_sleep(RETRY_MS);
        listener->fd = listen_beside(wanted, next, old, &listener->bound);
    }
    if (listener->fd >= 0)
        return 0;
    int error = errno;
    if (wanted->implied && error == EADDRINUSE) {
        log_warning("listen %s %s: %s: going on without this door", door_name(wanted->door), address, strerror(error));
        return 0;
    }
    log_error("listen %s %s: %s%s", door_name(wanted->door), address, strerror(error),
              error == EADDRINUSE ? ": is another server running there?" : "");
    return -1;
}

static bool has_none(const struct listeners *listeners)
{
    int open = 0;
    for (int i = 0; i < listeners->count; i++)
        open += listeners->list[i].fd >= 0;
    return listeners->count > 0 && open == 0;
}

/* Those that could not be opened are none. */
static void leave_out(struct listeners *listeners)
{
    int count = 0;
    for (int i = 0; i < listeners->count; i++)
        if (listeners->list[i].fd >= 0)
            listeners->list[count++] = listeners->list[i];
    listeners->count = count;
}

int listeners_update(struct listeners *listeners, const struct settings *settings, int timeout_ms)
{
    struct listeners next = {.count = 0};
    struct listener *old[SETTING_LISTENS];
    int wanted = keep(&next, old, listeners, settings), failed = 0;
    for (int width = 2; width >= 0; width--)
        for (int i = 0; i < wanted && !failed; i++)
            if (!old[i] && width_of(&settings->listens[i]) == width)
                failed = open_door(&next.list[i], &settings->listens[i], &next, listeners, timeout_ms);
    if (!failed && has_none(&next)) {
        log_error("there is not one door left");
        failed = -1;
    }
    for (int i = 0; failed && i < next.count; i++) {
        if (old[i])
            old[i]->fd = next.list[i].fd;
        else if (next.list[i].fd >= 0)
            close(next.list[i].fd);
    }
    if (failed)
        return -1;
    listeners_close(listeners);
    *listeners = next;
    leave_out(listeners);
    return 0;
}

void listeners_close(struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++)
        if (listeners->list[i].fd >= 0)
            close(listeners->list[i].fd);
    listeners->count = 0;
}

/* What somebody types to come in by that door; NULL for one that is for no people. */
static const char *how_to_come(enum door_kind door)
{
    if (door >= DOOR_KINDS)
        return NULL;
    if (door_transport(door) == TRANSPORT_WEBSOCKET)
        return "http://";
    if (door_dialect(door) == DIALECT_IRC)
        return "/connect";
    return door_transport(door) == TRANSPORT_TELNET ? "telnet" : "nc";
}

static void tell_address(enum door_kind door, const struct net_address *address, int fd)
{
    char text[NET_TEXT_SIZE];
    if (door_transport(door) == TRANSPORT_WEBSOCKET) {
        net_format(address, text);
        dprintf(fd, "  http://%s/\n", text);
    } else {
        net_format_host(address, text);
        dprintf(fd, "  %s %s %u\n", how_to_come(door), text, (unsigned)net_port(address));
    }
}

/* Which addresses of the machine a wildcard stands for, those alone that others can come by; each once. */
static void tell_addresses(const struct listener *listener, int fd)
{
    struct port_interface list[INTERFACES];
    const int families[] = {AF_INET, AF_INET6};
    bool six = listener->bound.storage.ss_family == AF_INET6;
    for (int i = 0; i < 2; i++) {
        bool wanted = families[i] == AF_INET6 ? six : !six || !listener->wanted.only_ipv6;
        int count = wanted ? port_interfaces(families[i], list, INTERFACES) : 0;
        for (int k = 0; k < count; k++) {
            struct net_address address = {.storage = list[k].address, .length = list[k].length};
            if (!list[k].up || list[k].loopback || net_is_link_local(&address))
                continue;
            net_set_port(&address, net_port(&listener->bound));
            tell_address(listener->wanted.door, &address, fd);
        }
    }
}

void listeners_announce(const struct listeners *listeners, int fd)
{
    for (int i = 0; i < listeners->count; i++) {
        char address[NET_TEXT_SIZE];
        net_format(&listeners->list[i].bound, address);
        const char *door = door_name(listeners->list[i].wanted.door);
        if (fd < 0) {
            log_info("listening %s %s", door, address);
            continue;
        }
        dprintf(fd, "listening %s %s\n", door, address);
        bool any = net_is_any(&listeners->list[i].bound);
        if (any && how_to_come(listeners->list[i].wanted.door))
            tell_addresses(&listeners->list[i], fd);
    }
}
