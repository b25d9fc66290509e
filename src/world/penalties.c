/* Penalties. Written by the supervisor and by operators who lift one, under the lock; ground truth only.
 *
 * A network hashes to a few slots, of which it takes its own, a free one, or the one that ends first. So an attacker
 * with many addresses costs no memory, and can at worst have the lightest penalties forgotten. */
#include "base/clock.h"
#include "base/hash.h"
#include "penalties.h"

#include <string.h>

#define PROBES 8u
/* A day, doubled so often, is still a number of nanoseconds. */
#define DOUBLINGS 16u

/* The n-th of the slots where that network can be. */
static struct penalty_shm *slot_of(const struct world *world, const struct net_range *network, uint32_t n)
{
    uint32_t hash = HASH32_START;
    for (int i = 0; i < 16; i++)
        hash = hash32_add(hash, network->bytes[i]);
    return &world->penalties[(hash + n) % PENALTIES];
}

static int64_t end_of(const struct penalty_shm *penalty)
{
    return penalty->state ? atomic_load_explicit(&penalty->until, memory_order_relaxed) : INT64_MIN;
}

static struct penalty_shm *find(const struct world *world, const struct net_range *network)
{
    for (uint32_t i = 0; i < PROBES; i++) {
        struct penalty_shm *penalty = slot_of(world, network, i);
        if (penalty->state && net_same_range(&penalty->network, network))
            return penalty;
    }
    return NULL;
}

/* The record of that network, which may be a new one in the place of another. */
static struct penalty_shm *take_locked(struct world *world, const struct net_range *network)
{
    struct penalty_shm *penalty = find(world, network);
    if (penalty) {
        txn_save(world->txn, penalty, sizeof *penalty);
        return penalty;
    }
    penalty = slot_of(world, network, 0);
    for (uint32_t i = 1; i < PROBES; i++)
        if (end_of(slot_of(world, network, i)) < end_of(penalty))
            penalty = slot_of(world, network, i);
    txn_save(world->txn, penalty, sizeof *penalty);
    *penalty = (struct penalty_shm){.network = *network, .state = 1};
    return penalty;
}

bool penalty_add_locked(struct world *world, const struct net_range *network, enum penalty reason, int64_t seconds,
                        int64_t longest, int64_t now)
{
    struct penalty_shm *penalty = take_locked(world, network);
    int64_t until = end_of(penalty);
    if (until < 0) /* whatever stands there: anybody may have written it */
        until = 0;
    uint32_t doublings = penalty->doublings < DOUBLINGS ? penalty->doublings : DOUBLINGS;
    if (until <= now) {
        int64_t forgotten = until ? (now - until) / (longest * SECOND) : 0;
        doublings -= forgotten < doublings ? (uint32_t)forgotten : doublings;
        penalty->refused = 0;
        until = now;
    }
    penalty->doublings = doublings;
    if (until < now + longest * SECOND)
        until += (seconds * SECOND) << doublings;
    if (until > now + longest * SECOND)
        until = now + longest * SECOND;
    penalty->reason = reason;
    penalty->troubles++;
    atomic_store_explicit(&penalty->until, until, memory_order_relaxed);
    int64_t least = longest < PENALTY_LEAST ? longest : PENALTY_LEAST;
    if (penalty->refused || until - now < least * SECOND)
        return false;
    penalty->refused = 1;
    if (doublings < DOUBLINGS)
        penalty->doublings = doublings + 1;
    return true;
}

int64_t penalty_owed(const struct penalty_shm *penalty, int64_t now)
{
    int64_t until = end_of(penalty);
    return until > now ? (until - now + SECOND - 1) / SECOND : 0;
}

int64_t penalty_left(const struct world *world, const struct net_range *network, int64_t now)
{
    const struct penalty_shm *penalty = find(world, network);
    return penalty && penalty->refused ? penalty_owed(penalty, now) : 0;
}

const struct penalty_shm *penalty_next_locked(const struct world *world, uint32_t *at, int64_t now)
{
    while (*at < PENALTIES) {
        const struct penalty_shm *penalty = &world->penalties[(*at)++];
        if (penalty_owed(penalty, now) > 0)
            return penalty;
    }
    return NULL;
}

void penalty_lift_locked(struct world *world, const struct penalty_shm *penalty)
{
    struct penalty_shm *record = &world->penalties[penalty - world->penalties];
    txn_save(world->txn, record, sizeof *record);
    atomic_store_explicit(&record->until, 0, memory_order_relaxed);
    record->doublings = 0;
}

const char *penalty_word(uint32_t reason)
{
    static const char *const words[] = {
#define PENALTY(symbol, word) word,
        PENALTY_REASONS(PENALTY)
#undef PENALTY
    };
    return reason < PENALTY_KINDS ? words[reason] : NULL;
}
