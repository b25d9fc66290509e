/* A courier's own copy of who is where: its clients, and which of them are in which channel. */
#ifndef FORKCHAT_PROCESS_AUDIENCE_H
#define FORKCHAT_PROCESS_AUDIENCE_H

#include "event/event.h"
#include "outbox.h"
#include "world/metadata.h"

/* A key of metadata that a client wants to hear of. */
struct subscription {
    struct subscription *next;
    char key[METADATA_KEY_SIZE];
};

struct client {
    uint32_t connection;
    uint32_t generation; /* of the connection */
    uint32_t user;       /* whose connection it is */
    struct client *next_of_user;
    uint32_t door;
    uint64_t caps;
    uint32_t flags;         /* enum user_flag */
    uint32_t monitor_count; /* nicks they want to hear of */
    struct subscription *subscriptions;
    uint32_t current;   /* the channel they talk in, or NONE */
    uint32_t *channels; /* those they are in */
    uint32_t channel_count;
    uint32_t channel_size;
    uint64_t seen;    /* the number of the event last delivered to them */
    uint64_t from;    /* the ring position from which events are news to them; 0: all are */
    uint64_t resumed; /* bytes of the stream before `from`, if another courier began it; else 0 */
    bool resuming;    /* until it is known how far that courier came */
    bool cut_off;     /* what it still owed is lost */
    bool superseded;  /* the marks in its slot are its successor's */
    struct outbox outbox;
    size_t told_queue;    /* what the shared counters say of its queue */
    size_t counted_queue; /* what the courier's sum has of it */
    int patience;         /* slow: so many ms between two tries */
    int64_t due;          /* ... and when the next one is, clock_monotonic() */
    bool touched;         /* has output in the running batch */
    bool slow;            /* has output from earlier ones */
    int64_t deadline;     /* 0, or they have left and this is the last moment for their last words */
    bool hang_up;         /* ... after which the connection is ended in both directions */
    struct client *next;  /* in the list of those who left */
};

struct seat {
    struct client *client;
    uint32_t flags; /* enum member_flag */
};

/* The members of a channel that are this courier's. */
struct room {
    struct seat *members;
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

/* The first of that user's clients, or NULL; the others follow by next_of_user. */
struct client *audience_user(const struct audience *audience, uint32_t user);

/* A new client. One that is still there in that slot is returned in *before, taken out already. NULL for numbers that
 * are none. */
struct client *audience_attach(struct audience *audience, uint32_t connection, uint32_t generation, uint32_t user,
                               uint32_t door, struct client **before);

/* Takes the client out of all channels and out of the audience. It is the caller's to free. */
void audience_remove(struct audience *audience, struct client *client);
void audience_free_client(struct client *client);

/* Into and out of a channel; not an error if so already. */
void audience_join(struct audience *audience, struct client *client, uint32_t channel, uint32_t flags);
void audience_part(struct audience *audience, struct client *client, uint32_t channel);

/* The member flags of one who is in the channel. */
void audience_set_flags(struct audience *audience, const struct client *client, uint32_t channel, uint32_t flags);

/* Has the client hear of that nick, or no longer; not an error if so already. Whoever is removed monitors
 * nothing. */
void audience_monitor(struct audience *audience, struct client *client, const char *nick);
void audience_unmonitor(struct audience *audience, struct client *client, const char *nick);

/* The same for a key of metadata, and whether the client wants to hear of it. */
void audience_subscribe(struct client *client, const char *key);
void audience_unsubscribe(struct client *client, const char *key);
bool audience_is_subscribed(const struct client *client, const char *key);

/* Those who monitor it, one after the other: NULL after the last. Start with *at = NULL. */
struct client *audience_next_monitor(const struct audience *audience, const char *nick, const struct monitor **at);

/* The members of a channel; an empty room for a number that is none. */
const struct room *audience_room(const struct audience *audience, uint32_t channel);

#endif
