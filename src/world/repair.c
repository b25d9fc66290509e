/* Repair and check. Repair is run by the process that takes the lock from a dead owner, after the journal has put
 * the ground truth back; check by tests and operators. Both hold the lock.
 *
 * Both are written from the same few facts: a live user, channel or membership record is exactly once in
 * its chains, and nothing else is. */
#include <stdio.h>
#include <string.h>

#include "bans.h"
#include "layout.h"
#include "metadata.h"
#include "shares.h"
#include "monitors.h"

/* A process that was taken over may have written anything. */
static void bound_ends(struct world *world)
{
    struct world_shm *shm = world->shm;
    shm->users_end = world_bound(shm->users_end, world->limits.users);
    shm->connections_end = world_bound(shm->connections_end, world->limits.connections);
    shm->channels_end = world_bound(shm->channels_end, world->limits.channels);
    shm->members_end = world_bound(shm->members_end, world->limits.members);
    shm->masks_end = world_bound(shm->masks_end, world->limits.masks);
    shm->monitors_end = world_bound(shm->monitors_end, monitor_limit(&world->limits));
    shm->metadata_end = world_bound(shm->metadata_end, metadata_limit(&world->limits));
    shm->bans_end = world_bound(shm->bans_end, BANS);
}

void world_repair_locked(struct world *world)
{
    struct world_shm *shm = world->shm;
    bound_ends(world);
    memset(world->nick_buckets, 0xff, world_buckets(world->limits.users) * sizeof(uint32_t));
    memset(world->channel_buckets, 0xff, world_buckets(world->limits.channels) * sizeof(uint32_t));
    reach_clear(world);
    shm->present = shm->detached = 0;
    memset(shm->detached_from, 0, sizeof shm->detached_from);
    shm->memberships = 0;
    shm->counts = (struct world_counts){0};
    memset(shm->used, 0, sizeof shm->used);
    memset(shm->left_behind, 0, sizeof shm->left_behind);
    shm->free_user = shm->free_channel = shm->free_member = shm->free_mask = shm->free_monitor = shm->free_metadata =
        NONE;

    for (uint32_t i = shm->users_end; i-- > 0;) {
        struct user_shm *user = &world->users[i];
        user_clear_lists(user);
        if (user_has_nick(world, i))
            user_link_nick(world, i);
        else
            user_put_free(world, i);
        user_count(world, user, 1);
    }
    for (uint32_t i = 0; i < shm->connections_end; i++) {
        connection_clear_lists(&world->connections[i]);
        if (connection_is_live(world, i))
            connection_link(world, i);
    }
    for (uint32_t i = shm->channels_end; i-- > 0;) {
        struct channel_shm *channel = &world->channels[i];
        channel->first_member = NONE;
        channel->member_count = 0;
        channel->first_metadata = NONE;
        channel->first_mask = channel->last_mask = NONE;
        channel->mask_count = 0;
        if (channel->state == CHANNEL_LIVE) {
            channel_link_name(world, i);
            share_add(world, SHARE_CHANNELS, &channel->charge);
        } else {
            channel->name_next = shm->free_channel;
            shm->free_channel = i;
        }
    }
    for (uint32_t i = shm->members_end; i-- > 0;) {
        struct member_shm *member = &world->members[i];
        if (member_is_live(world, member)) {
            member_link(world, i);
        } else {
            member->state = MEMBER_FREE;
            member->next_of_channel = shm->free_member;
            shm->free_member = i;
        }
    }
    for (uint32_t i = 0; i < shm->masks_end; i++) {
        if (mask_is_live(world, &world->masks[i])) {
            mask_link(world, i);
        } else {
            world->masks[i].next_of_channel = shm->free_mask;
            shm->free_mask = i;
        }
    }
    for (uint32_t i = shm->monitors_end; i-- > 0;) {
        struct monitor_shm *monitor = &world->monitors[i];
        if (monitor_is_live(world, monitor)) {
            monitor_link(world, i);
        } else {
            monitor->state = MONITOR_FREE;
            monitor->next = shm->free_monitor;
            shm->free_monitor = i;
        }
    }
    for (uint32_t i = shm->metadata_end; i-- > 0;) {
        struct metadata_shm *record = &world->metadata[i];
        if (metadata_is_live(world, record)) {
            metadata_link(world, i);
        } else {
            record->kind = METADATA_FREE;
            record->next = shm->free_metadata;
            shm->free_metadata = i;
        }
    }
}

