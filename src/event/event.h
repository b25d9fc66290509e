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

#include "world/connections.h"
#include "world/world.h"

#define EVENT_STRINGS       6
#define EVENT_NUMBERS       8
#define EVENT_CHANNELS      512                  /* most channels one user may be in */
#define EVENT_CHANNELS_MOST (2 * EVENT_CHANNELS) /* that one event tells of */

/* EVENT(symbol, what it is). Its fields stand in the unions below. Those that change the couriers' copy say so. */
#define EVENTS(EVENT)                                                                                                  \
    EVENT(ATTACH, "changes the copy: a connection of the source; channels: all they are in, with member flags")        \
    EVENT(DETACH, "changes the copy: … and no longer; channels: all they are in")                                      \
    EVENT(ADOPT,                                                                                                       \
          "changes the copy: the connection is the source's, and was target_user's; channels: theirs, the source's")   \
    EVENT(DROP, "changes the copy: the worker in the slot `target` is dead, its socket of no use")                     \
    EVENT(CAPS, "changes the copy: the capabilities of a connection")                                                  \
    EVENT(ARRIVE, "the source is here, for all to see")                                                                \
    EVENT(NICK, "the source, as it was, has a new one")                                                                \
    EVENT(QUIT, "the source, whose connections were detached before, leaves; channels: all they were in")              \
    EVENT(JOIN, "changes the copy")                                                                                    \
    EVENT(PART, "changes the copy")                                                                                    \
    EVENT(KICK, "changes the copy as PART does, for target_user")                                                      \
    EVENT(CURRENT, "changes the copy: the channel a connection talks in")                                              \
    EVENT(STATUS, "changes the copy: the member flags of target_user")                                                 \
    EVENT(MODE, "changes of a channel's modes, with their arguments")                                                  \
    EVENT(INVITE, "to whom it is for, and to those of the channel who asked to know")                                  \
    EVENT(KNOCK, "to those of the channel who may invite")                                                             \
    EVENT(RENAME, "a channel has another name")                                                                        \
    EVENT(MOVED, "to a member of such a channel, as whose source: they left the one name and joined the other")        \
    EVENT(INSIDE, "to the same, and to who joined on another connection: the topic and the members")                   \
    EVENT(TOPIC, "a channel has another topic")                                                                        \
    EVENT(MESSAGE, "said to a channel or a user")                                                                      \
    EVENT(MULTILINE,                                                                                                   \
          "as MESSAGE; each line of the text: + if it continues the one before, else a blank; its words; LF")          \
    EVENT(REDACT, "a message is taken back")                                                                           \
    EVENT(KILL, "to the victim")                                                                                       \
    EVENT(WALL, "the server says something")                                                                           \
    EVENT(FLAGS, "changes the copy: user flags, as a MODE command tells it")                                           \
    EVENT(MONITOR, "changes the copy: a nick is monitored from now on, or no more")                                    \
    EVENT(AWAY, "the source is away, or back if the text is empty")                                                    \
    EVENT(SETNAME, "the source has another real name")                                                                 \
    EVENT(ACCOUNT, "the source is logged in to another account, or to none")                                           \
    EVENT(READ, "how far the source has read, to their other connections")                                             \
    EVENT(WALLOPS, "an operator says something to those who asked for it")                                             \
    EVENT(PRESENCE, "to one who monitors, made by the courier: somebody is here, or gone")                             \
    EVENT(SUBSCRIBE, "changes the copy: a key is wanted from now on, or no more")                                      \
    EVENT(METADATA, "to those who subscribed to the key")                                                              \
    EVENT(REPLY, "bytes for the client, as they are")

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

/* Those who get it. */
enum event_audience {
    AUDIENCE_NOBODY,     /* couriers only */
    AUDIENCE_CONNECTION, /* the connection `target` */
    AUDIENCE_USER,       /* all connections of the user `target` */
    AUDIENCE_CHANNEL,    /* the members of the channel `target` */
    AUDIENCE_COMMON,     /* all who share one of `channels` with the source */
    AUDIENCE_ALL,
    AUDIENCE_FLAGGED, /* users who have all of the user flags in `target` */
    AUDIENCES
};

enum event_flag {
    EVENT_NOT_SOURCE = 1u << 0, /* not to the connection it came from; if that is NONE, to none of the source's */
    EVENT_LOBBY = 1u << 1,      /* AUDIENCE_COMMON: also everyone in the lobby */
    EVENT_UNNAMED = 1u << 2,    /* the source had no nick of its own */
    EVENT_ARRIVING = 1u << 3,   /* JOIN: part of connecting, which ARRIVE tells */
    EVENT_BOT = 1u << 4,        /* the source says it is a bot */
    EVENT_LAST = 1u << 5,       /* WALL: the server ends after it */
    EVENT_KEPT = 1u << 6,       /* the history has it; set by publishing */
};

