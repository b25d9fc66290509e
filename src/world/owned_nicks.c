/* Nicks of accounts: a table of hashes, in which a place that is taken sends the next one on. Read by workers, written
 * by the keeper, without the lock. */
#include "owned_nicks.h"

#include <stdatomic.h>
#include <string.h>

#include "base/text.h"
#include "layout.h"

#define CELLS (2 * OWNED_NICKS)
#define STEPS 256u /* to look at for one nick: a table that somebody spoiled is not searched for ever */

enum { EMPTY, REMOVED, HASHES };

struct owned_nicks_shm {
    _Atomic uint64_t cells[CELLS];
};

size_t owned_nicks_size(void)
{
    return sizeof(struct owned_nicks_shm);
}

/* Equal for names that text_compare_names() finds equal; nobody outside can choose two that share one. */
static uint64_t hash_of(const struct world *world, const char *nick)
{
    char folded[CHANNEL_SIZE];
    size_t length = 0;
    for (; length < sizeof folded && nick[length]; length++)
        folded[length] = (char)text_fold((unsigned char)nick[length]);
    uint64_t hash = world_hash(world, folded, length);
    return hash < HASHES ? HASHES : hash;
}

/* The cell with `wanted`, or, if there is none, NULL. */
static _Atomic uint64_t *find(const struct world *world, uint64_t from, uint64_t wanted)
{
    struct owned_nicks_shm *table = world->owned_nicks;
    for (uint32_t step = 0; step < STEPS; step++) {
        _Atomic uint64_t *cell = &table->cells[(from + step) % CELLS];
        uint64_t there = atomic_load_explicit(cell, memory_order_relaxed);
        if (there == wanted)
            return cell;
        if (there == EMPTY)
            return NULL;
    }
    return NULL;
}

bool owned_nick_find(const struct world *world, const char *nick)
{
    uint64_t hash = hash_of(world, nick);
    return find(world, hash, hash) != NULL;
}

void owned_nick_add(struct world *world, const char *nick)
{
    uint64_t hash = hash_of(world, nick);
    if (find(world, hash, hash))
        return;
    _Atomic uint64_t *cell = find(world, hash, REMOVED);
    if (!cell)
        cell = find(world, hash, EMPTY);
    if (cell)
        atomic_store_explicit(cell, hash, memory_order_relaxed);
}

void owned_nick_remove(struct world *world, const char *nick)
{
    uint64_t hash = hash_of(world, nick);
    _Atomic uint64_t *cell = find(world, hash, hash);
    if (cell)
        atomic_store_explicit(cell, REMOVED, memory_order_relaxed);
}

void owned_nicks_clear(struct world *world)
{
    for (uint32_t i = 0; i < CELLS; i++)
        if (atomic_load_explicit(&world->owned_nicks->cells[i], memory_order_relaxed) != EMPTY)
            atomic_store_explicit(&world->owned_nicks->cells[i], EMPTY, memory_order_relaxed);
}