static const char *check_users(const struct world *world)
{
    static char wrong[200];
    uint32_t present = 0, attached = 0, invisible = 0, operators = 0, memberships = 0;
    const struct world_counts *counts = &world->shm->counts;
    for (uint32_t i = 0; i < world->shm->users_end; i++) {
        const struct user_shm *user = &world->users[i];
        bool here = user->state == USER_PRESENT;
        present += here;
        attached += user->state == USER_ATTACHED;
        invisible += here && (user->flags & USER_INVISIBLE);
        operators += here && (user->flags & USER_OPERATOR);
        if (user_has_nick(world, i) && user_find_locked(world, user->nick) != i) {
            snprintf(wrong, sizeof wrong, "user %u is not found by nick", i);
            return wrong;
        }
        uint32_t count = 0;
        for (uint32_t at = user->first_membership; at != NONE && count <= world->shm->members_end;
             at = world->members[at].next_of_user, count++) {
            if (at >= world->shm->members_end || world->members[at].state != MEMBER_LIVE ||
                world->members[at].user != i) {
                snprintf(wrong, sizeof wrong, "user %u has a membership that is not theirs", i);
                return wrong;
            }
        }
        if (count != user->membership_count || (!user_has_nick(world, i) && count)) {
            snprintf(wrong, sizeof wrong, "user %u has a wrong count of memberships", i);
            return wrong;
        }
        memberships += count;
    }
    if (memberships != world->shm->memberships)
        return "the count of memberships is wrong";
    if (present != world->shm->present)
        return "the count of users present is wrong";
    if (attached != counts->attached || invisible != counts->invisible || operators != counts->operators)
        return "a count of users attached, invisible or operators is wrong";
    return NULL;
}

/* A user's connections are in their list; a present user has some, or is detached, or at home elsewhere. */
static const char *check_connections(const struct world *world)
{
    static char wrong[200];
    const struct world_shm *shm = world->shm;
    uint32_t open = 0, listed = 0, spare = 0, free_users = 0, detached = 0;
    for (uint32_t i = 0; i < shm->connections_end; i++)
        open += world->connections[i].state == CONNECTION_OPEN;
    for (uint32_t i = 0; i < shm->users_end; i++) {
        const struct user_shm *user = &world->users[i];
        uint32_t count = 0;
        for (uint32_t at = user->first_connection; at != NONE && count <= shm->connections_end;
             at = world->connections[at].next_of_user, count++) {
            if (at >= shm->connections_end || !connection_is_live(world, at) || world->connections[at].user != i) {
                snprintf(wrong, sizeof wrong, "user %u has a connection that is not theirs", i);
                return wrong;
            }
        }
        if (count != user->connection_count || (!user_has_nick(world, i) && count)) {
            snprintf(wrong, sizeof wrong, "user %u has a wrong count of connections", i);
            return wrong;
        }
        bool alone = count == 0 && user->home == HOME_HERE;
        if (user->state == USER_PRESENT && alone != (user->detached_monotonic != 0)) {
            snprintf(wrong, sizeof wrong, "user %u has %u connections and is%s detached", i, count,
                     user->detached_monotonic ? "" : " not");
            return wrong;
        }
        listed += count;
        spare += !user_has_nick(world, i);
        detached += user->state == USER_PRESENT && user->detached_monotonic;
    }
    if (detached != shm->detached)
        return "the count of those detached is wrong";
    for (uint32_t at = shm->free_user; at != NONE && free_users <= shm->users_end;
         at = world->users[at].nick_next, free_users++)
        if (at >= shm->users_end || user_has_nick(world, at))
            return "the list of free users holds one that is not free";
    if (free_users != spare)
        return "a free user is lost";
    return open == listed ? NULL : "a connection is in nobody's list";
}

