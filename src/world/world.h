/* The tables: who is here, which channels there are, who is in which. Shared by all processes.
 *
 * The structs are open to readers, because commands ask for many fields; only src/world writes to them.
 * Every function here whose name ends in _locked, and every look at a *_shm, needs the lock: that is, a
 * transaction (world->txn) that has begun.
 *
 * Who trusts whom. Processes trust one another to work: all map the region to write to, so one that was taken over by
 * its client can spoil what is there, stop the daemon, say anything as anybody, or have a process killed that is ours.
 * What it must not get at is the supervisor's rights, or another's memory beyond the region:
 *  - Indices are compared with world->limits, which each process has of its own. A list ends at an index that is none;
 *    where the supervisor walks, also after as many steps as there are records. t/unit/world-damage.c tries.
 *  - Texts are copied out within the size of their field (text_copy, user_seal and its like for whole records), because
 *    one may have lost its end. A read that runs on all the same ends in the page of zeros behind the region
 *    (port_map).
 *  - Sizes and offsets of areas are read once, when the region is opened; the ring's and the journal's bounds are
 *    private.
 *  - Couriers decode a record into a copy of its numbers. Its strings stay where they are and may change meanwhile:
 *    they are only ever added to buffers that know their size.
 *  - A courier takes a socket for a slot from the process of that slot alone (process/owners.h).
 *  - The supervisor kills by its own list of children; a pid from the region only chooses among them. Orphans are
 *    signalled with the rights of the user they run as (process/supervisor_signal.c).
 *  - The lock has no address in it (ipc/lock.c), and the kernel says who is alive (ipc/liveness.c). */
#ifndef FORKCHAT_WORLD_WORLD_H
#define FORKCHAT_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mask.h"
#include "caps.h"
#include "ipc/txn.h"
#include "names.h"

#define NONE UINT32_MAX

/* Sizes in bytes, with the zero byte. */
#define ADDRESS_SIZE       80
#define HOST_SIZE          64
#define USERNAME_SIZE      20
#define REALNAME_SIZE      160
#define TOPIC_SIZE         400
#define ACCOUNT_SIZE       32
#define AWAY_SIZE          256
#define KEY_SIZE           32
#define SETTINGS_TEXT_SIZE ((size_t)65536)

/* Most connections that one user may have. */
#define USER_CONNECTIONS 5u

/* The lobby is always there, in this slot. */
#define LOBBY 0u

enum user_state {
    USER_FREE,     /* nobody */
    USER_ATTACHED, /* connected, not yet introduced to the others */
    USER_PRESENT,  /* everybody may see them */
};

/* Where a user is. Other homes are services, which carry elsewhere what is said to the user. */
#define HOME_HERE 0u

enum user_flag {
    USER_NAMED = 1u << 0,    /* took a nick; before, they are shown by their address */
    USER_OPERATOR = 1u << 1, /* gave an operator's name and password */
    USER_INVISIBLE = 1u << 2,
    USER_WALLOPS = 1u << 3,
    USER_NOTICES = 1u << 4,
    USER_BOT = 1u << 5,
    USER_ACCOUNTS = 1u << 7, /* hears from nobody in private who has no account */
    USER_MUTED = 1u << 6,    /* by an operator of the server; no letter stands for it */
    USER_STAYS = 1u << 8,    /* their account is always on: they stay without a connection; no letter */
};

/* What the tables hold of which one user must not take all: shares.h. */
enum share_pool {
    SHARE_MASKS, /* and invitations */
    SHARE_CHANNELS,
    SHARE_METADATA,
    SHARES_CHARGED, /* those before have a charge each, the others belong to a user */
    SHARE_MONITORS = SHARES_CHARGED,
    SHARE_MEMBERS, /* memberships */
    SHARES
};

/* The user or address that is charged for a record. Ground truth. */
struct charge_shm {
    uint32_t user; /* NONE: the server */
    uint32_t generation;
    uint32_t origin; /* where they were: share_origin */
};

/* What a client that was lost shows to come back: token.h. Ground truth. */
#define TOKEN_HASH_SIZE 16
struct token_shm {
    uint64_t position;                   /* in the ring, of the DETACH of the connection that had it */
    unsigned char hash[TOKEN_HASH_SIZE]; /* zeros: none */
};

/* Somebody in the world, however many connections they have. Ground truth first; the part behind `first_membership` is
 * derived from it. */
