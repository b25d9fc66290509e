/* Listening sockets. Held by the supervisor alone; its children close them. */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
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

/* Returns 0, or -1 after reporting. */
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
    log_error("listen %s %s: %s%s", door_name(wanted->door), address, strerror(error),
              error == EADDRINUSE ? ": is another server running there?" : "");
    return -1;
}

int listeners_update(struct listeners *listeners, const struct settings *settings, int timeout_ms)
{
    struct listeners next = {.count = settings->listen_count};
    struct listener *old[SETTING_LISTENS]; /* NULL for those that are new */
    for (int i = 0; i < next.count; i++) {
        old[i] = find(listeners, &settings->listens[i]);
        next.list[i].fd = -1;
        if (!old[i])
            continue;
        next.list[i] = *old[i];
        old[i]->fd = -1; /* moved */
    }
    int failed = 0;
    for (int width = 2; width >= 0; width--)
        for (int i = 0; i < next.count && !failed; i++)
            if (!old[i] && width_of(&settings->listens[i]) == width)
                failed = open_door(&next.list[i], &settings->listens[i], &next, listeners, timeout_ms);
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
    if (door_dialect(door) == DIALECT_IRC)
        return "/connect";
    return door_transport(door) == TRANSPORT_TELNET ? "telnet" : "nc";
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
            char text[NET_TEXT_SIZE];
            if (!list[k].up || list[k].loopback || net_is_link_local(&address))
                continue;
            net_format_host(&address, text);
            dprintf(fd, "  %s %s %u\n", how_to_come(listener->wanted.door), text, (unsigned)net_port(&listener->bound));
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
        if (net_is_any(&listeners->list[i].bound) && how_to_come(listeners->list[i].wanted.door))
            tell_addresses(&listeners->list[i], fd);
    }
}