/* What an event of each type says, by name, in the order in which it is packed. `all` is for those who treat all types
 * alike. Of channels, the number is that of the record and the string its name then; `current` is the channel they talk
 * in, or NONE. */
union event_strings {
    const char *all[EVENT_STRINGS]; /* zero-terminated, never NULL once decoded */
    struct {
        const char *to;
    } nick;
    /* monitored, subscribed: lists with commas */
    struct {
        const char *monitored, *subscribed;
    } detach;
    /* irc_text: if it differs */
    struct {
        const char *text, *irc_text;
    } quit;
    struct {
        const char *channel_name, *realname;
    } join;
    struct {
        const char *channel_name, *text;
    } part;
    struct {
        const char *channel_name, *nick, *shown, *text;
    } kick;
    struct {
        const char *channel_name;
    } current;
    /* shown: as they are told at doors of plain text, if that differs */
    struct {
        const char *channel_name, *changes, *shown;
    } mode;
    struct {
        const char *nick, *channel_name, *shown;
    } invite;
    struct {
        const char *channel_name, *server;
    } knock;
    struct {
        const char *before, *after, *text;
    } rename;
    /* server: "" for a client that is told by another answer how far it has read */
    struct {
        const char *before, *after, *text, *realname, *server;
    } moved;
    /* members: @+nick!user@host, with a blank between two; topic: "" for none, or told before */
    struct {
        const char *channel_name, *server, *symbol, *members, *topic, *topic_by;
    } inside;
    struct {
        const char *channel_name, *topic;
    } topic;
    /* tags: client-only; account: of the user it is for, or "" */
    struct {
        const char *target, *text, *tags, *account;
    } message;
    /* account: as of a message */
    struct {
        const char *target, *id, *reason, *account;
    } redact;
    /* last_words: for IRC */
    struct {
        const char *text, *nick, *last_words;
    } kill;
    struct {
        const char *text;
    } wall;
    struct {
        const char *change;
    } flags;
    struct {
        const char *nick;
    } monitor;
    struct {
        const char *text;
    } away;
    struct {
        const char *realname;
    } setname;
    /* name: "" for none */
    struct {
        const char *name;
    } account;
    struct {
        const char *target, *stamp, *server;
    } read;
    struct {
        const char *text;
    } wallops;
    struct {
        const char *who;
    } presence;
    struct {
        const char *key;
    } subscribe;
    struct {
        const char *target, *key, *value, *server;
    } metadata;
    struct {
        const char *bytes;
    } reply;
};

/* A connection, as it is when it is attached and when it is detached. */
struct event_connection {
    uint32_t generation, door, current, caps_low, caps_high;
    uint32_t user_flags; /* of its user */
    uint32_t hang_up;    /* DETACH: at once, in both directions */
};

union event_numbers {
    uint32_t all[EVENT_NUMBERS];
    struct event_connection attach, detach;
    /* count_before: of `channels`, how many are those of the user before */
    struct {
        uint32_t count_before, current_before, current_after, flags_before, flags_after;
    } adopt;
    struct {
        uint32_t before_low, before_high, after_low, after_high;
    } caps;
    /* how: enum event_quit */
    struct {
        uint32_t how;
    } quit;
    struct {
        uint32_t channel, member_flags, current_before;
    } join;
    /* PART and KICK say the same. Connections that talked in the channel have a CURRENT each. */
    struct {
        uint32_t channel, member_flags;
    } part;
    struct {
        uint32_t channel, member_flags;
    } kick;
    struct {
        uint32_t before, after;
    } current;
    struct {
        uint32_t channel, before, after;
    } status;
    /* needed_flags at the same place as in message */
    struct {
        uint32_t channel, needed_flags;
    } knock;
    /* topic_at: seconds since 1970; last: no members are left to be told; joined: on another connection, and not by a
     * channel's new name */
    struct {
        uint32_t topic_at, last, joined;
    } inside;
    /* kind: enum event_message; needed_flags: member flags of which one is needed to get it, 0: none */
    struct {
        uint32_t kind, needed_flags;
    } message;
    struct {
        uint32_t before, after;
    } flags;
    struct {
        uint32_t on;
    } monitor;
    struct {
        uint32_t here;
    } presence;
    struct {
        uint32_t on;
    } subscribe;
    struct {
        uint32_t is_set;
    } metadata;
};