struct user_shm {
    uint32_t state;
    uint32_t generation; /* grows with each new user of this number */
    uint32_t door;       /* by which they came last */
    uint32_t flags;
    uint32_t home;              /* HOME_HERE, or the number of the service that has them */
    uint64_t order;             /* of connecting: counts up */
    int64_t attached_at;        /* ms since 1970 */
    int64_t attached_monotonic; /* clock_monotonic(), as the two below */
    int64_t active_monotonic;
    int64_t hand_monotonic;     /* when they raised their hand; 0: it is down */
    int64_t detached_monotonic; /* since when they have no connection; 0: they have one, or their home is elsewhere */
    uint64_t detached_position; /* in the ring, of the last DETACH: they have seen all before */
    char nick[NICK_SIZE];       /* a nick at all times: "guest7" until they take one */
    char address[ADDRESS_SIZE]; /* 127.0.0.1:51116 */
    char host[HOST_SIZE];       /* 127.0.0.1 */
    char username[USERNAME_SIZE];
    char realname[REALNAME_SIZE];
    char account[ACCOUNT_SIZE]; /* "" for none */
    char away[AWAY_SIZE];       /* "" while here */
    uint32_t origin;            /* where they are: share_origin */
    struct token_shm tokens[USER_CONNECTIONS];

    uint32_t first_membership;
    uint32_t membership_count;
    uint32_t first_connection;
    uint32_t connection_count;
    uint32_t first_metadata;
    uint32_t charged[SHARES_CHARGED];
    uint32_t nick_next; /* in the bucket of the nick's hash; next free user */
};

enum channel_state { CHANNEL_FREE, CHANNEL_LIVE };

struct channel_shm {
    uint32_t state;
    uint32_t generation;
    int64_t created_at; /* ms since 1970 */
    int64_t topic_at;
    int64_t created_monotonic; /* clock_monotonic() */
    int64_t topic_monotonic;
    char name[CHANNEL_SIZE];
    char topic[TOPIC_SIZE];
    char topic_by[NICK_SIZE];
    uint32_t modes; /* enum channel_mode */
    uint32_t limit; /* of members, 0 for none */
    char key[KEY_SIZE];
    struct charge_shm charge;   /* who made it */
    char founder[ACCOUNT_SIZE]; /* the account it is registered for; "": none */

    uint32_t first_member;
    uint32_t member_count;
    uint32_t first_metadata;
    uint32_t first_mask;
    uint32_t last_mask;
    uint32_t mask_count; /* of all kinds */
    uint32_t name_next;  /* in the bucket of the name's hash; next free channel */
};

enum member_flag {
    MEMBER_OPERATOR = 1u << 0, /* the channel's moderator */
    MEMBER_VOICE = 1u << 1,    /* may speak in a moderated one */
};

/* Channel modes that are either on or off. RFC 2811 section 4.2. */
enum channel_mode {
    CHANNEL_INVITE_ONLY = 1u << 0,     /* i */
    CHANNEL_MODERATED = 1u << 1,       /* m */
    CHANNEL_NO_EXTERNAL = 1u << 2,     /* n */
    CHANNEL_PRIVATE = 1u << 3,         /* p */
    CHANNEL_SECRET = 1u << 4,          /* s */
    CHANNEL_TOPIC_LOCK = 1u << 5,      /* t */
    CHANNEL_SILENCED = 1u << 6,        /* by an operator of the server; no letter stands for it */
    CHANNEL_NO_CTCP = 1u << 7,         /* C: no CTCP but ACTION */
    CHANNEL_NO_HISTORY = 1u << 8,      /* H: nothing of what is said here is kept */
    CHANNEL_NO_PAST = 1u << 9,         /* J: nobody sees what was said before they joined */
    CHANNEL_ACCOUNTS = 1u << 10,       /* R: only who has an account may come in */
    CHANNEL_ACCOUNTS_SPEAK = 1u << 11, /* M: ... may speak, besides those with a status */
};

enum member_state { MEMBER_FREE, MEMBER_LIVE };

struct member_shm {
    uint32_t state;
    uint32_t user;
    uint32_t channel;
    uint32_t flags;
    int64_t joined_at; /* ms since 1970 */

    uint32_t next_of_channel; /* next free record */
    uint32_t previous_of_channel;
    uint32_t next_of_user;
    uint32_t previous_of_user;
};

enum mask_kind {
    MASK_BAN,       /* may not come in, nor speak. RFC 2811 section 4.3.1 */
    MASK_EXCEPTION, /* may, although banned */
    MASK_INVITE,    /* may come in uninvited. Section 4.3.2 */
    MASK_KINDS,
    MASK_INVITED = MASK_KINDS, /* no mask: a user who was invited and has not come yet */
    MASK_INVITED_BY_OPERATOR,
};