static const char *check_channels(const struct world *world)
{
    static char wrong[200];
    uint32_t occupied = 0;
    for (uint32_t i = 0; i < world->shm->channels_end; i++) {
        const struct channel_shm *channel = &world->channels[i];
        if (channel->state != CHANNEL_LIVE)
            continue;
        if (channel_find_locked(world, channel->name) != i) {
            snprintf(wrong, sizeof wrong, "channel %u is not found by name", i);
            return wrong;
        }
        occupied += channel->member_count > 0;
        uint32_t count = 0;
        for (uint32_t at = channel->first_member; at != NONE && count <= world->shm->members_end;
             at = world->members[at].next_of_channel, count++) {
            if (at >= world->shm->members_end || world->members[at].state != MEMBER_LIVE ||
                world->members[at].channel != i) {
                snprintf(wrong, sizeof wrong, "channel %u has a member that is not its", i);
                return wrong;
            }
        }
        if (count != channel->member_count || (count == 0 && i != LOBBY)) {
            snprintf(wrong, sizeof wrong, "channel %u has a wrong count of members", i);
            return wrong;
        }
    }
    if (occupied != world->shm->counts.channels)
        return "the count of channels with members is wrong";
    return NULL;
}

static const char *check_masks(const struct world *world)
{
    static char wrong[200];
    const struct world_shm *shm = world->shm;
    uint32_t live = 0, listed = 0, free_masks = 0;
    for (uint32_t i = 0; i < shm->masks_end; i++)
        live += mask_is_live(world, &world->masks[i]);
    for (uint32_t i = 0; i < shm->channels_end; i++) {
        const struct channel_shm *channel = &world->channels[i];
        uint32_t count = 0, last = NONE;
        if (channel->state != CHANNEL_LIVE)
            continue;
        for (uint32_t at = channel->first_mask; at != NONE && count <= shm->masks_end;
             last = at, at = world->masks[at].next_of_channel, count++) {
            if (at >= shm->masks_end || !mask_is_live(world, &world->masks[at]) || world->masks[at].channel != i ||
                world->masks[at].previous_of_channel != last) {
                snprintf(wrong, sizeof wrong, "channel %u has a mask that is not its", i);
                return wrong;
            }
        }
        if (count != channel->mask_count || last != channel->last_mask) {
            snprintf(wrong, sizeof wrong, "channel %u has a wrong count of masks", i);
            return wrong;
        }
        listed += count;
    }
    if (live != listed)
        return "a mask is in no channel's list";
    for (uint32_t at = shm->free_mask; at != NONE && free_masks <= shm->masks_end;
         at = world->masks[at].next_of_channel, free_masks++)
        if (at >= shm->masks_end || mask_is_live(world, &world->masks[at]))
            return "the list of free masks holds one that is not free";
    return live + free_masks == shm->masks_end ? NULL : "a free mask is lost";
}

/* Every live record is in its chains (counted above) and every other one in a free list. */
static const char *check_totals(const struct world *world)
{
    const struct world_shm *shm = world->shm;
    uint32_t live = 0, free_members = 0, free_channels = 0, listed = 0;
    for (uint32_t i = 0; i < shm->members_end; i++)
        live += world->members[i].state == MEMBER_LIVE;
    for (uint32_t i = 0; i < shm->users_end; i++)
        listed += world->users[i].membership_count;
    if (live != listed)
        return "a membership is in nobody's list";
    for (uint32_t at = shm->free_member; at != NONE && free_members <= shm->members_end;
         at = world->members[at].next_of_channel, free_members++)
        if (at >= shm->members_end || world->members[at].state != MEMBER_FREE)
            return "the list of free memberships holds one that is not free";
    if (live + free_members != shm->members_end)
        return "a free membership is lost";
    uint32_t live_channels = 0;
    for (uint32_t i = 0; i < shm->channels_end; i++)
        live_channels += world->channels[i].state == CHANNEL_LIVE;
    for (uint32_t at = shm->free_channel; at != NONE && free_channels <= shm->channels_end;
         at = world->channels[at].name_next, free_channels++)
        if (at >= shm->channels_end || world->channels[at].state != CHANNEL_FREE)
            return "the list of free channels holds one that is not free";
    return live_channels + free_channels == shm->channels_end ? NULL : "a free channel is lost";
}

