/* Guessing at passwords. A name hashes to one of a few slots: several names may share one, and then wait for
 * one another. */
#include "guesses.h"

#include <stdatomic.h>
#include <string.h>

#include "layout.h"

#define NAMES 256u
#define KNOWN 4u /* addresses remembered for a name */

struct guessed {
    _Atomic int64_t free_at;       /* clock_monotonic(), ms: when all who try it now have waited; 0: never tried */
    _Atomic uint64_t known[KNOWN]; /* addresses that were right, as hashes; 0: none */
    _Atomic uint32_t next;         /* the one of these to be forgotten next */
};

struct guesses_shm {
    struct guessed names[NAMES];
    _Atomic uint32_t wrong[]; /* by connection, since the supervisor last looked */
};

size_t guesses_size(const struct world_limits *limits)
{
    return sizeof(struct guesses_shm) + limits->connections * sizeof(uint32_t);
}

static struct guessed *slot_of(const struct world *world, const char *name)
{
    return &world->guesses->names[world_hash(world, name, strlen(name)) % NAMES];
}

/* Never 0. */
static uint64_t address_hash(const struct world *world, const char *name, const struct net_range *from)
{
    return (world_hash(world, from->bytes, sizeof from->bytes) ^ world_hash(world, name, strlen(name))) | 1;
}

static bool is_known(const struct guessed *guessed, uint64_t address)
{
    for (unsigned i = 0; i < KNOWN; i++)
        if (atomic_load(&guessed->known[i]) == address)
            return true;
    return false;
}

static void forget(struct guessed *guessed, uint64_t address)
{
    for (unsigned i = 0; i < KNOWN; i++)
        atomic_compare_exchange_strong(&guessed->known[i], &(uint64_t){address}, 0);
}

int64_t guess_begin(struct world *world, const char *name, const struct net_range *from, int64_t now)
{
    struct guessed *guessed = slot_of(world, name);
    const int64_t free_ms = (GUESS_FREE - 1) * GUESS_STEP_MS, most = free_ms + GUESS_MOST_MS;
    int64_t ms = now / 1000000, before = atomic_load(&guessed->free_at), wait, next;
    if (is_known(guessed, address_hash(world, name, from)))
        return 0;
    do {
        /* Whatever stands there: anybody may have written it. */
        int64_t queue = before > ms ? before - ms : 0;
        if (queue > most)
            queue = most;
        wait = queue > free_ms ? queue - free_ms : 0;
        next = ms + queue + GUESS_STEP_MS;
    } while (!atomic_compare_exchange_weak(&guessed->free_at, &before, next));
    return wait;
}

void guess_was_right(struct world *world, const char *name, const struct net_range *from)
{
    struct guessed *guessed = slot_of(world, name);
    uint64_t address = address_hash(world, name, from);
    if (!is_known(guessed, address))
        atomic_store(&guessed->known[atomic_fetch_add(&guessed->next, 1) % KNOWN], address);
}

void guess_was_wrong(struct world *world, const char *name, const struct net_range *from)
{
    forget(slot_of(world, name), address_hash(world, name, from));
}

void guess_count(struct world *world, uint32_t connection)
{
    atomic_fetch_add(&world->guesses->wrong[connection], 1); /* pairs with the exchange in guess_take */
    world_give_order(world, ORDER_BLAME);
}

bool guess_is_counted(const struct world *world, uint32_t connection)
{
    return atomic_load_explicit(&world->guesses->wrong[connection], memory_order_relaxed) != 0;
}

uint32_t guess_take(struct world *world, uint32_t connection)
{
    return atomic_exchange(&world->guesses->wrong[connection], 0);
}
