/* Counting the tables. Run by control and metrics processes; changes nothing. */
#include "tally.h"

/* Records looked at in one hold of the lock. */
#define TALLY_STEP 128u

void tally_take(struct session *session, struct tally *tally)
{
    const struct world *world = session->world;
    *tally = (struct tally){0};
    if (!session_begin(session, 0))
        return;
    tally->present = world_present_locked(world);
    tally->most = world_most_present_locked(world);
    tally->arrivals = world_arrivals_locked(world);
    uint32_t users = world_users_end_locked(world), channels = world_channels_end_locked(world);
    session_commit(session);
    for (uint32_t i = 0; i < users && session_begin(session, 0); session_commit(session)) {
        for (uint32_t step = i + TALLY_STEP; i < step && i < users; i++) {
            const struct user_shm *user = &world->users[i];
            if (user->state != USER_PRESENT || user->door >= DOOR_KINDS)
                continue;
            tally->operators += (user->flags & USER_OPERATOR) != 0;
            tally->doors[user->door]++;
        }
    }
    for (uint32_t i = 0; i < channels && session_begin(session, 0); session_commit(session))
        for (uint32_t step = i + TALLY_STEP; i < step && i < channels; i++)
            tally->channels += world->channels[i].state == CHANNEL_LIVE;
}
