/* Counters, and how much waits for each client. Written by the supervisor and the couriers, each its own, without the
 * lock. */
#include "counters.h"

#include <stdalign.h>
#include <stdatomic.h>

struct counters_shm {
    _Atomic uint64_t daemon[COUNT_KINDS];
    struct {
        alignas(64) _Atomic uint64_t counts[COURIER_COUNTS]; /* a cache line each: couriers must not slow one another */
    } couriers[COUNTED_COURIERS];
    _Atomic uint32_t queues[]; /* by connection */
};

size_t counters_size(const struct world_limits *limits)
{
    return sizeof(struct counters_shm) + limits->connections * sizeof(_Atomic uint32_t);
}

void count_add(const struct world *world, enum count count)
{
    atomic_fetch_add_explicit(&world->counters->daemon[count], 1, memory_order_relaxed);
}

uint64_t count_get(const struct world *world, enum count count)
{
    return atomic_load_explicit(&world->counters->daemon[count], memory_order_relaxed);
}

void courier_count_add(const struct world *world, uint32_t courier, enum courier_count count, uint64_t more)
{
    if (courier < COUNTED_COURIERS && more)
        atomic_fetch_add_explicit(&world->counters->couriers[courier].counts[count], more, memory_order_relaxed);
}

uint64_t courier_count_get(const struct world *world, uint32_t courier, enum courier_count count)
{
    if (courier >= COUNTED_COURIERS)
        return 0;
    return atomic_load_explicit(&world->counters->couriers[courier].counts[count], memory_order_relaxed);
}

void connection_set_queue(const struct world *world, uint32_t connection, size_t bytes)
{
    if (connection < world->limits.connections)
        atomic_store_explicit(&world->counters->queues[connection], bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
                              memory_order_relaxed);
}

size_t connection_queue(const struct world *world, uint32_t connection)
{
    if (connection >= world->limits.connections)
        return 0;
    return atomic_load_explicit(&world->counters->queues[connection], memory_order_relaxed);
}
