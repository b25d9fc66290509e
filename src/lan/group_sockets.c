/* Multicast sockets. Runs in the peer's main process and in its cast workers.
 *
 * On each interface a peer has three sockets:
 *   own     the interface's address, a port of its own. Everything is sent from here, so that the source of
 *           a datagram tells its peer from others on the same host, and one's own datagrams are known.
 *   shared  the interface's address, the group's port: where the scripts send private messages. All
 *           peers of a host bind it; the system hands a datagram to one of them, who passes it on.
 *   many    the group's address and port. Bound to the group's address, it gets nothing else. */
#include "lan/group_sockets.h"

#include <errno.h>
#include <netinet/in.h>
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
        return fd_close_failed(fd);
    }
    return fd;
}

struct net_address group_at(const struct group *group, int interface, uint16_t port)
{
    struct net_address address = group->address;
    net_set_port(&address, port);
    if (address.storage.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&address.storage)->sin6_scope_id = group->interfaces[interface].interface.index;
    return address;
}

int group_open_listener(const struct group *group, int interface, uint16_t port)
{
    struct net_address address = group_at(group, interface, port);
    int fd = open_socket(&address, true);
    if (fd < 0)
        return -1;
    if (port_multicast_join(fd, (const struct sockaddr *)&address.storage, &group->interfaces[interface].interface))
        return fd_close_failed(fd);
    return fd;
}

int group_open_sender(const struct group *group, int interface)
{
    struct net_address address = group->interfaces[interface].address;
    net_set_port(&address, 0);
    int fd = open_socket(&address, false);
    if (fd < 0)
        return -1;
    if (port_multicast_from(fd, &group->interfaces[interface].interface, group->config->ttl))
        return fd_close_failed(fd);
    return fd;
}

void group_close_interface(struct group_interface *used)
{
    for (int way = 0; way < 3; way++)
        if (used->sockets[way] >= 0)
            close(used->sockets[way]);
    used->sockets[0] = used->sockets[1] = used->sockets[2] = -1;
    used->open = false;
}

static int open_sockets(struct group *group, int at)
{
    struct group_interface *used = &group->interfaces[at];
    struct net_address here = {.length = used->interface.length};
    memcpy(&here.storage, &used->interface.address, sizeof here.storage);
    used->address = here;
    used->sockets[GROUP_OWN] = group_open_sender(group, at);
    used->sockets[GROUP_MANY] =
        used->sockets[GROUP_OWN] < 0 ? -1 : group_open_listener(group, at, net_port(&group->address));
    if (used->sockets[GROUP_OWN] < 0 || used->sockets[GROUP_MANY] < 0)
        return -1;
    net_set_port(&here, net_port(&group->address));
    /* A program that holds that port for itself costs us only what scripts send to us alone. */
    used->sockets[GROUP_SHARED] = open_socket(&here, true);
    used->address.length = sizeof used->address.storage;
    return getsockname(used->sockets[GROUP_OWN], (struct sockaddr *)&used->address.storage, &used->address.length);
}

int group_open_interface(struct group *group, const struct port_interface *interface)
{
    int at = 0;
    while (at < GROUP_INTERFACES && group->interfaces[at].open)
        at++;
    if (at == GROUP_INTERFACES) {
        errno = ENOSPC;
        return -1;
    }
    struct group_interface *used = &group->interfaces[at];
    used->interface = *interface;
    used->sockets[0] = used->sockets[1] = used->sockets[2] = -1;
    if (open_sockets(group, at)) {
        int error = errno;
        group_close_interface(used);
        errno = error;
        return -1;
    }
    used->open = true;
    if (at >= group->count)
        group->count = at + 1;
    return at;
}
