/* What is published: a structured event in each record of the ring, rendered for people only where it is
 * delivered.
 *
 * Couriers keep their own copy of who is where, and bring it up to date from these events alone. An event
 * that changes that copy therefore says enough to be undone as well: a courier that is replaced starts
 * from the tables as they are now and walks back to where its predecessor stopped. */
#ifndef FORKCHAT_EVENT_EVENT_H
#define FORKCHAT_EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/world.h"

#define EVENT_STRINGS  6
#define EVENT_NUMBERS  8
#define EVENT_CHANNELS 512 /* most channels one user may be in */

/* EVENT(symbol, what its strings and numbers are) */
#define EVENTS(EVENT)                                                                              \
    EVENT(CONNECT, "changes the copy: a client; numbers: door")                                    \
    EVENT(DROP, "changes the copy: the worker at `target` is dead, its socket of no use")           \
    EVENT(CAPS, "changes the copy: numbers: capabilities before (low, high), after (low, high)")   \
    EVENT(ARRIVE, "the source is here, for all to see")                                            \
    EVENT(NICK, "strings: new nick; the source is as it was")                                      \
    EVENT(QUIT, "changes the copy: strings: text, the same for IRC if it differs, nicks it watched, keys it subscribed to (lists with commas); numbers: enum event_quit, door, current, caps (low, high), flags; channels: all it was in, with member flags") \
    EVENT(JOIN, "changes the copy: strings: channel, real name; numbers: channel, member flags, current before") \
    EVENT(PART, "changes the copy: strings: channel, text; numbers: channel, member flags, current before, current after") \
    EVENT(KICK, "changes the copy: strings: channel, nick, shown, text; numbers as PART, of whom target_user tells") \
    EVENT(CURRENT, "changes the copy: strings: channel; numbers: current before, current after")   \
    EVENT(STATUS, "changes the copy: numbers: channel, member flags before, after, of target_user") \
    EVENT(MODE, "strings: channel, changes with their arguments, the same for people if it differs")  \
    EVENT(INVITE, "to whom it is for, and to those of the channel who asked to know: strings: nick, channel, shown") \
    EVENT(KNOCK, "strings: channel, server; numbers: channel, member flags as in MESSAGE")         \
    EVENT(RENAME, "strings: channel before, after, text")                                          \
    EVENT(TOPIC, "strings: channel, topic")                                                        \
    EVENT(MESSAGE, "strings: target, text, client-only tags; numbers: enum event_message, member flags of which one is needed to get it (0: none)")                           \
    EVENT(MULTILINE, "as MESSAGE; each line of the text: + if it continues the one before, else a blank; its words; LF") \
    EVENT(REDACT, "strings: target, id, reason")                                                   \
    EVENT(KILL, "to the victim: strings: text, nick, last words for IRC")                           \
    EVENT(WALL, "strings: text")                                                                   \
    EVENT(FLAGS, "changes the copy: strings: as a MODE command tells it; numbers: user flags before, after") \
    EVENT(WATCH, "changes the copy: strings: nick; numbers: 1: watched from now on, 0: no more")   \
    EVENT(AWAY, "strings: text, empty for one who is back")                                        \
    EVENT(SETNAME, "strings: the new real name")                                                   \
    EVENT(WALLOPS, "strings: text")                                                                \
    EVENT(PRESENCE, "to one who watches, made by the courier: strings: nick or mask; numbers: 1: here, 0: gone") \
    EVENT(SUBSCRIBE, "changes the copy: strings: key; numbers: 1: wanted from now on, 0: no more") \
    EVENT(METADATA, "to those who subscribed to the key: strings: nick or channel, key, value, server; numbers: 1: set, 0: removed") \
    EVENT(REPLY, "strings: bytes for the client, as they are")

enum event_type {
#define EVENT(symbol, meaning) EVENT_##symbol,
    EVENTS(EVENT)
#undef EVENT
        EVENT_TYPES
};

