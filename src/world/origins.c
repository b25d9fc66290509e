/* Origins. Workers write their own question, the supervisor the answers. */
#include "origins.h"

#include <stdatomic.h>
#include <string.h>

#include "base/text.h"
#include "layout.h"

enum { NOTHING, ASKED, GRANTED, REFUSED };

struct origin_shm {
    _Atomic uint32_t state; /* each store pairs with the load of the other side: what is beside it was written before */
    unsigned char host[16];
    char why[ORIGIN_WHY_SIZE];
};

size_t origins_size(const struct world_limits *limits)
{
    return limits->connections * sizeof(struct origin_shm);
}

void origin_clear(struct world *world, uint32_t connection)
{
    atomic_store_explicit(&world->origins[connection].state, NOTHING, memory_order_release);
}

void origin_ask(struct world *world, uint32_t connection, const unsigned char host[16])
{
    struct origin_shm *origin = &world->origins[connection];
    memcpy(origin->host, host, sizeof origin->host);
    atomic_store_explicit(&origin->state, ASKED, memory_order_release);
    world_give_order(world, ORDER_ADMIT);
}

bool origin_answered(const struct world *world, uint32_t connection, bool *granted, char why[ORIGIN_WHY_SIZE])
{
    const struct origin_shm *origin = &world->origins[connection];
    uint32_t state = atomic_load_explicit(&origin->state, memory_order_acquire);
    if (state != GRANTED && state != REFUSED)
        return false;
    *granted = state == GRANTED;
    text_copy(why, ORIGIN_WHY_SIZE, origin->why);
    return true;
}

bool origin_asked(const struct world *world, uint32_t connection, unsigned char host[16])
{
    const struct origin_shm *origin = &world->origins[connection];
    if (atomic_load_explicit(&origin->state, memory_order_acquire) != ASKED)
        return false;
    memcpy(host, origin->host, sizeof origin->host);
    return true;
}

void origin_answer(struct world *world, uint32_t connection, const char *why)
{
    struct origin_shm *origin = &world->origins[connection];
    if (why)
        text_copy(origin->why, sizeof origin->why, why);
    atomic_store_explicit(&origin->state, why ? REFUSED : GRANTED, memory_order_release);
}
