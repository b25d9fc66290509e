/* A channel's lists: do they name a user? RFC 2811 section 4.3. Run by any process that asks; changes nothing. */
#include "lists.h"

/* a:NAME stands for those who are logged in as that account, which may have wildcards. */
static bool is_named(const char *mask, const struct user_shm *user)
{
    if (mask[0] == 'a' && mask[1] == ':')
        return *user->account && mask_match(mask + 2, user->account);
    return mask_match_person(mask, user->nick, user->username, user->host);
}

/* Whether the user is on a list. `muted`: on that part of it that only forbids to speak. */
static bool is_listed(const struct world *world, uint32_t channel, enum mask_kind kind, bool muted, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    for (uint32_t at = NONE; (at = mask_next_locked(world, channel, kind, at)) != NONE;) {
        const char *mask = world->masks[at].mask;
        bool mutes = mask[0] == 'm' && mask[1] == ':';
        if (mutes == muted && is_named(mutes ? mask + 2 : mask, user))
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
