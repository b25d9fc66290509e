/* A channel's lists: do they name a user? RFC 2811 section 4.3. Run by any process that asks; changes nothing. */
#include "lists.h"

/* Whether the user is on a list. `muted`: on that part of it that only forbids to speak. */
static bool is_listed(const struct world *world, uint32_t channel, enum mask_kind kind, bool muted, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    for (uint32_t at = NONE; (at = mask_next_locked(world, channel, kind, at)) != NONE;) {
        const char *mask = world->masks[at].mask;
        bool mutes = mask[0] == 'm' && mask[1] == ':';
        if (mutes == muted && mask_match_person(mutes ? mask + 2 : mask, user->nick, user->username, user->host))
            return true;
    }
    return false;
}

bool lists_ban_locked(const struct world *world, uint32_t channel, uint32_t user)
{
    return is_listed(world, channel, MASK_BAN, false, user) && !is_listed(world, channel, MASK_EXCEPTION, false, user);
}

bool lists_mute_locked(const struct world *world, uint32_t channel, uint32_t user)
{
    return is_listed(world, channel, MASK_BAN, true, user) && !is_listed(world, channel, MASK_EXCEPTION, true, user) &&
           !is_listed(world, channel, MASK_EXCEPTION, false, user);
}

bool lists_invite_locked(const struct world *world, uint32_t channel, uint32_t user)
{
    return is_listed(world, channel, MASK_INVITE, false, user);
}
