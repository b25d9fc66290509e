/* One client of a courier: its life from ATTACH to its last words, its stream of bytes, and how that is sent. Which
 * events are for it is asked of the audience, audience.h. */
#ifndef FORKCHAT_PROCESS_CLIENT_H
#define FORKCHAT_PROCESS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "outbox.h"
#include "world/metadata.h"

enum client_state {
    CLIENT_NEW,        /* where its stream begins is not known yet */
    CLIENT_LIVE,       /* how far its stream is, this courier knows */
    CLIENT_RESUMING,   /* another courier began its stream; how far it came is told by the socket, which is to come */
    CLIENT_CUT_OFF,    /* part of what it is owed is lost: its connection ends as soon as its socket is here */
    CLIENT_SUPERSEDED, /* the marks in its slot are those of one who came after it */
    CLIENT_DRAINING,   /* it has left, and only its last words are still to be sent */
    CLIENT_DRAINING_RESUMING, /* the same, and its socket is to come */
    CLIENT_DRAINING_CUT_OFF,  /* the same, and its connection ends as soon as its socket is here */
    CLIENT_STATES
};

enum client_event {
    CLIENT_BEGUN,       /* nobody has sent it anything: its stream begins here */
    CLIENT_MET_LATE,    /* one who came after it has its slot already */
    CLIENT_RESUMED,     /* another courier has marked how far its stream is */
    CLIENT_SOCKET,      /* its socket is here, for the first time or again */
    CLIENT_OVERWRITTEN, /* what it is owed is no longer in the ring */
    CLIENT_LEFT,        /* it is no longer part of anything */
    CLIENT_EVENTS
};

/* A key of metadata that a client wants to hear of. */
struct subscription {
    struct subscription *next;
    char key[METADATA_KEY_SIZE];
};

/* What the tables have of it, as they were at the courier's position: the audience of an event is chosen by this. */
struct client_copy {
    uint64_t caps;
    uint32_t flags;   /* enum user_flag */
    uint32_t current; /* the channel they talk in, or NONE */
    struct client *next_of_user;
    uint32_t *channels; /* those they are in */
    uint32_t channel_count;
    uint32_t channel_size;
    struct subscription *subscriptions;
    uint32_t monitor_count; /* nicks they want to hear of */
};

/* The bytes it gets, which may have begun with another courier. */
struct client_stream {
    uint64_t from;    /* the ring position from which events are news to it; 0: all are */
    uint64_t resumed; /* bytes of the stream before `from`, if another courier began it; else 0 */
};

/* How they are sent. In any state a client may have output in the running batch, or from earlier ones, or both. */
struct client_sending {
    bool touched;         /* has output in the running batch, and is in the list of those */
    bool slow;            /* has output from earlier ones, and is in the list of those */
    int backoff;          /* slow: so many ms between two tries */
    int64_t due;          /* ... and when the next one is, clock_monotonic() */
    size_t shared_queue;  /* what the shared counters say of its queue */
    size_t counted_queue; /* what the courier's sum has of it */
};

/* How it ends. */
struct client_draining {
    int64_t deadline;    /* the last moment for its last words, clock_monotonic() */
    bool hang_up;        /* then the connection is ended in both directions */
    struct client *next; /* in the list of those who are draining */
};

struct client {
    uint32_t connection;
    uint32_t generation; /* of the connection */
    uint32_t user;       /* whose connection it is */
    uint32_t door;
    uint64_t seen; /* the number of the event last delivered to it */
    struct client_stream stream;
    struct client_copy copy;
    enum client_state state;
    struct client_sending sending;
    struct outbox outbox;
    struct client_draining draining;
};

/* A new one, without a socket. Exits if there is no memory. */
struct client *client_new(uint32_t connection, uint32_t generation, uint32_t user, uint32_t door);

/* Closes its socket. It must be in no list any more. */
void client_free(struct client *client);

/* The state after an event, by the table; CLIENT_STATES for what cannot happen. */
enum client_state client_next(enum client_state state, enum client_event event);

/* Something has happened to it. Whatever cannot happen is a bug. The functions below call this themselves. */
void client_note(struct client *client, enum client_event event);

/* Whether it has left; whether what the tables keep for couriers in its slot is its own, and no successor's. */
bool client_is_draining(const struct client *client);
bool client_owns_marks(const struct client *client);

/* Begins its stream at `position`, or goes on where another courier left it, which itself was at `cursor`. */
void client_begin(struct client *client, struct world *world, uint64_t cursor, uint64_t position);

/* Its socket is here, which is its own from now on. If another courier has written to it, the kernel knows how much. */
void client_take_socket(struct client *client, int fd);

/* Ends the connection in both directions: the worker reads the end, and does the rest. */
void client_hang_up(const struct client *client);

/* What it has not got yet, up to `cursor`, is not there any more: half a line would be missing. */
void client_cut_off(struct client *client, uint64_t cursor);

/* It has left, and may read its last words until `deadline` (clock_monotonic); the connection ends then, in both
 * directions if hang_up. */
void client_leave(struct client *client, int64_t deadline, bool hang_up);

/* Has it hear of that key of metadata, or no longer; not an error if so already. Whether it wants to. */
void client_subscribe(struct client *client, const char *key);
void client_unsubscribe(struct client *client, const char *key);
bool client_is_subscribed(const struct client *client, const char *key);

#endif
