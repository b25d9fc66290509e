/* Marks of the history. Written by the archivist alone, without the lock; read by the collector, and by workers. */
#include "history_marks.h"

#include "layout.h"

void history_marks_turn_on(struct world *world)
{
    world->shm->history.on = 1;
}

bool history_is_on(const struct world *world)
{
    return world->shm->history.on;
}

int history_reader(const struct world *world)
{
    return (int)world->limits.couriers; /* behind theirs */
}

uint32_t history_marks_begin(struct world *world)
{
    return atomic_fetch_add(&world->shm->history.epoch, 1) + 1; /* pairs with the load in history_marks_epoch */
}

uint32_t history_marks_epoch(const struct world *world)
{
    return atomic_load(&world->shm->history.epoch);
}

void history_marks_tell(struct world *world, uint64_t taken, uint64_t synced, uint64_t lost_from, uint64_t lost_to,
                        uint64_t missing)
{
    struct history_marks_shm *marks = &world->shm->history;
    atomic_store(&marks->missing, missing);
    atomic_store(&marks->lost_from, lost_from);
    atomic_store(&marks->lost_to, lost_to);
    atomic_store(&marks->taken, taken);
    atomic_store(&marks->synced, synced); /* last: pairs with the load in history_marks_fate */
}

uint64_t history_marks_taken(const struct world *world)
{
    return atomic_load(&world->shm->history.taken);
}

uint64_t history_marks_missing(const struct world *world)
{
    return atomic_load(&world->shm->history.missing);
}

enum history_fate history_marks_fate(const struct world *world, uint64_t position)
{
    const struct history_marks_shm *marks = &world->shm->history;
    if (atomic_load(&marks->synced) <= position)
        return HISTORY_UNDER_WAY;
    bool lost = position >= atomic_load(&marks->lost_from) && position <= atomic_load(&marks->lost_to);
    return lost ? HISTORY_LOST : HISTORY_KEPT;
}
