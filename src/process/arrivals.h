/* Clients that come by way of another program: inetd(8), sshd(8), a script. That program hands over the client's socket
 * (forkchatd -i, join.c) in an envelope: a pair of Unix sockets, whose one end it sends to the supervisor. In it lies
 * the socket with a message, and by it goes the answer. */
#ifndef FORKCHAT_PROCESS_ARRIVALS_H
#define FORKCHAT_PROCESS_ARRIVALS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/net.h"
#include "world/doors.h"

/* What lies in an envelope, beside the socket. */
struct arrival_message {
    char door[16];            /* its name */
    char host[NET_TEXT_SIZE]; /* where the client is, if the socket does not tell; or empty */
};

/* What is answered: one byte. */
#define ARRIVAL_TAKEN     '+'
#define ARRIVAL_NO_DOOR   'd'
#define ARRIVAL_NO_CLIENT 's' /* the socket is none of a client's */

struct arrivals {
    int fd; /* the mailbox in the runtime directory, or -1 */
    char path[108];
};

/* Opens the mailbox, in which every user may put an envelope: who may connect to a door from this host may do so as
 * well. If it cannot be opened that is logged. */
void arrivals_open(struct arrivals *arrivals, const char *runtime_directory);

/* remove: its name as well. */
void arrivals_close(struct arrivals *arrivals, bool remove);

/* One client. */
struct arrival {
    int socket, envelope;
    enum door_kind door;
    struct net_address from;
};

/* Takes the next one; never blocks. From users who are not trusted (root, this process's own user, members by their
 * first group of `trusted`, unless that is -1) a client is of this host, whatever the socket or the message tells.
 * False with errno EAGAIN if there is none; with another errno one was not taken, and whoever sent it was told. */
bool arrivals_take(const struct arrivals *arrivals, gid_t trusted, struct arrival *arrival);

/* Ends it: tells that the client was taken, or refused in words of its own, and closes both descriptors. */
void arrivals_end(const struct arrival *arrival);

/* For a test: what the message tells, of a sender that is trusted or not, about a client at the other end of a socket
 * of that address. False for a door that is none. */
bool arrival_read(const struct arrival_message *message, bool trusted, enum door_kind *door, struct net_address *from);

#endif
