/* Attendance. Written by the process that has a user leave, under the lock; ground truth only. */
#include "attendance.h"

#include "base/clock.h"
#include "base/text.h"
#include "layout.h"

void attendance_add_locked(struct world *world, uint32_t index)
{
    struct world_shm *shm = world->shm;
    const struct user_shm *user = &world->users[index];
    struct attendance_shm *entry = &world->attendances[shm->attendances_end % ATTENDANCES];
    txn_save(world->txn, entry, sizeof *entry);
    txn_save(world->txn, &shm->attendances_end, sizeof shm->attendances_end);
    entry->to = clock_monotonic();
    entry->from = user->attached_monotonic;
    entry->door = user->door;
    text_copy(entry->nick, sizeof entry->nick, user_shown(user));
    text_copy(entry->host, sizeof entry->host, user->host);
    shm->attendances_end++;
}

const struct attendance_shm *attendance_next_locked(const struct world *world, uint64_t *at)
{
    uint64_t end = world->shm->attendances_end;
    if (end > ATTENDANCES && *at < end - ATTENDANCES)
        *at = end - ATTENDANCES;
    return *at < end ? &world->attendances[(*at)++ % ATTENDANCES] : NULL;
}

void attendance_seal(struct attendance_shm *copy)
{
    TEXT_END(copy->nick);
    TEXT_END(copy->host);
}