struct event {
    uint32_t type;
    uint32_t flags;
    uint32_t audience;
    uint32_t target;      /* a connection, a user or a channel, as the audience says */
    uint32_t target_user; /* KICK: the victim; QUIT: the user who did it and is answered; ADOPT: whose it was */
    uint32_t source;      /* a user, or NONE for the server */
    uint32_t generation;  /* of the source */
    uint32_t connection;  /* the one of the source's that it came from or concerns, or NONE */
    uint32_t origin;      /* HOME_HERE, or the number of the service that brought it here */
    int64_t time;         /* ms since 1970 */
    uint64_t position;    /* in the ring: set by publishing and decoding, the same for every reader */

    uint64_t id; /* names a message to clients; 0 when publishing stands for the position */

    /* The source as it was; empty for the server. */
    const char *nick, *shown, *username, *host, *account;

    union event_numbers numbers;
    union event_strings strings;
    size_t lengths[EVENT_STRINGS]; /* of `strings`: EVENT_LENGTH; 0 stands for strlen when encoding */
    const uint32_t *channels;      /* each with member flags: see event_channel */
    uint32_t channel_count;
};

/* The length of one of its strings by name: EVENT_LENGTH(event, message.text). An lvalue. */
#define EVENT_LENGTH(event, field) ((event)->lengths[&(event)->strings.field - (event)->strings.all])

/* A channel the source is in, and its flags there, packed into one number of `channels`. */
#define EVENT_FLAGS_SHIFT 28
static inline uint32_t event_unpack_channel(uint32_t packed)
{
    return packed & ((UINT32_C(1) << EVENT_FLAGS_SHIFT) - 1);
}
static inline uint32_t event_channel(const struct event *event, uint32_t i)
{
    return event_unpack_channel(event->channels[i]);
}
static inline uint32_t event_channel_flags(const struct event *event, uint32_t i)
{
    return event->channels[i] >> EVENT_FLAGS_SHIFT;
}

/* An event of `user`: source and time filled in, its connection NONE. Lock held. */
struct event event_of_locked(const struct world *world, enum event_type type, uint32_t user);

/* An event of the server's own. */
struct event event_of_server(enum event_type type);

/* The same event as one that was decoded: no string is missing, and each has its length. */
struct event event_as_decoded(const struct event *event);

/* Fills `channels` (EVENT_CHANNELS of them) with those the user is in; returns how many. Lock held. */
uint32_t event_channels_locked(const struct world *world, uint32_t user, uint32_t *channels);

/* The most room in the ring that any one event takes: what to ask for before publishing it. */
#define EVENT_NEED_MAX (RING_RECORD_MAX + 64)

/* What a DETACH takes at most, with all that a connection may monitor and be subscribed to, and a QUIT, with words of
 * up to 4 KiB; and what it takes for a user to leave, all of whose connections are detached before. */
#define EVENT_NEED_DETACH ((size_t)11264)
#define EVENT_NEED_QUIT   ((size_t)8192)
#define EVENT_NEED_LEAVE  (EVENT_NEED_QUIT + USER_CONNECTIONS * EVENT_NEED_DETACH)

/* An ATTACH of that connection, which is open. Lock held. */
struct event event_attach_locked(const struct world *world, uint32_t connection, uint32_t channels[EVENT_CHANNELS]);

/* Detaches it, in the tables as well. hang_up: nothing more is sent to the client. Lock held; needs EVENT_NEED_DETACH.
 */
void event_detach_locked(struct world *world, uint32_t connection, bool hang_up);

/* The connection becomes the user's, in the tables as well, and talks in that channel of theirs (NONE: in none). The
 * event is to be published: by then the user it was of may have left. False if the user has USER_CONNECTIONS. Lock
 * held. */
bool event_adopt_locked(struct world *world, uint32_t connection, uint32_t user, uint32_t current, struct event *event,
                        uint32_t channels[EVENT_CHANNELS_MOST]);

/* Publishes it in the running transaction and sets its position. What is too long for a record is cut. */
void event_publish_locked(struct world *world, struct event *event);

/* Reads a record. The event points into it. False if the bytes are no event; whatever they are, nothing
 * outside of the record is read, and every string ends in a zero byte. */
bool event_decode(const struct ring_record *record, struct event *event);

/* The member flags of which one is needed to get it from its channel; 0 if all members do. */
uint32_t event_for_flags(const struct event *event);

const char *event_name(uint32_t type);

#endif
