/* The head of the tables: only for the files of src/world. */
#ifndef FORKCHAT_WORLD_LAYOUT_H
#define FORKCHAT_WORLD_LAYOUT_H

#include <stdatomic.h>

#include "connections.h"
#include "crashes.h"
#include "history_marks.h"
#include "message_index.h"
#include "reach.h"
#include "world.h"

/* Addresses hash to so many slots; those that share one share what they have left behind. */
#define ORIGINS 1024u

struct world_shm {
    /* ground truth; the ends are one past the highest record ever used, so that nothing walks over records
     * that nobody needed yet */
    struct world_limits limits;
    uint32_t users_end;
    uint32_t connections_end;
    uint32_t channels_end;
    uint32_t members_end;
    uint32_t masks_end;
    uint64_t next_order;
    uint64_t arrivals;         /* users ever introduced */
    int64_t started_at;        /* ms since 1970 */
    int64_t started_monotonic; /* clock_monotonic() */
    uint64_t seed;             /* of world_hash */
    uint32_t most_present;
    uint32_t bans_end;
    uint32_t monitors_end;
    uint32_t metadata_end;
    uint64_t whowas_end;      /* counts up: the next one's slot is this, modulo their number */
    uint64_t attendances_end; /* the same */
    uint32_t silence;
    struct stop_shm stop;
    uint64_t crashes_end; /* counts up: the next one's slot is this, modulo their number */
    struct crash_shm crashes[CRASHES];
    _Atomic uint32_t bans_version;
    _Atomic uint32_t orders;
    _Atomic uint64_t command_counts[COMMAND_COUNTS]; /* for STATS alone: in no order with anything */
    _Atomic uint32_t over;
    _Atomic int32_t supervisor; /* its pid, as far as this can be believed */
    _Atomic uint32_t claims;
    _Atomic uint32_t retiring; /* 0: nobody; else a courier's number and 1 */
    _Atomic uint32_t settings_version;
    uint32_t settings_length;
    char settings[SETTINGS_TEXT_SIZE];
    uint64_t messages_indexed; /* ever added; the last MESSAGE_INDEX_SIZE of them are there */
    struct message_index_shm message_index[MESSAGE_INDEX_SIZE];
    struct history_marks_shm history;

    /* derived */
    uint32_t present;
    uint32_t detached;
    uint32_t detached_from[ORIGINS];
    uint32_t memberships;
    uint32_t used[SHARES];                         /* of memberships: `memberships` */
    uint32_t left_behind[SHARES_CHARGED][ORIGINS]; /* by users who are no longer here */
    struct world_counts counts;
    uint32_t free_user;
    uint32_t free_channel;
    uint32_t free_member;
    uint32_t free_mask;
    uint32_t free_monitor;
    uint32_t free_metadata;
};

/* Lists are walked with care, for a process that was taken over may have written them: an index from the region is
 * compared with the table's size, which also ends a list (NONE is larger than any), and a walk makes no more steps
 * than there are records. So a damaged list gives wrong answers, but nobody reads or writes outside, nor loops. */

/* An end as it may be used: not beyond its table. */
static inline uint32_t world_bound(uint32_t end, uint32_t limit)
{
    return end < limit ? end : limit;
}

/* With a number in it that nobody outside knows, so that nobody can choose what shares a slot. */
uint64_t world_hash(const struct world *world, const void *bytes, size_t length);

/* Where what is charged so is counted: with the user while they are here, else with their origin. */
uint32_t *share_count_of(const struct world *world, enum share_pool pool, const struct charge_shm *charge);

/* Buckets: a power of two, about one for each entry. */
uint32_t world_buckets(uint32_t entries);

/* Takes the record behind the last one ever used; NONE if `limit` is reached. */
uint32_t world_extend_locked(struct world *world, uint32_t *end, uint32_t limit);

/* Counts that user in or out, as its state and flags are now. */
void user_count(struct world *world, const struct user_shm *user, uint32_t by);

/* The parts of adding and removing that repair needs too. */
void user_link_nick(struct world *world, uint32_t index);
void user_put_free(struct world *world, uint32_t index);
void user_clear_lists(struct user_shm *user);
void connection_link(struct world *world, uint32_t index);
void connection_clear_lists(struct connection_shm *connection);

/* Counts a membership, or a connection, in or out (UINT32_MAX: the counts wrap) of what reach.h tells. check: NULL, or
 * what is wrong. */
void reach_clear(struct world *world);
void reach_add_member(struct world *world, const struct member_shm *member, uint32_t by);
void reach_add_connection(struct world *world, uint32_t connection, uint32_t by);
const char *reach_check(const struct world *world);
void channel_link_name(struct world *world, uint32_t channel);
void member_link(struct world *world, uint32_t member);

/* Whether the record is used, and by a user and a channel that are there. */
bool member_is_live(const struct world *world, const struct member_shm *member);
void mask_link(struct world *world, uint32_t mask);

/* Whether the record is used and its channel still the one it was made for. */
bool mask_is_live(const struct world *world, const struct mask_shm *mask);

/* A channel has gone: its masks are free. */
void mask_free_all(struct world *world, uint32_t channel);
void monitor_link(struct world *world, uint32_t monitor);
void metadata_link(struct world *world, uint32_t metadata);

/* Whether there is a user of that number; whether the connection is open, and a user's who is there. */
static inline bool user_has_nick(const struct world *world, uint32_t index)
{
    return index < world->limits.users &&
           (world->users[index].state == USER_ATTACHED || world->users[index].state == USER_PRESENT);
}
static inline bool connection_is_live(const struct world *world, uint32_t index)
{
    return index < world->limits.connections && world->connections[index].state == CONNECTION_OPEN &&
           user_has_nick(world, world->connections[index].user);
}

/* The same for these. */
bool monitor_is_live(const struct world *world, const struct monitor_shm *monitor);
bool metadata_is_live(const struct world *world, const struct metadata_shm *record);

#endif
