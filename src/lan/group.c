/* Multicast sockets. Runs in the peer's main process and in its cast workers.
 *
 * On each interface a peer has three sockets:
 *   own     the interface's address, a port of its own. Everything is sent from here, so that the source of
 *           a datagram tells its peer from others on the same host, and one's own datagrams are known.
 *   shared  the interface's address, the group's port: where the scripts send private messages. All
 *           peers of a host bind it; the system hands a datagram to one of them, who passes it on.
 *   many    the group's address and port. Bound to the group's address, it gets nothing else.
 *
 * Which interfaces there are to be is group_look.c's. A place keeps its number while it is open, because others
 * remember by which interface they heard somebody. */
#include "lan/group_places.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

#define RECEIVE_BUFFER (1 << 20)

static int open_socket(const struct net_address *address, bool shared)
{
    int fd = socket(address->storage.ss_family, SOCK_DGRAM, 0), size = RECEIVE_BUFFER;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (fd_set_cloexec(fd) || fd_set_nonblocking(fd) || (shared && port_share_address(fd)) ||
        bind(fd, (const struct sockaddr *)&address->storage, address->length)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

struct net_address group_at(const struct group *group, int interface, uint16_t port)
{
    struct net_address address = group->address;
    net_set_port(&address, port);
    if (address.storage.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&address.storage)->sin6_scope_id = group->places[interface].interface.index;
    return address;
}

int group_open_listener(const struct group *group, int interface, uint16_t port)
{
    struct net_address address = group_at(group, interface, port);
    int fd = open_socket(&address, true);
    if (fd < 0)
        return -1;
    if (!port_multicast_join(fd, (const struct sockaddr *)&address.storage,
                             &group->places[interface].interface))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int group_open_sender(const struct group *group, int interface)
{
    struct net_address address = group->places[interface].address;
    net_set_port(&address, 0);
    int fd = open_socket(&address, false);
    if (fd < 0)
        return -1;
    if (!port_multicast_from(fd, &group->places[interface].interface, group->wish->ttl))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

void group_close_place(struct place *place)
{
    for (int way = 0; way < 3; way++)
        if (place->sockets[way] >= 0)
            close(place->sockets[way]);
    place->sockets[0] = place->sockets[1] = place->sockets[2] = -1;
    place->open = false;
}

static int open_sockets(struct group *group, int at)
{
    struct place *place = &group->places[at];
    struct net_address here = {.length = place->interface.length};
    memcpy(&here.storage, &place->interface.address, sizeof here.storage);
    place->address = here;
    place->sockets[GROUP_OWN] = group_open_sender(group, at);
    place->sockets[GROUP_MANY] = place->sockets[GROUP_OWN] < 0 ? -1 : group_open_listener(group, at, group_port(group));
    if (place->sockets[GROUP_OWN] < 0 || place->sockets[GROUP_MANY] < 0)
        return -1;
    net_set_port(&here, group_port(group));
    /* A program that holds that port for itself costs us only what scripts send to us alone. */
    place->sockets[GROUP_SHARED] = open_socket(&here, true);
    place->address.length = sizeof place->address.storage;
    return getsockname(place->sockets[GROUP_OWN], (struct sockaddr *)&place->address.storage,
                       &place->address.length);
}

int group_open_place(struct group *group, const struct port_interface *interface)
{
    int at = 0;
    while (at < GROUP_INTERFACES && group->places[at].open)
        at++;
    if (at == GROUP_INTERFACES) {
        errno = ENOSPC;
        return -1;
    }
    struct place *place = &group->places[at];
    place->interface = *interface;
    place->sockets[0] = place->sockets[1] = place->sockets[2] = -1;
    if (open_sockets(group, at)) {
        int error = errno;
        group_close_place(place);
        errno = error;
        return -1;
    }
    place->open = true;
    if (at >= group->count)
        group->count = at + 1;
    return at;
}

static bool is_any_open(const struct group *group)
{
    for (int i = 0; i < group->count; i++)
        if (group->places[i].open)
            return true;
    return false;
}

struct group *group_open(const struct group_wish *wish, group_news *news, void *context, const char **why)
{
    struct group *group = calloc(1, sizeof *group);
    if (!group) {
        *why = strerror(errno);
        return NULL;
    }
    group->wish = wish;
    group->address = wish->address;
    *why = NULL;
    if (!group_look_first(group, news, context, why) && !is_any_open(group) && !wish->patient)
        *why = group->unusable ? strerror(group->unusable) : "no network interface is up";
    if (!*why)
        return group;
    group_close(group);
    return NULL;
}

void group_close(struct group *group)
{
    for (int i = 0; i < group->count; i++)
        if (group->places[i].open)
            group_close_place(&group->places[i]);
    free(group);
}

bool group_is_open(const struct group *group, int interface)
{
    return interface < group->count && group->places[interface].open;
}

const char *group_name(const struct group *group, int interface)
{
    return group->places[interface].interface.name;
}

int group_interfaces(const struct group *group)
{
    return group->count;
}

const struct net_address *group_own(const struct group *group, int interface)
{
    return &group->places[interface].address;
}

bool group_is_here(const struct group *group, const struct net_address *host)
{
    for (int i = 0; i < group->count; i++)
        if (group->places[i].open && net_same_host(&group->places[i].address, host))
            return true;
    return false;
}

bool group_is_own(const struct group *group, const struct net_address *from)
{
    for (int i = 0; i < group->count; i++)
        if (group->places[i].open && net_port(&group->places[i].address) == net_port(from) &&
            net_same_host(&group->places[i].address, from))
            return true;
    return false;
}

uint16_t group_port(const struct group *group)
{
    return net_port(&group->address);
}

int group_send(struct group *group, int interface, const void *bytes, size_t length)
{
    if (!group_is_open(group, interface)) {
        errno = ENETDOWN;
        return -1;
    }
    struct net_address to = group_at(group, interface, group_port(group));
    ssize_t sent = sendto(group->places[interface].sockets[GROUP_OWN], bytes, length, 0,
                          (const struct sockaddr *)&to.storage, to.length);
    return sent < 0 ? -1 : 0;
}

int group_send_to(struct group *group, int via, const struct net_address *to, const void *bytes,
                  size_t length)
{
    for (int i = 0; i < group->count; i++) {
        int interface = (via + i) % group->count;
        if (group_is_open(group, interface) && sendto(group->places[interface].sockets[GROUP_OWN], bytes, length, 0,
                                                      (const struct sockaddr *)&to->storage, to->length) >= 0)
            return 0;
    }
    return -1;
}

int group_polls(const struct group *group, struct pollfd *polls)
{
    int count = 0;
    for (int i = 0; i < group->count; i++)
        for (int way = 0; way < 3; way++)
            polls[count++] =
                (struct pollfd){.fd = group->places[i].open ? group->places[i].sockets[way] : -1, .events = POLLIN};
    return count;
}

ssize_t group_receive(struct group *group, int which, void *bytes, size_t size, struct net_address *from,
                      int *interface, enum group_way *way)
{
    *interface = which / 3;
    *way = (enum group_way)(which % 3);
    memset(from, 0, sizeof *from);
    from->length = sizeof from->storage;
    return recvfrom(group->places[*interface].sockets[*way], bytes, size, 0,
                    (struct sockaddr *)&from->storage, &from->length);
}
