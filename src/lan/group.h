/* The UDP side: the sockets of one peer on its interfaces. */
#ifndef FORKCHAT_LAN_GROUP_H
#define FORKCHAT_LAN_GROUP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "base/port.h"

#define GROUP_INTERFACES 32
#define GROUP_SOCKETS    (3 * GROUP_INTERFACES)

/* How a datagram came. */
enum group_way {
    GROUP_OWN,    /* to this peer's own port */
    GROUP_SHARED, /* to the group's port at this host's address, which all peers of the host share */
    GROUP_MANY,   /* to the group */
};

struct group; /* private to group.c */

/* What is to be joined, and where. */
struct group_config {
    const char *const *names;   /* of interfaces, or one of their addresses; */
    int count;                  /* with 0 every interface that is up, not loopback, and can multicast, or loopback */
    struct net_address address; /* of the group, with its port */
    struct net_address instead; /* the group where no interface has an address of that family; length 0: none */
    int ttl;
    bool waits; /* interfaces that are not up yet are waited for */
};

/* What group_look finds. `interface` is the number of one that is used from now on, or no longer. */
enum group_event {
    GROUP_UP,
    GROUP_DOWN,     /* tells of one that is still open: it is closed next */
    GROUP_ALONE,    /* no network is up: what follows is loopback */
    GROUP_IN_STEAD, /* the other family: `instead` */
    GROUP_TOO_MANY, /* there are more than GROUP_INTERFACES; `interface` is how many more */
    GROUP_WAITING,  /* those that were named are not up */
    GROUP_UNUSABLE, /* one cannot be used: errno. Told once for each error */
};
typedef void group_handler(void *context, enum group_event event, int interface, const char *name);

/* Joins. Returns NULL with *why set to a sentence. `config` must stay. */
struct group *group_open(const struct group_config *config, group_handler *handler, void *context, const char **why);
void group_close(struct group *group);

/* Looks at all interfaces and addresses again: joins on those that have come, leaves those that have gone. Cheap enough
 * for every second. */
void group_look(struct group *group, group_handler *handler, void *context);

/* Interfaces have numbers below this; those that have gone leave gaps. */
int group_interfaces(const struct group *group);
bool group_is_open(const struct group *group, int interface);
const char *group_name(const struct group *group, int interface);

/* This peer's own address and port on that interface. */
const struct net_address *group_own(const struct group *group, int interface);

/* True if `from` is one of this peer's own sockets: its own datagram come back. */
bool group_is_own(const struct group *group, const struct net_address *from);

/* True if that host is this one. */
bool group_is_here(const struct group *group, const struct net_address *host);

uint16_t group_port(const struct group *group);

/* Sends to the group by one interface, or to one address (tried first by the interface `via`).
 * Returns 0, or -1 and errno. Does not block. */
int group_send(struct group *group, int interface, const void *bytes, size_t length);
int group_send_to(struct group *group, int via, const struct net_address *to, const void *bytes, size_t length);

/* Fills `polls` (GROUP_SOCKETS of them) and returns how many. */
int group_polls(const struct group *group, struct pollfd *polls);

/* Takes a datagram from the socket of polls[which]. Returns its length (cut at `size`), or -1 when there is
 * none. */
ssize_t group_receive(struct group *group, int which, void *bytes, size_t size, struct net_address *from,
                      int *interface, enum group_way *way);

/* For casts, whose blocks do not disturb the group's port. A fresh socket that sends to groups by that
 * interface from a port of its own; one that hears the group at `port`. Return a non-blocking descriptor,
 * or -1. */
int group_open_sender(const struct group *group, int interface);
int group_open_listener(const struct group *group, int interface, uint16_t port);

/* The group's address with another port, as to be sent to by that interface. */
struct net_address group_at(const struct group *group, int interface, uint16_t port);

#endif
