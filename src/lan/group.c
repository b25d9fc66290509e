/* Multicast sockets. Runs in the peer's main process and in its cast workers.
 *
 * On each interface a peer has three sockets:
 *   own     the interface's address, a port of its own. Everything is sent from here, so that the source of
 *           a datagram tells its peer from others on the same host, and one's own datagrams are known.
 *   shared  the interface's address, the group's port: where the scripts send private messages. All
 *           peers of a host bind it; the system hands a datagram to one of them, who passes it on.
 *   many    the group's address and port. Bound to the group's address, it gets nothing else. */
#include "lan/group.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

#define RECEIVE_BUFFER (1 << 20)

struct place {
    struct port_interface interface;
    struct net_address address; /* of the own socket */
    int sockets[3];             /* by enum group_way */
};

struct group {
    struct net_address address;
    int ttl;
    int count;
    struct place places[GROUP_INTERFACES];
};

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
    if (!port_multicast_from(fd, &group->places[interface].interface, group->ttl))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_place(struct group *group, int at)
{
    struct place *place = &group->places[at];
    struct net_address here = {.length = place->interface.length};
    memcpy(&here.storage, &place->interface.address, sizeof here.storage);
    place->address = here;
    place->sockets[GROUP_OWN] = group_open_sender(group, at);
    place->sockets[GROUP_MANY] = group_open_listener(group, at, group_port(group));
    net_set_port(&here, group_port(group));
    /* A program that holds that port for itself costs us only what scripts send to us alone. */
    place->sockets[GROUP_SHARED] = open_socket(&here, true);
    if (place->sockets[GROUP_OWN] < 0 || place->sockets[GROUP_MANY] < 0)
        return -1;
    place->address.length = sizeof place->address.storage;
    return getsockname(place->sockets[GROUP_OWN], (struct sockaddr *)&place->address.storage,
                       &place->address.length);
}

static bool is_named(const struct port_interface *interface, const char *name)
{
    struct net_address address = {.length = interface->length};
    char host[NET_TEXT_SIZE];
    memcpy(&address.storage, &interface->address, sizeof address.storage);
    net_format_host(&address, host);
    host[strcspn(host, "%")] = '\0';
    return strcmp(interface->name, name) == 0 || strncmp(host, name, strlen(host) + 1) == 0;
}

static bool chosen_before(const struct group *group, const struct port_interface *interface)
{
    for (int i = 0; i < group->count; i++)
        if (group->places[i].interface.index == interface->index)
            return true;
    return false;
}

static void choose(struct group *group, const struct port_interface *interface)
{
    /* A second address on one interface would bring every datagram twice. */
    if (group->count == GROUP_INTERFACES || chosen_before(group, interface))
        return;
    struct place *place = &group->places[group->count++];
    place->interface = *interface;
    place->sockets[0] = place->sockets[1] = place->sockets[2] = -1;
}

static const char *choose_all(struct group *group, const char *const *names, int count)
{
    struct port_interface list[64];
    int found = port_interfaces(group->address.storage.ss_family, list, 64);
    if (found < 0)
        return strerror(errno);
    for (int n = 0; n < count; n++) {
        int before = group->count;
        for (int i = 0; i < found && group->count == before; i++)
            if (list[i].up && is_named(&list[i], names[n]))
                choose(group, &list[i]);
        if (group->count == before)
            return "no interface that is up has that name or address (see ip addr), or it was given twice";
    }
    for (int i = 0; i < found && count == 0; i++)
        if (list[i].up && list[i].multicast && !list[i].loopback)
            choose(group, &list[i]);
    for (int i = 0; i < found && group->count == 0; i++)
        if (list[i].up && list[i].loopback)
            choose(group, &list[i]);
    return group->count ? NULL : "no network interface is up";
}

struct group *group_open(const char *const *names, int count, const struct net_address *address, int ttl,
                         const char **why)
{
    struct group *group = calloc(1, sizeof *group);
    if (!group) {
        *why = strerror(errno);
        return NULL;
    }
    group->address = *address;
    group->ttl = ttl;
    *why = choose_all(group, names, count);
    for (int i = 0; !*why && i < group->count; i++)
        if (open_place(group, i))
            *why = strerror(errno);
    if (!*why)
        return group;
    group_close(group);
    return NULL;
}

void group_close(struct group *group)
{
    for (int i = 0; i < group->count; i++)
        for (int way = 0; way < 3; way++)
            if (group->places[i].sockets[way] >= 0)
                close(group->places[i].sockets[way]);
    free(group);
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
        if (net_same_host(&group->places[i].address, host))
            return true;
    return false;
}

bool group_is_own(const struct group *group, const struct net_address *from)
{
    for (int i = 0; i < group->count; i++)
        if (net_port(&group->places[i].address) == net_port(from) &&
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
        if (sendto(group->places[interface].sockets[GROUP_OWN], bytes, length, 0,
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
            polls[count++] = (struct pollfd){.fd = group->places[i].sockets[way], .events = POLLIN};
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
