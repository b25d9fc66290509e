/* Silence: an operator of the server asks it of one person, of a channel, or of everybody. Run by workers and control
 * processes. The tables keep it; it holds for everybody, because every rule of saying something asks here. */
#include "mute.h"

enum chat_result mute_check_locked(const struct world *world, uint32_t index, uint32_t channel)
{
    if (index == NONE || (world->users[index].flags & USER_OPERATOR))
        return CHAT_DONE;
    if (world->users[index].flags & USER_MUTED)
        return CHAT_MUTED;
    if (world_is_silent_locked(world))
        return CHAT_ALL_MUTED;
    if (channel == NONE || !(world->channels[channel].modes & CHANNEL_SILENCED))
        return CHAT_DONE;
    uint32_t member = member_find_locked(world, index, channel);
    bool moderates = member != NONE && (world->members[member].flags & MEMBER_OPERATOR);
    return moderates ? CHAT_DONE : CHAT_HERE_MUTED;
}

enum chat_result mute_check_private_locked(const struct world *world, uint32_t user, uint32_t target)
{
    return world->users[target].flags & USER_OPERATOR ? CHAT_DONE : mute_check_locked(world, user, NONE);
}
