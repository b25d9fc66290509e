/* A courier's own copy of who is where: its clients, and which of them are in which channel. */
#ifndef FORKCHAT_PROCESS_AUDIENCE_H
#define FORKCHAT_PROCESS_AUDIENCE_H

#include "client.h"
#include "event/event.h"

/* A client in a channel. */
struct membership {
    struct client *client;
    uint32_t flags; /* enum member_flag */
};

/* The members of a channel that are this courier's. */
struct room {
    struct membership *members;
    uint32_t count;
    uint32_t size;
};

/* Who monitors a nick, in the bucket of the nick's hash. */
struct monitor {
    struct monitor *next;
    struct client *client;
    char nick[NICK_SIZE];
};

#define AUDIENCE_BUCKETS 4096u

struct audience {
    struct monitor *monitors[AUDIENCE_BUCKETS];
    struct client **clients; /* by connection */
    uint32_t client_limit;
    struct client **users; /* the first of each user's clients */
    uint32_t user_limit;
    struct room *rooms; /* by channel */
    uint32_t room_limit;
};

/* Room for the world's limits. Exits if there is no memory. */
void audience_init(struct audience *audience, const struct world *world);

/* The client of that connection, or NULL. */
struct client *audience_client(const struct audience *audience, uint32_t connection);

/* The first of that user's clients, or NULL; the others follow by copy.next_of_user. */
struct client *audience_user(const struct audience *audience, uint32_t user);

/* A new client. One that is still there in that slot is returned in *before, taken out already. NULL for numbers that
 * are none. */
struct client *audience_attach(struct audience *audience, uint32_t connection, uint32_t generation, uint32_t user,
                               uint32_t door, struct client **before);

/* The client is another user's, and in no channel yet; what it monitors stays. */
void audience_move(struct audience *audience, struct client *client, uint32_t user);

/* Takes the client out of all channels and out of the audience. It is the caller's to free. */
void audience_remove(struct audience *audience, struct client *client);

/* Into and out of a channel; not an error if so already. */
void audience_join(struct audience *audience, struct client *client, uint32_t channel, uint32_t flags);
void audience_part(struct audience *audience, struct client *client, uint32_t channel);

/* The member flags of one who is in the channel. */
void audience_set_flags(struct audience *audience, const struct client *client, uint32_t channel, uint32_t flags);

/* Has the client hear of that nick, or no longer; not an error if so already. Whoever is removed monitors
 * nothing. */
void audience_monitor(struct audience *audience, struct client *client, const char *nick);
void audience_unmonitor(struct audience *audience, struct client *client, const char *nick);

/* Those who monitor it, one after the other: NULL after the last. Start with *at = NULL. */
struct client *audience_next_monitor(const struct audience *audience, const char *nick, const struct monitor **at);

/* The members of a channel; an empty room for a number that is none. */
const struct room *audience_room(const struct audience *audience, uint32_t channel);

#endif
