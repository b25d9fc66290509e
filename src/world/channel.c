/* Channels and memberships. Written by workers and the supervisor, under the lock. */
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/lookalike.h"
#include "base/text.h"
#include "base/unicode.h"
#include "layout.h"
#include "metadata.h"
#include "shares.h"

static uint32_t *bucket(const struct world *world, const char *name)
{
    return &world->channel_buckets[lookalike_hash(name) & (world_buckets(world->limits.channels) - 1)];
}

void channel_link_name(struct world *world, uint32_t channel)
{
    uint32_t *first = bucket(world, world->channels[channel].name);
    world->channels[channel].name_next = *first;
    *first = channel;
}

uint32_t channel_find_locked(const struct world *world, const char *name)
{
    uint32_t left = world->limits.channels;
    char composed[CHANNEL_SIZE];
    if (unicode_compose(composed, sizeof composed, name))
        name = composed; /* as it is in the tables */
    for (uint32_t at = *bucket(world, name); at < world->limits.channels && left-- > 0;
         at = world->channels[at].name_next)
        if (text_compare_names(world->channels[at].name, name) == 0)
            return at;
    return NONE;
}

uint32_t channel_find_alike_locked(const struct world *world, const char *name, uint32_t except)
{
    uint32_t left = world->limits.channels;
    for (uint32_t at = *bucket(world, name); at < world->limits.channels && left-- > 0;
         at = world->channels[at].name_next)
        if (at != except && lookalike_are(world->channels[at].name, name))
            return at;
    return NONE;
}

uint32_t channel_create_locked(struct world *world, const char *name, uint32_t by)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_channel;
    if (index < world->limits.channels)
        shm->free_channel = world->channels[index].name_next;
    else
        index = world_extend_locked(world, &shm->channels_end, world->limits.channels);
    if (index == NONE)
        return NONE;

    struct channel_shm *channel = &world->channels[index];
    txn_save(world->txn, channel, offsetof(struct channel_shm, first_member));
    *channel = (struct channel_shm){.state = CHANNEL_LIVE,
                                    .generation = channel->generation + 1,
                                    .created_at = clock_realtime(),
                                    .created_monotonic = clock_monotonic(),
                                    .charge = share_charge(world, by),
                                    .first_member = NONE,
                                    .first_metadata = NONE,
                                    .first_mask = NONE,
                                    .last_mask = NONE};
    if (!unicode_compose(channel->name, sizeof channel->name, name))
        text_copy(channel->name, sizeof channel->name, name);
    channel_link_name(world, index);
    share_add(world, SHARE_CHANNELS, &channel->charge);
    CRASHPOINT("channel-created");
    return index;
}

static void unlink_name(struct world *world, uint32_t index)
{
    struct channel_shm *channel = &world->channels[index];
    uint32_t *at = bucket(world, channel->name);
    for (uint32_t left = world->limits.channels; *at < world->limits.channels && left-- > 0;
         at = &world->channels[*at].name_next) {
        if (*at == index) {
            *at = channel->name_next;
            break;
        }
    }
}

static void destroy(struct world *world, uint32_t index)
{
    struct channel_shm *channel = &world->channels[index];
    metadata_remove_all_locked(world, METADATA_OF_CHANNEL, index);
    unlink_name(world, index);
    txn_save(world->txn, &channel->state, sizeof channel->state);
    channel->state = CHANNEL_FREE;
    share_drop(world, SHARE_CHANNELS, &channel->charge);
    mask_free_all(world, index);
    channel->name_next = world->shm->free_channel;
    world->shm->free_channel = index;
    CRASHPOINT("channel-destroyed");
}

static void save_channel(struct world *world, const struct channel_shm *channel)
{
    txn_save(world->txn, channel, offsetof(struct channel_shm, first_member));
}

void channel_rename_locked(struct world *world, uint32_t index, const char *name)
{
    struct channel_shm *channel = &world->channels[index];
    save_channel(world, channel);
    unlink_name(world, index);
    text_copy(channel->name, sizeof channel->name, name);
    CRASHPOINT("channel-renamed");
    channel_link_name(world, index);
}

void channel_set_modes_locked(struct world *world, uint32_t index, uint32_t modes)
{
    save_channel(world, &world->channels[index]);
    world->channels[index].modes = modes;
}

void channel_set_founder_locked(struct world *world, uint32_t index, const char *account)
{
    struct channel_shm *channel = &world->channels[index];
    txn_save(world->txn, channel->founder, sizeof channel->founder);
    text_copy(channel->founder, sizeof channel->founder, account);
}

void channel_set_limit_locked(struct world *world, uint32_t index, uint32_t limit)
{
    save_channel(world, &world->channels[index]);
    world->channels[index].limit = limit;
}

void channel_set_key_locked(struct world *world, uint32_t index, const char *key)
{
    struct channel_shm *channel = &world->channels[index];
    save_channel(world, channel);
    text_copy(channel->key, sizeof channel->key, key);
}

