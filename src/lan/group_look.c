/* Which interfaces a peer uses: as they are now, compared with those that are open. They come and go, and so do their
 * addresses; to be told of changes by the system, one must know each system, so they are looked at every second. Runs
 * in the peer's main process. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "lan/group_sockets.h"

#define LISTED 1024 /* addresses that are looked at */

/* The interfaces to be used as they are now. */
struct choice {
    struct port_interface list[GROUP_INTERFACES];
    int count, beyond;
    bool loopback;      /* nothing else is up */
    const char *absent; /* a name that was given, and is not up */
};

static bool is_named(const struct port_interface *interface, const char *name)
{
    struct net_address address = {.length = interface->length};
    char host[NET_TEXT_SIZE];
    memcpy(&address.storage, &interface->address, sizeof address.storage);
    net_format_host(&address, host);
    host[strcspn(host, "%")] = '\0';
    return strcmp(interface->name, name) == 0 || strncmp(host, name, strlen(host) + 1) == 0;
}

/* Is it open by that address? */
static bool is_used(const struct group *group, const struct port_interface *interface)
{
    for (int i = 0; i < group->count; i++) {
        const struct group_interface *used = &group->interfaces[i];
        if (used->open && used->interface.index == interface->index &&
            memcmp(&used->interface.address, &interface->address, interface->length) == 0)
            return true;
    }
    return false;
}

static void choose(struct group *group, struct choice *choice, const struct port_interface *interface)
{
    for (int i = 0; i < choice->count; i++)
        if (choice->list[i].index == interface->index) {
            /* A second address on one interface would bring every datagram twice. The one in use stays. */
            if (is_used(group, interface) && !is_used(group, &choice->list[i]))
                choice->list[i] = *interface;
            return;
        }
    if (choice->count == GROUP_INTERFACES)
        choice->beyond++;
    else
        choice->list[choice->count++] = *interface;
}

/* Chooses among the addresses of one family. With `why` (at the start) what is named and does not exist is an error. */
static int choose_among(struct group *group, int family, struct choice *choice, const char **why)
{
    static struct port_interface list[LISTED];
    const struct group_config *config = group->config;
    int found = port_interfaces(family, list, LISTED);
    memset(choice, 0, sizeof *choice);
    for (int n = 0; n < config->count; n++) {
        int before = choice->count;
        bool exists = config->waits && if_nametoindex(config->names[n]) > 0;
        for (int i = 0; i < found && choice->count == before; i++) {
            bool named = is_named(&list[i], config->names[n]);
            exists |= named && config->waits && !list[i].up;
            if (named && list[i].up)
                choose(group, choice, &list[i]);
        }
        if (choice->count == before)
            choice->absent = config->names[n];
        if (why && choice->count == before && !exists) {
            *why = "no interface that is up has that name or address (see ip addr), or it was given twice";
            return -1;
        }
    }
    for (int i = 0; i < found && config->count == 0; i++)
        if (list[i].up && list[i].multicast && !list[i].loopback)
            choose(group, choice, &list[i]);
    if (choice->count == 0 && config->count == 0) {
        choice->loopback = true;
        for (int i = 0; i < found; i++)
            if (list[i].up && list[i].loopback)
                choose(group, choice, &list[i]);
    }
    return 0;
}

/* Chooses by the family that was wished for, or by the other if only that has a network. */
static int choose_all(struct group *group, struct choice *choice, struct net_address *address, const char **why)
{
    struct choice other;
    *address = group->config->address;
    if (choose_among(group, address->storage.ss_family, choice, why))
        return -1;
    if (group->config->instead.length == 0 || (choice->count > 0 && !choice->loopback))
        return 0;
    if (!choose_among(group, group->config->instead.storage.ss_family, &other, NULL) && other.count > 0 &&
        !other.loopback) {
        *choice = other;
        *address = group->config->instead;
    }
    return 0;
}

static bool is_chosen(const struct choice *choice, const struct port_interface *interface)
{
    for (int i = 0; i < choice->count; i++)
        if (choice->list[i].index == interface->index &&
            memcmp(&choice->list[i].address, &interface->address, interface->length) == 0)
            return true;
    return false;
}

static void leave(struct group *group, const struct choice *choice, bool all, group_handler *handler, void *context)
{
    for (int i = 0; i < group->count; i++) {
        struct group_interface *used = &group->interfaces[i];
        if (!used->open || (!all && is_chosen(choice, &used->interface)))
            continue;
        handler(context, GROUP_DOWN, i, used->interface.name);
        group_close_interface(used);
    }
}

/* What has changed about all of them. */
static void tell_state(struct group *group, const struct choice *choice, group_handler *handler, void *context)
{
    if (choice->loopback && !group->alone)
        handler(context, GROUP_ALONE, 0, "");
    if (choice->absent && choice->absent != group->absent)
        handler(context, GROUP_WAITING, 0, choice->absent);
    if (choice->beyond > group->beyond)
        handler(context, GROUP_TOO_MANY, choice->beyond, "");
    group->alone = choice->loopback;
    group->absent = choice->absent;
    group->beyond = choice->beyond;
}

static void join(struct group *group, const struct choice *choice, group_handler *handler, void *context)
{
    bool failed = false;
    for (int i = 0; i < choice->count; i++) {
        if (is_used(group, &choice->list[i]))
            continue;
        int at = group_open_interface(group, &choice->list[i]);
        if (at >= 0) {
            handler(context, GROUP_UP, at, choice->list[i].name);
            continue;
        }
        failed = true;
        /* A fresh IPv6 address cannot be bound before nobody else claims it (RFC 4862): soon. */
        if (errno != EADDRNOTAVAIL && errno != group->unusable) {
            group->unusable = errno;
            handler(context, GROUP_UNUSABLE, 0, choice->list[i].name);
        }
    }
    if (!failed)
        group->unusable = 0;
}

int group_look_first(struct group *group, group_handler *handler, void *context, const char **why)
{
    struct choice choice;
    struct net_address address;
    if (choose_all(group, &choice, &address, why))
        return -1;
    bool moves = address.storage.ss_family != group->address.storage.ss_family;
    leave(group, &choice, moves, handler, context);
    group->address = address;
    if (moves && address.storage.ss_family != group->config->address.storage.ss_family)
        handler(context, GROUP_IN_STEAD, 0, "");
    tell_state(group, &choice, handler, context);
    join(group, &choice, handler, context);
    return 0;
}

void group_look(struct group *group, group_handler *handler, void *context)
{
    (void)group_look_first(group, handler, context, NULL); /* without `why` it does not fail */
}
