/* The UDP side: the sockets of one peer on its interfaces. */
#ifndef FORKCHAT_LAN_GROUP_H
#define FORKCHAT_LAN_GROUP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "base/port.h"

#define GROUP_INTERFACES 8
#define GROUP_SOCKETS (3 * GROUP_INTERFACES)

/* How a datagram came. */
enum group_way {
    GROUP_OWN,    /* to this peer's own port */
    GROUP_SHARED, /* to the group's port at this host's address, which all peers of the host share */
    GROUP_MANY,   /* to the group */
};

struct group; /* private to group.c */

/* Joins `group` (address and port) on the interfaces named by `names` (interface name or one of its
 * addresses); with count 0 on every interface that is up, not loopback, and can multicast, or on loopback
 * if there is none. Returns NULL with *why set to a sentence. */
struct group *group_open(const char *const *names, int count, const struct net_address *group, int ttl,
                         const char **why);
void group_close(struct group *group);

int group_interfaces(const struct group *group);

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
int group_send_to(struct group *group, int via, const struct net_address *to, const void *bytes,
                  size_t length);

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
