/* Guessing at passwords: how often each client was wrong, for the supervisor, which has its address owe for it; and how
 * much each name was tried, by whomever.
 *
 * A name that is tried more often than once in GUESS_STEP_MS (a few at once are free) makes those who try it wait, each
 * longer than the one before, up to GUESS_MOST_MS: never for ever, so nobody can shut out a person who knows the
 * password. The addresses that were last right wait for nothing until they are wrong. Names that no operator has are no
 * different: how long it takes says nothing of who there is.
 *
 * Written by workers and the supervisor without the lock; in no order with anything, and not in the journal. */
#ifndef FORKCHAT_WORLD_GUESSES_H
#define FORKCHAT_WORLD_GUESSES_H

#include "base/net.h"
#include "world.h"

#define GUESS_STEP_MS 1000
#define GUESS_MOST_MS 10000

/* How many may be tried at once before anybody waits. */
#define GUESS_FREE 3

/* How often one connection may be wrong before it is ended. */
#define GUESSES_MOST 3u

size_t guesses_size(const struct world_limits *limits);

/* Somebody at `from` is about to try that name. Returns for how many ms they must wait first. `now` is
 * clock_monotonic(). */
int64_t guess_begin(struct world *world, const char *name, const struct net_range *from, int64_t now);

/* And was right, or wrong. */
void guess_was_right(struct world *world, const char *name, const struct net_range *from);
void guess_was_wrong(struct world *world, const char *name, const struct net_range *from);

/* The client of that connection gave a wrong password, of any kind. The caller then calls the supervisor. */
void guess_count(struct world *world, uint32_t connection);

/* Whether that client did since the last time; how often, which is 0 from then on. By the supervisor alone. */
bool guess_is_counted(const struct world *world, uint32_t connection);
uint32_t guess_take(struct world *world, uint32_t connection);

#endif
