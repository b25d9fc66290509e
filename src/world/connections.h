/* Connections: one for each accepted client, in the slot of its worker. A user is somebody whom others see; a
 * connection is a way by which one of them is here. Several connections may be one user's, and a user may have none for
 * a while. */
#ifndef FORKCHAT_WORLD_CONNECTIONS_H
#define FORKCHAT_WORLD_CONNECTIONS_H

#include "world.h"

enum connection_state {
    CONNECTION_FREE,
    CONNECTION_OPEN,   /* of the user `user` */
    CONNECTION_CLOSED, /* of nobody any more; its worker still exists, so the slot is not free yet */
};

/* When a user stays for a while who has lost the last connection. */
enum connection_return {
    RETURN_NEVER,
    RETURN_IF_BROKEN, /* nobody ended it: the client vanished, or its worker died */
    RETURN_IF_CLOSED, /* whatever ended it, but for a word of farewell */
};

/* Ground truth first; the part behind `next_of_user` is derived from it. */
struct connection_shm {
    uint32_t state;
    uint32_t generation; /* grows with each new connection in this slot */
    int32_t pid;         /* of the worker */
    uint32_t user;       /* NONE unless it is open */
    uint32_t door;
    uint32_t current;           /* channel that plain and talk users talk in, or NONE */
    uint64_t caps;              /* IRCv3 capabilities */
    uint32_t comes_back;        /* enum connection_return */
    uint32_t token;             /* which of the user's it was given, or NONE */
    char address[ADDRESS_SIZE]; /* of the client: 127.0.0.1:51116 */
    char host[HOST_SIZE];       /* 127.0.0.1 */

    uint32_t next_of_user;
    uint32_t first_monitor;
    uint32_t monitor_count;
    uint32_t first_subscription; /* to keys of metadata */
};

/* The connection of that index, or NULL if there can be none (an index from the region is not trusted). */
struct connection_shm *world_connection(const struct world *world, uint32_t index);

/* One past the highest slot ever used, for walks over all connections. */
uint32_t world_connections_end_locked(const struct world *world);

/* A new connection of that user in the free slot `index`; returns its generation. close: it is its user's no longer,
 * its lists must be empty. Only for src/world/user.c: user_attach_locked, user_detach_locked. */
uint32_t connection_open_locked(struct world *world, uint32_t index, uint32_t user, int32_t pid, uint32_t door,
                                const char *address, const char *host);
void connection_close_locked(struct world *world, uint32_t index);

/* It is another user's. Only for user_take_connection_locked. */
void connection_move_locked(struct world *world, uint32_t index, uint32_t user);

/* The slot of a closed connection is free for another. */
void connection_free_locked(struct world *world, uint32_t index);

/* A worker died before it opened its connection: the next one in this slot has another generation. */
void connection_skip_locked(struct world *world, uint32_t index);

void connection_set_caps_locked(struct world *world, uint32_t index, uint64_t caps);
void connection_set_current_locked(struct world *world, uint32_t index, uint32_t channel);
void connection_set_return_locked(struct world *world, uint32_t index, enum connection_return when, uint32_t token);

/* Whether it is open, and a user's who is there. */
bool connection_is_open_locked(const struct world *world, uint32_t index);

/* The next connection of the user behind `at` (NONE: the one that came last), or NONE. */
uint32_t connection_next_locked(const struct world *world, uint32_t user, uint32_t at);

/* All connections of the user, the one that came last first; returns how many. What others have damaged makes it no
 * longer. */
uint32_t connection_list_locked(const struct world *world, uint32_t user, uint32_t list[USER_CONNECTIONS]);

/* The channel a user talks in, by the connection that came last; NONE if there is none. */
uint32_t user_current_locked(const struct world *world, uint32_t user);

#endif