/* What a channel keeps of people who may not be in it. A record counts as long as its channel lives: when a
 * channel goes, only the channel's own record changes, however many of these it had. */
struct mask_shm {
    uint32_t used;
    uint32_t kind; /* enum mask_kind */
    uint32_t channel;
    uint32_t channel_generation;
    uint32_t user; /* MASK_INVITED…: who */
    uint32_t user_generation;
    int64_t set_at; /* ms since 1970 */
    char mask[MASK_SIZE];
    char set_by[NICK_SIZE];
    struct charge_shm charge;

    uint32_t next_of_channel; /* next free record */
    uint32_t previous_of_channel;
};

/* Ends all texts of a copy of a record: in the tables another process may have taken their ends away. */
void user_seal(struct user_shm *copy);
void channel_seal(struct channel_shm *copy);

/* Of one kind in one channel; both kinds of invitations count as one. */
#define CHANNEL_MASKS 100u

/* How much the tables can hold. */
struct world_limits {
    uint32_t users;
    uint32_t connections;
    uint32_t channels;
    uint32_t members;
    uint32_t masks;
    uint32_t couriers;
};

struct world_shm;

/* One process's view. */
struct world {
    struct txn *txn;
    struct world_shm *shm;
    struct user_shm *users;
    struct connection_shm *connections; /* connections.h */
    struct channel_shm *channels;
    struct member_shm *members;
    struct mask_shm *masks;
    uint32_t *nick_buckets;
    uint32_t *channel_buckets;
    struct ban_shm *bans;                      /* bans.h */
    struct whowas_shm *whowas;                 /* whowas.h */
    struct monitor_shm *monitors;              /* monitors.h */
    struct attendance_shm *attendances;        /* attendance.h */
    struct counters_shm *counters;             /* counters.h */
    struct metadata_shm *metadata;             /* metadata.h */
    struct delivery_marks_shm *delivery_marks; /* delivery_marks.h */
    struct penalty_shm *penalties;             /* penalties.h */
    struct recorder_shm *recorders;            /* recorder.h */
    struct guesses_shm *guesses;               /* guesses.h */
    struct origin_shm *origins;                /* origins.h */
    uint32_t *reach;                           /* reach.h */
    struct owned_nicks_shm *owned_nicks;       /* owned_nicks.h */
    struct world_limits limits;
};

/* The version of everything in the region: grows with every change of a struct that lies in it, and of what a
 * supervisor leaves to the program that is executed in its place (process/exec_state.c). */
#define WORLD_LAYOUT UINT64_C(0x0017)

size_t world_size(const struct world_limits *limits);

/* Makes the tables in a region just created, with the lobby; world_attach uses those that are there. Both
 * make this process repair them if it takes the lock from a dead owner. */
void world_create(struct world *world, struct txn *txn, const struct world_limits *limits);
int world_attach(struct world *world, struct txn *txn);

/* A user by index, or NULL if there can be none (an index from the region is not trusted). */
struct user_shm *world_user(const struct world *world, uint32_t index);

/* One past the highest number of a user ever used, for walks over all users. */
uint32_t world_users_end_locked(const struct world *world);

/* The same for channels. */
uint32_t world_channels_end_locked(const struct world *world);

/* Which courier writes to that connection. It is also the number of that courier's ring reader. */
uint32_t world_courier(const struct world *world, uint32_t connection);

/* How many there are of what LUSERS tells; kept with every change, so that nobody has to walk the tables. */
struct world_counts {
    uint32_t attached;  /* connected, not yet introduced */
    uint32_t invisible; /* of those present */
    uint32_t operators; /* of those present */
    uint32_t channels;  /* with members */
};
struct world_counts world_counts_locked(const struct world *world);

/* Users who are present. */
uint32_t world_present_locked(const struct world *world);

/* Those of them who are detached: all, and those who came from where that user did. The first may be asked without the
 * lock, for a hint. */
uint32_t world_detached(const struct world *world);
uint32_t world_detached_from_locked(const struct world *world, uint32_t user);

/* The most that ever were at one time, and how many came in all. */
uint32_t world_most_present_locked(const struct world *world);
uint64_t world_arrivals_locked(const struct world *world);

/* When the server was started, ms since 1970. Without the lock: it never changes. */
int64_t world_started(const struct world *world);

/* For how many seconds the session has lasted. */
int64_t world_uptime(const struct world *world);

/* How often each command was used, by its number in the command table. Without the lock. */
#define COMMAND_COUNTS 256u
void world_count_command(struct world *world, uint32_t number);
uint64_t world_command_count(const struct world *world, uint32_t number);

