/* The trace. Written by workers under the lock; ground truth only. */
#include "trace.h"

#include "layout.h"

void trace_add_locked(struct world *world, const struct trace_shm *message)
{
    struct world_shm *shm = world->shm;
    struct trace_shm *slot = &shm->trace[shm->traces % TRACE_SIZE];
    txn_save(world->txn, slot, sizeof *slot);
    txn_save(world->txn, &shm->traces, sizeof shm->traces);
    *slot = *message;
    shm->traces++;
}

const struct trace_shm *trace_find_locked(const struct world *world, uint64_t id)
{
    const struct world_shm *shm = world->shm;
    uint64_t count = shm->traces < TRACE_SIZE ? shm->traces : TRACE_SIZE;
    for (uint64_t i = 1; i <= count; i++) {
        const struct trace_shm *message = &shm->trace[(shm->traces - i) % TRACE_SIZE];
        if (message->id == id)
            return message;
    }
    return NULL;
}
