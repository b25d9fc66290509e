/* Crashes. Written by the supervisor when it reaps a process, under the lock; ground truth only. */
#include "crashes.h"

#include "layout.h"

void crash_add_locked(struct world *world, const struct crash_shm *crash)
{
    struct world_shm *shm = world->shm;
    struct crash_shm *entry = &shm->crashes[shm->crashes_end % CRASHES];
    txn_save(world->txn, entry, sizeof *entry);
    txn_save(world->txn, &shm->crashes_end, sizeof shm->crashes_end);
    *entry = *crash;
    shm->crashes_end++;
}

const struct crash_shm *crash_before_locked(const struct world *world, uint64_t *at)
{
    uint64_t end = world->shm->crashes_end;
    if (*at > end)
        *at = end;
    if (*at == 0 || end - *at >= CRASHES)
        return NULL;
    --*at;
    return &world->shm->crashes[*at % CRASHES];
}

void crash_seal(struct crash_shm *copy)
{
    TEXT_END(copy->process);
    TEXT_END(copy->who);
    TEXT_END(copy->address);
    if (copy->recording.count > RECORDER_LINES)
        copy->recording.count = RECORDER_LINES;
}