/* How somebody left. */
enum event_quit {
    QUIT_SAID,   /* with a text of their own */
    QUIT_LEFT,   /* without */
    QUIT_LOST,   /* the connection ended */
    QUIT_KILLED, /* by an operator */
    QUIT_CRASHED /* the worker died */
};

enum event_message { MESSAGE_PRIVMSG, MESSAGE_NOTICE, MESSAGE_TAGMSG };

/* Who gets it. */
enum event_audience {
    AUDIENCE_NOBODY,  /* couriers only */
    AUDIENCE_USER,    /* the user `target` */
    AUDIENCE_CHANNEL, /* the members of the channel `target` */
    AUDIENCE_COMMON,  /* whoever shares one of `channels` with the source */
    AUDIENCE_ALL,
    AUDIENCE_FLAGGED, /* users who have all of the user flags in `target` */
    AUDIENCES
};

enum event_flag {
    EVENT_NOT_SOURCE = 1u << 0, /* the source itself does not get it */
    EVENT_LOBBY = 1u << 1,      /* AUDIENCE_COMMON: also everyone in the lobby */
    EVENT_UNNAMED = 1u << 2,    /* the source had no nick of its own */
    EVENT_ARRIVING = 1u << 3,   /* JOIN: part of connecting, which ARRIVE tells */
    EVENT_BOT = 1u << 4,        /* the source says it is a bot */
    EVENT_LAST = 1u << 5,       /* WALL: the server ends after it */
};

struct event {
    uint32_t type;
    uint32_t flags;
    uint32_t audience;
    uint32_t target;      /* a user or a channel, as the audience says */
    uint32_t target_user; /* KICK: whom it happened to; QUIT: who had it happen, and has an answer */
    uint32_t source;      /* a user, or NONE for the server */
    uint32_t generation;  /* of the source */
    int64_t time;         /* ms since 1970 */
    uint32_t numbers[EVENT_NUMBERS];
    uint64_t position; /* in the ring: set by publishing and decoding, the same for every reader */

    uint64_t id;       /* names a message to clients; 0 when publishing stands for the position */

    /* The source as it was; empty for the server. */
    const char *nick, *shown, *username, *host, *account;

    const char *strings[EVENT_STRINGS]; /* zero-terminated, never NULL once decoded */
    size_t lengths[EVENT_STRINGS];      /* 0 stands for strlen when encoding */
    const uint32_t *channels; /* each with member flags: see event_channel */
    uint32_t channel_count;
};

/* A channel the source is in, and its flags there, packed into one number of `channels`. */
#define EVENT_FLAGS_SHIFT 28
static inline uint32_t event_channel(const struct event *event, uint32_t i)
{
    return event->channels[i] & ((UINT32_C(1) << EVENT_FLAGS_SHIFT) - 1);
}
static inline uint32_t event_channel_flags(const struct event *event, uint32_t i)
{
    return event->channels[i] >> EVENT_FLAGS_SHIFT;
}

/* An event of `user`: source and time filled in. Lock held. */
struct event event_of_locked(const struct world *world, enum event_type type, uint32_t user);

/* An event of the server's own. */
struct event event_of_server(enum event_type type);

/* Fills `channels` (EVENT_CHANNELS of them) with those the user is in; returns how many. Lock held. */
uint32_t event_channels_locked(const struct world *world, uint32_t user, uint32_t *channels);

/* The most room in the ring that any one event takes: what to ask for before publishing it. */
#define EVENT_NEED_MAX (RING_RECORD_MAX + 64)

/* Publishes it in the running transaction and sets its position. What is too long for a record is cut. */
void event_publish_locked(struct world *world, struct event *event);

/* Reads a record. The event points into it. False if the bytes are no event; whatever they are, nothing
 * outside of the record is read, and every string ends in a zero byte. */
bool event_decode(const struct ring_record *record, struct event *event);

/* The member flags of which one is needed to get it from its channel; 0 if all members do. */
uint32_t event_for_flags(const struct event *event);

const char *event_name(uint32_t type);

#endif
