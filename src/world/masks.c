/* What a channel keeps of people outside of it: bans, exceptions, invitations. Written by workers, under
 * the lock.
 *
 * A record is live while it is used and its channel is the one it was made for, by generation. So a channel
 * takes its masks with it without a word about each in the journal. */
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/text.h"
#include "layout.h"
#include "shares.h"

bool mask_is_live(const struct world *world, const struct mask_shm *mask)
{
    if (!mask->used || mask->channel >= world->limits.channels)
        return false;
    const struct channel_shm *channel = &world->channels[mask->channel];
    return channel->state == CHANNEL_LIVE && channel->generation == mask->channel_generation;
}

/* At the end: lists are shown in the order in which they were made. */
void mask_link(struct world *world, uint32_t index)
{
    struct mask_shm *mask = &world->masks[index];
    struct channel_shm *channel = &world->channels[mask->channel];
    mask->next_of_channel = NONE;
    mask->previous_of_channel = channel->last_mask;
    if (channel->last_mask < world->limits.masks)
        world->masks[channel->last_mask].next_of_channel = index;
    else
        channel->first_mask = index;
    channel->last_mask = index;
    channel->mask_count++;
    share_add(world, SHARE_MASKS, &mask->charge);
}

static void unlink_mask(struct world *world, const struct mask_shm *mask)
{
    struct channel_shm *channel = &world->channels[mask->channel];
    uint32_t limit = world->limits.masks;
    if (mask->previous_of_channel >= limit)
        channel->first_mask = mask->next_of_channel;
    else
        world->masks[mask->previous_of_channel].next_of_channel = mask->next_of_channel;
    if (mask->next_of_channel >= limit)
        channel->last_mask = mask->previous_of_channel;
    else
        world->masks[mask->next_of_channel].previous_of_channel = mask->previous_of_channel;
    channel->mask_count--;
    share_drop(world, SHARE_MASKS, &mask->charge);
}

void mask_free_all(struct world *world, uint32_t index)
{
    struct channel_shm *channel = &world->channels[index];
    uint32_t limit = world->limits.masks, left = limit;
    for (uint32_t at = channel->first_mask; at < limit && left-- > 0; at = world->masks[at].next_of_channel)
        share_drop(world, SHARE_MASKS, &world->masks[at].charge);
    if (channel->last_mask < limit) {
        world->masks[channel->last_mask].next_of_channel = world->shm->free_mask;
        world->shm->free_mask = channel->first_mask;
    }
    channel->first_mask = channel->last_mask = NONE;
    channel->mask_count = 0;
}

static uint32_t add(struct world *world, const struct mask_shm *what, uint32_t by)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_mask;
    if (index < world->limits.masks)
        shm->free_mask = world->masks[index].next_of_channel;
    else
        index = world_extend_locked(world, &shm->masks_end, world->limits.masks);
    if (index == NONE)
        return NONE;
    struct mask_shm *mask = &world->masks[index];
    txn_save(world->txn, mask, offsetof(struct mask_shm, next_of_channel));
    *mask = *what;
    mask->used = 1;
    mask->charge = share_charge(world, by);
    mask->channel_generation = world->channels[mask->channel].generation;
    mask->set_at = clock_realtime();
    CRASHPOINT("mask-added");
    mask_link(world, index);
    return index;
}

uint32_t mask_next_locked(const struct world *world, uint32_t channel, enum mask_kind kind, uint32_t at)
{
    uint32_t limit = world->limits.masks, left = limit;
    at = at == NONE ? world->channels[channel].first_mask : world->masks[at].next_of_channel;
    while (at < limit && left-- > 0 && world->masks[at].kind != (uint32_t)kind)
        at = world->masks[at].next_of_channel;
    return at < limit ? at : NONE;
}

uint32_t mask_find_locked(const struct world *world, uint32_t channel, enum mask_kind kind, const char *mask)
{
    uint32_t at = NONE;
    while ((at = mask_next_locked(world, channel, kind, at)) != NONE)
        if (text_compare_names(world->masks[at].mask, mask) == 0)
            break;
    return at;
}

enum mask_result mask_add_locked(struct world *world, uint32_t channel, enum mask_kind kind, const char *mask,
                                 uint32_t by)
{
    uint32_t count = 0;
    for (uint32_t at = NONE; (at = mask_next_locked(world, channel, kind, at)) != NONE; count++)
        if (text_compare_names(world->masks[at].mask, mask) == 0)
            return MASK_THERE;
    struct mask_shm what = {.kind = kind, .channel = channel, .user = NONE};
    text_copy(what.mask, sizeof what.mask, mask);
    const struct user_shm *user = world_user(world, by);
    text_copy(what.set_by, sizeof what.set_by, user ? user->nick : "server");
    return count < CHANNEL_MASKS && add(world, &what, by) != NONE ? MASK_ADDED : MASK_LIST_FULL;
}

void mask_remove_locked(struct world *world, uint32_t index)
{
    struct mask_shm *mask = &world->masks[index];
    txn_save(world->txn, &mask->used, sizeof mask->used);
    unlink_mask(world, mask);
    mask->used = 0;
    mask->next_of_channel = world->shm->free_mask;
    world->shm->free_mask = index;
    CRASHPOINT("mask-removed");
}

static bool is_invitation(const struct mask_shm *mask)
{
    return mask->kind == MASK_INVITED || mask->kind == MASK_INVITED_BY_OPERATOR;
}

uint32_t invitation_find_locked(const struct world *world, uint32_t channel, uint32_t user)
{
    uint32_t limit = world->limits.masks, left = limit;
    for (uint32_t at = world->channels[channel].first_mask; at < limit && left-- > 0;
         at = world->masks[at].next_of_channel) {
        const struct mask_shm *mask = &world->masks[at];
        if (is_invitation(mask) && mask->user == user && mask->user_generation == world->users[user].generation)
            return at;
    }
    return NONE;
}

bool invitation_add_locked(struct world *world, uint32_t channel, uint32_t user, uint32_t by, bool by_operator)
{
    uint32_t before = invitation_find_locked(world, channel, user), oldest = NONE, count = 0;
    if (before != NONE) {
        if (world->masks[before].kind == MASK_INVITED_BY_OPERATOR)
            by_operator = true;
        mask_remove_locked(world, before);
    }
    uint32_t limit = world->limits.masks, left = limit;
    for (uint32_t at = world->channels[channel].first_mask; at < limit && left-- > 0;
         at = world->masks[at].next_of_channel) {
        if (is_invitation(&world->masks[at]) && count++ == 0)
            oldest = at;
    }
    if (count >= CHANNEL_MASKS)
        mask_remove_locked(world, oldest);
    struct mask_shm what = {.kind = by_operator ? MASK_INVITED_BY_OPERATOR : MASK_INVITED,
                            .channel = channel,
                            .user = user,
                            .user_generation = world->users[user].generation};
    return add(world, &what, by) != NONE;
}
