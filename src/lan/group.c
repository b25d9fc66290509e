/* The group: what is open, and what is sent and received by it. A peer's main process runs it, and its cast workers.
 * Which interfaces there are to be is group_look.c's. One keeps its number while it is open, because others remember by
 * which interface they heard somebody. */
#include "lan/group_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_any_open(const struct group *group)
{
    for (int i = 0; i < group->count; i++)
        if (group->interfaces[i].open)
            return true;
    return false;
}

struct group *group_open(const struct group_config *config, group_handler *handler, void *context, const char **why)
{
    struct group *group = calloc(1, sizeof *group);
    if (!group) {
        *why = strerror(errno);
        return NULL;
    }
    group->config = config;
    group->address = config->address;
    *why = NULL;
    if (!group_look_first(group, handler, context, why) && !is_any_open(group) && !config->waits)
        *why = group->unusable ? strerror(group->unusable) : "no network interface is up";
    if (!*why)
        return group;
    group_close(group);
    return NULL;
}

void group_close(struct group *group)
{
    for (int i = 0; i < group->count; i++)
        if (group->interfaces[i].open)
            group_close_interface(&group->interfaces[i]);
    free(group);
}

bool group_is_open(const struct group *group, int interface)
{
    return interface < group->count && group->interfaces[interface].open;
}

const char *group_name(const struct group *group, int interface)
{
    return group->interfaces[interface].interface.name;
}

int group_interfaces(const struct group *group)
{
    return group->count;
}

const struct net_address *group_own(const struct group *group, int interface)
{
    return &group->interfaces[interface].address;
}

bool group_is_here(const struct group *group, const struct net_address *host)
{
    for (int i = 0; i < group->count; i++)
        if (group->interfaces[i].open && net_same_host(&group->interfaces[i].address, host))
            return true;
    return false;
}

bool group_is_own(const struct group *group, const struct net_address *from)
{
    for (int i = 0; i < group->count; i++)
        if (group->interfaces[i].open && net_port(&group->interfaces[i].address) == net_port(from) &&
            net_same_host(&group->interfaces[i].address, from))
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
    ssize_t sent = sendto(group->interfaces[interface].sockets[GROUP_OWN], bytes, length, 0,
                          (const struct sockaddr *)&to.storage, to.length);
    return sent < 0 ? -1 : 0;
}

int group_send_to(struct group *group, int via, const struct net_address *to, const void *bytes, size_t length)
{
    for (int i = 0; i < group->count; i++) {
        int interface = (via + i) % group->count;
        if (group_is_open(group, interface) && sendto(group->interfaces[interface].sockets[GROUP_OWN], bytes, length, 0,
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
            polls[count++] = (struct pollfd){.fd = group->interfaces[i].open ? group->interfaces[i].sockets[way] : -1,
                                             .events = POLLIN};
    return count;
}

ssize_t group_receive(struct group *group, int which, void *bytes, size_t size, struct net_address *from,
                      int *interface, enum group_way *way)
{
    *interface = which / 3;
    *way = (enum group_way)(which % 3);
    memset(from, 0, sizeof *from);
    from->length = sizeof from->storage;
    return recvfrom(group->interfaces[*interface].sockets[*way], bytes, size, 0, (struct sockaddr *)&from->storage,
                    &from->length);
}