/* ---- Users ---- */

/* A new user, not yet introduced and without a connection, with the name of a guest; NONE if there is no room.
 * `address` and `host` are what others are shown. */
uint32_t user_create_locked(struct world *world, const char *address, const char *host);

/* The worker `pid` brings the user a connection in the slot `connection`, which must be free: connections.h. Returns
 * the connection's generation, or 0 if the user has USER_CONNECTIONS. */
uint32_t user_attach_locked(struct world *world, uint32_t index, uint32_t connection, int32_t pid, uint32_t door,
                            const char *address, const char *host);

/* The connection is its user's no longer; what it monitored and subscribed to is gone. A user who is present and has no
 * other stays, detached. position: of the DETACH in the ring. */
void user_detach_locked(struct world *world, uint32_t connection, uint64_t position);

/* The user, who is present and has no connection, is detached from now on. */
void user_wait_locked(struct world *world, uint32_t index);

/* The connection is that other user's from now on, with what it monitors and subscribed to, and talks in no channel.
 * False if the user has USER_CONNECTIONS. Who has none left must leave in the same transaction, or is detached. */
bool user_take_connection_locked(struct world *world, uint32_t index, uint32_t connection);

/* Attached becomes present. */
void user_introduce_locked(struct world *world, uint32_t index);

/* A host as others see it: `host`, but never beginning with a colon, which would mean something else in an IRC
 * message. */
void user_name_host(char shown[HOST_SIZE], const char *host);

/* Changes the nick, which must be valid and nobody else's, and sets USER_NAMED. */
void user_rename_locked(struct world *world, uint32_t index, const char *nick);

/* What an IRC client says of itself with USER; each is cut to its size. */
void user_describe_locked(struct world *world, uint32_t index, const char *username, const char *realname);
void user_set_realname_locked(struct world *world, uint32_t index, const char *realname);

/* They are logged in as that account from now on; "": as none. */
void user_set_account_locked(struct world *world, uint32_t index, const char *account);

/* They said something just now. */
void user_touch_locked(struct world *world, uint32_t index);
void user_set_away_locked(struct world *world, uint32_t index, const char *away);
void user_set_flags_locked(struct world *world, uint32_t index, uint32_t flags);
void user_set_hand_locked(struct world *world, uint32_t index, bool up);

/* The user leaves: out of every channel, out of the nick table; their connections are closed, their number is free. */
void user_leave_locked(struct world *world, uint32_t index);

/* The user with this nick, or (for the unnamed) this address; NONE if there is none. */
uint32_t user_find_locked(const struct world *world, const char *name);

/* The user, other than `except`, whose nick this one may be taken for (lookalike_are); NONE if there is none. */
uint32_t user_find_alike_locked(const struct world *world, const char *nick, uint32_t except);

/* What others see them as: the nick if they took one, else the address. */
static inline const char *user_shown(const struct user_shm *user)
{
    return user->flags & USER_NAMED ? user->nick : user->address;
}

/* What those who write to them are told: "" while they are here. */
static inline const char *user_shown_away(const struct user_shm *user)
{
    return *user->away || !user->detached_monotonic ? user->away : "not connected right now";
}

/* ---- Channels and memberships ---- */

uint32_t channel_find_locked(const struct world *world, const char *name);

/* The channel, other than `except`, whose name this one may be taken for (lookalike_are); NONE if there is none. */
uint32_t channel_find_alike_locked(const struct world *world, const char *name, uint32_t except);

/* A new channel with that valid name, made by that user (NONE: the server); NONE if there is no room. */
uint32_t channel_create_locked(struct world *world, const char *name, uint32_t by);

void channel_set_topic_locked(struct world *world, uint32_t channel, const char *topic, const char *by);

/* Another name for it, which must be valid and nobody else's (or its own in other case). */
void channel_rename_locked(struct world *world, uint32_t channel, const char *name);

/* Its modes (enum channel_mode), limit of members and key. */
void channel_set_founder_locked(struct world *world, uint32_t channel, const char *account);
void channel_set_modes_locked(struct world *world, uint32_t channel, uint32_t modes);
void channel_set_limit_locked(struct world *world, uint32_t channel, uint32_t limit);
void channel_set_key_locked(struct world *world, uint32_t channel, const char *key);

/* The membership of `user` in `channel`, or NONE. */
uint32_t member_find_locked(const struct world *world, uint32_t user, uint32_t channel);

