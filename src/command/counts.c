/* Counting the tables. Run by control and metrics processes; changes nothing. */
#include "counts.h"

/* Records looked at in one hold of the lock. */
#define COUNTS_STEP 128u

void counts_take(struct session *session, struct counts *counts)
{
    const struct world *world = session->world;
    *counts = (struct counts){0};
    if (!session_begin(session, 0))
        return;
    counts->present = world_present_locked(world);
    counts->most = world_most_present_locked(world);
    counts->arrivals = world_arrivals_locked(world);
    uint32_t users = world_users_end_locked(world), channels = world_channels_end_locked(world);
    session_commit(session);
    for (uint32_t i = 0; i < users && session_begin(session, 0); session_commit(session)) {
        for (uint32_t step = i + COUNTS_STEP; i < step && i < users; i++) {
            const struct user_shm *user = &world->users[i];
            if (user->state != USER_PRESENT || user->door >= DOOR_KINDS)
                continue;
            counts->operators += (user->flags & USER_OPERATOR) != 0;
            counts->doors[door_listed((enum door_kind)user->door)]++;
        }
    }
    for (uint32_t i = 0; i < channels && session_begin(session, 0); session_commit(session))
        for (uint32_t step = i + COUNTS_STEP; i < step && i < channels; i++)
            counts->channels += world->channels[i].state == CHANNEL_LIVE;
}