/* Every monitor is in the list of its connection, or in the list of free ones. */
static const char *check_monitors(const struct world *world)
{
    const struct world_shm *shm = world->shm;
    uint32_t live = 0, listed = 0, spare = 0;
    for (uint32_t i = 0; i < shm->monitors_end; i++)
        live += world->monitors[i].state == MONITOR_LIVE;
    for (uint32_t i = 0; i < shm->connections_end; i++) {
        uint32_t count = 0;
        for (uint32_t at = world->connections[i].first_monitor; at != NONE && count <= shm->monitors_end;
             at = world->monitors[at].next, count++)
            if (at >= shm->monitors_end || world->monitors[at].state != MONITOR_LIVE ||
                world->monitors[at].connection != i)
                return "a connection has a monitor that is not its";
        if (count != world->connections[i].monitor_count || (count && !connection_is_live(world, i)))
            return "a connection has a wrong count of monitors";
        listed += count;
    }
    for (uint32_t at = shm->free_monitor; at != NONE && spare <= shm->monitors_end;
         at = world->monitors[at].next, spare++)
        if (at >= shm->monitors_end || world->monitors[at].state != MONITOR_FREE)
            return "the list of free monitors holds one that is not free";
    return live == listed && live + spare == shm->monitors_end ? NULL : "a monitor is lost";
}

/* Counts the records in a list that must be of that kind and owner; UINT32_MAX if there is another. */
static uint32_t count_metadata(const struct world *world, uint32_t first, enum metadata_kind kind, uint32_t owner)
{
    uint32_t count = 0;
    for (uint32_t at = first; at != NONE && count <= world->shm->metadata_end; at = world->metadata[at].next, count++) {
        if (at >= world->shm->metadata_end || world->metadata[at].kind != kind || world->metadata[at].owner != owner ||
            !metadata_is_key(world->metadata[at].key))
            return UINT32_MAX;
    }
    return count;
}

/* Every piece of metadata is in the list of what it belongs to, or in the list of free ones. */
static const char *check_metadata(const struct world *world)
{
    const struct world_shm *shm = world->shm;
    uint32_t live = 0, listed = 0, spare = 0;
    for (uint32_t i = 0; i < shm->metadata_end; i++)
        live += world->metadata[i].kind != METADATA_FREE;
    for (uint32_t i = 0; i < shm->users_end; i++) {
        uint32_t count = count_metadata(world, world->users[i].first_metadata, METADATA_OF_USER, i);
        if (count > METADATA_KEYS || (count && !user_has_nick(world, i)))
            return "a user has metadata that is not theirs";
        listed += count;
    }
    for (uint32_t i = 0; i < shm->connections_end; i++) {
        uint32_t count = count_metadata(world, world->connections[i].first_subscription, METADATA_SUBSCRIPTION, i);
        if (count > METADATA_SUBSCRIPTIONS || (count && !connection_is_live(world, i)))
            return "a connection has a subscription that is not its";
        listed += count;
    }
    for (uint32_t i = 0; i < shm->channels_end; i++) {
        uint32_t count = count_metadata(world, world->channels[i].first_metadata, METADATA_OF_CHANNEL, i);
        if (count > METADATA_KEYS || (count && world->channels[i].state != CHANNEL_LIVE))
            return "a channel has metadata that is not its";
        listed += count;
    }
    for (uint32_t at = shm->free_metadata; at != NONE && spare <= shm->metadata_end;
         at = world->metadata[at].next, spare++)
        if (at >= shm->metadata_end || world->metadata[at].kind != METADATA_FREE)
            return "the list of free metadata holds some that is not free";
    return live == listed && live + spare == shm->metadata_end ? NULL : "metadata is lost";
}

const char *world_check_locked(const struct world *world)
{
    const char *wrong = check_users(world);
    if (!wrong)
        wrong = check_connections(world);
    if (!wrong)
        wrong = check_monitors(world);
    if (!wrong)
        wrong = check_channels(world);
    if (!wrong)
        wrong = check_masks(world);
    if (!wrong)
        wrong = check_metadata(world);
    if (!wrong)
        wrong = check_totals(world);
    if (!wrong)
        wrong = reach_check(world);
    if (!wrong)
        wrong = share_check(world);
    return wrong;
}
