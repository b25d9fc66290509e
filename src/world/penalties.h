/* Penalties: networks whose clients made trouble, which must wait before anybody from there may come in. The table is
 * shared so that operators can see it and lift one, and so that it outlives a supervisor.
 *
 * Each trouble costs seconds. They add up, and pass as time does. A network that owes PENALTY_LEAST or more is refused
 * until nothing is owed. Each time that happens doubles what the next trouble costs; one doubling is forgotten for each
 * `longest` that passes in peace. */
#ifndef FORKCHAT_WORLD_PENALTIES_H
#define FORKCHAT_WORLD_PENALTIES_H

#include <stdatomic.h>

#include "base/net.h"
#include "world.h"

/* Networks remembered at most; then those are forgotten whose penalty ends first. */
#define PENALTIES 4096u

/* Seconds owed from which on a network is refused. */
#define PENALTY_LEAST 10

/* PENALTY(symbol, word) */
#define PENALTY_REASONS(PENALTY) PENALTY(CRASH, "crash") PENALTY(PASSWORD, "password") PENALTY(SILENCE, "silence")

enum penalty {
#define PENALTY(symbol, word) PENALTY_##symbol,
    PENALTY_REASONS(PENALTY)
#undef PENALTY
        PENALTY_KINDS,
    PENALTY_NONE = PENALTY_KINDS
};

struct penalty_shm {
    struct net_range network;
    uint32_t state;  /* 0: free */
    uint32_t reason; /* enum penalty, of the last trouble */
    uint32_t troubles;
    uint32_t doublings;
    uint32_t refused;      /* owed so much once that nobody may come in before `until` */
    _Atomic int64_t until; /* clock_monotonic() */
};

/* Adds a trouble that costs so many seconds; `longest` is the most that can be owed. `now` is clock_monotonic(). True
 * if the network is refused from now on and was not before. By the supervisor alone. */
bool penalty_add_locked(struct world *world, const struct net_range *network, enum penalty reason, int64_t seconds,
                        int64_t longest, int64_t now);

/* For how many seconds more nobody may come in from there, 0 if they may. Without the lock, by the supervisor alone:
 * nobody else makes records. */
int64_t penalty_left(const struct world *world, const struct net_range *network, int64_t now);

/* Those that owe anything, one by one: the next from the slot *at on, which is moved behind it; NULL at the end. */
const struct penalty_shm *penalty_next_locked(const struct world *world, uint32_t *at, int64_t now);

/* Seconds owed, rounded up. */
int64_t penalty_owed(const struct penalty_shm *penalty, int64_t now);

/* Forgets it, and its doublings. */
void penalty_lift_locked(struct world *world, const struct penalty_shm *penalty);

/* crash, password, silence; NULL if it is none. */
const char *penalty_word(uint32_t reason);

#endif