void channel_seal(struct channel_shm *copy)
{
    TEXT_END(copy->name);
    TEXT_END(copy->topic);
    TEXT_END(copy->topic_by);
    TEXT_END(copy->key);
    TEXT_END(copy->founder);
}

void channel_set_topic_locked(struct world *world, uint32_t index, const char *topic, const char *by)
{
    struct channel_shm *channel = &world->channels[index];
    txn_save(world->txn, channel, offsetof(struct channel_shm, first_member));
    text_copy(channel->topic, sizeof channel->topic, topic);
    CRASHPOINT("topic-half-set");
    text_copy(channel->topic_by, sizeof channel->topic_by, by);
    channel->topic_at = clock_realtime();
    channel->topic_monotonic = clock_monotonic();
}

uint32_t member_find_locked(const struct world *world, uint32_t user, uint32_t channel)
{
    if (user == NONE) /* the server is in no channel */
        return NONE;
    uint32_t left = world->limits.members;
    for (uint32_t at = world->users[user].first_membership; at < world->limits.members && left-- > 0;
         at = world->members[at].next_of_user)
        if (world->members[at].channel == channel)
            return at;
    return NONE;
}

bool member_is_live(const struct world *world, const struct member_shm *member)
{
    return member->state == MEMBER_LIVE && user_has_nick(world, member->user) &&
           member->channel < world->limits.channels && world->channels[member->channel].state == CHANNEL_LIVE;
}

void member_link(struct world *world, uint32_t index)
{
    struct member_shm *member = &world->members[index];
    struct user_shm *user = &world->users[member->user];
    struct channel_shm *channel = &world->channels[member->channel];

    member->previous_of_channel = NONE;
    member->next_of_channel = channel->first_member;
    if (channel->first_member < world->limits.members)
        world->members[channel->first_member].previous_of_channel = index;
    channel->first_member = index;
    world->shm->counts.channels += channel->member_count++ == 0;

    member->previous_of_user = NONE;
    member->next_of_user = user->first_membership;
    if (user->first_membership < world->limits.members)
        world->members[user->first_membership].previous_of_user = index;
    user->first_membership = index;
    user->membership_count++;
    world->shm->memberships++;
    reach_add_member(world, member, 1);
}

static void unlink_member(struct world *world, const struct member_shm *member)
{
    struct user_shm *user = &world->users[member->user];
    struct channel_shm *channel = &world->channels[member->channel];
    uint32_t limit = world->limits.members;

    if (member->previous_of_channel >= limit)
        channel->first_member = member->next_of_channel;
    else
        world->members[member->previous_of_channel].next_of_channel = member->next_of_channel;
    if (member->next_of_channel < limit)
        world->members[member->next_of_channel].previous_of_channel = member->previous_of_channel;
    world->shm->counts.channels -= --channel->member_count == 0;

    if (member->previous_of_user >= limit)
        user->first_membership = member->next_of_user;
    else
        world->members[member->previous_of_user].next_of_user = member->next_of_user;
    if (member->next_of_user < limit)
        world->members[member->next_of_user].previous_of_user = member->previous_of_user;
    user->membership_count--;
    world->shm->memberships--;
    reach_add_member(world, member, UINT32_MAX);
}

static void save(struct world *world, const struct member_shm *member)
{
    txn_save(world->txn, member, offsetof(struct member_shm, next_of_channel));
}

uint32_t member_add_locked(struct world *world, uint32_t user, uint32_t channel, uint32_t flags)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_member;
    if (index < world->limits.members)
        shm->free_member = world->members[index].next_of_channel;
    else
        index = world_extend_locked(world, &shm->members_end, world->limits.members);
    if (index == NONE)
        return NONE;

    struct member_shm *member = &world->members[index];
    save(world, member);
    member->state = MEMBER_LIVE;
    member->user = user;
    member->channel = channel;
    member->flags = flags;
    member->joined_at = clock_realtime();
    CRASHPOINT("member-added");
    member_link(world, index);
    return index;
}

void member_set_flags_locked(struct world *world, uint32_t index, uint32_t flags)
{
    save(world, &world->members[index]);
    world->members[index].flags = flags;
}

void member_remove_locked(struct world *world, uint32_t index)
{
    struct member_shm *member = &world->members[index];
    uint32_t user = member->user, channel = member->channel;
    bool live = member_is_live(world, member); /* and so it is, unless somebody has damaged it */
    save(world, member);
    if (live)
        unlink_member(world, member);
    CRASHPOINT("member-unlinked");
    member->state = MEMBER_FREE;
    member->next_of_channel = world->shm->free_member;
    world->shm->free_member = index;
    if (!live)
        return;

    bool in_lobby = member_find_locked(world, user, LOBBY) != NONE;
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, user, list);
    for (uint32_t i = 0; i < count; i++)
        if (world->connections[list[i]].current == channel)
            connection_set_current_locked(world, list[i], in_lobby ? LOBBY : NONE);
    if (channel != LOBBY && world->channels[channel].member_count == 0)
        destroy(world, channel);
}