/* Adds one that is not there yet; NONE if there is no room. */
uint32_t member_add_locked(struct world *world, uint32_t user, uint32_t channel, uint32_t flags);

void member_set_flags_locked(struct world *world, uint32_t member, uint32_t flags);

/* Removes one. A channel without members is gone, except the lobby. Connections of the user that talk in it talk in the
 * lobby from now on, if they are in it. */
void member_remove_locked(struct world *world, uint32_t member);

/* ---- Masks and invitations ---- */

/* How adding one can end. */
enum mask_result { MASK_ADDED, MASK_THERE, MASK_LIST_FULL };

/* Adds `mask`, of a kind below MASK_KINDS, set by that user (NONE: the server), who asked for their share before. */
enum mask_result mask_add_locked(struct world *world, uint32_t channel, enum mask_kind kind, const char *mask,
                                 uint32_t by);

/* The record of that mask, compared without case, or NONE. */
uint32_t mask_find_locked(const struct world *world, uint32_t channel, enum mask_kind kind, const char *mask);

/* The next record of a kind behind `at` (NONE: the first of the channel), or NONE. */
uint32_t mask_next_locked(const struct world *world, uint32_t channel, enum mask_kind kind, uint32_t at);
void mask_remove_locked(struct world *world, uint32_t mask);

/* The user is invited by another, who asked for their share before; if the channel has too many invitations, the oldest
 * is forgotten. False if there is no room in the tables. find: the invitation or NONE. */
bool invitation_add_locked(struct world *world, uint32_t channel, uint32_t user, uint32_t by, bool by_operator);
uint32_t invitation_find_locked(const struct world *world, uint32_t channel, uint32_t user);

/* ---- Settings for those who are already here ---- */

/* Publishes new settings: everybody's world_settings_version changes. The text must fit
 * SETTINGS_TEXT_SIZE. */
void world_set_settings_locked(struct world *world, const char *text, size_t length);

/* Without the lock. */
uint32_t world_settings_version(const struct world *world);

/* Copies the text to `text` (SETTINGS_TEXT_SIZE bytes); returns its length. */
size_t world_get_settings_locked(const struct world *world, char *text);

/* ---- What workers want of the supervisor, which alone may do it. Without the lock. ---- */

enum world_order {
    ORDER_REHASH = 1u << 0,  /* read the configuration again */
    ORDER_RESTART = 1u << 1, /* stop, and start again */
    ORDER_STOP = 1u << 2,
    ORDER_COUNT_DOWN = 1u << 3, /* to what world_stop_locked says */
    ORDER_BLAME = 1u << 4,      /* somebody gave a wrong password: guess_take */
    ORDER_ADMIT = 1u << 5,      /* somebody behind a proxy wants in: origin_asked */
};
void world_give_order(struct world *world, enum world_order order);

/* Those given since the last time, as a set. */
uint32_t world_take_orders(struct world *world);

/* A shutdown that was announced. */
#define STOP_TEXT_SIZE 200
struct stop_shm {
    int64_t at; /* clock_monotonic(); 0: none */
    char text[STOP_TEXT_SIZE];
};
void world_set_stop_locked(struct world *world, const struct stop_shm *stop);
struct stop_shm world_stop_locked(const struct world *world);

/* An operator asked for silence: only operators may speak. */
void world_set_silence_locked(struct world *world, bool silence);
bool world_is_silent_locked(const struct world *world);

/* ---- Succession. No lock needed ---- */

/* A supervisor's pid, for a process that finds the region but none of the files by which the living are known
 * (world/slots.h). Any process may have written it. */
void world_note_supervisor(struct world *world, pid_t pid);
pid_t world_noted_supervisor(const struct world *world);

/* How many supervisors have asked to take this world over from a dead one. The supervisor that asks posts the wakeups.
 */
void world_add_claim(struct world *world);
uint32_t world_claims(const struct world *world);

/* The courier that is to make way for another (NONE: none is). The caller posts its wakeup. */
void world_retire(struct world *world, uint32_t courier);
uint32_t world_retiring(const struct world *world);

/* ---- The end ---- */

/* Tells everyone who follows this world, or comes to life in it, that it is over: the daemon has ended, or a new one
 * takes the place of one that was killed. The caller posts the wakeups. No lock needed. */
void world_end(struct world *world);
bool world_is_over(const struct world *world);

/* ---- Repair ---- */

/* Rebuilds everything derived from the ground truth. */
void world_repair_locked(struct world *world);

/* Walks all of it. NULL if it is consistent, or the first thing that is not, in words. */
const char *world_check_locked(const struct world *world);

#endif
