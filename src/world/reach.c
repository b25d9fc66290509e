/* Which couriers have connections in a channel. Written by whoever changes memberships or connections, under the lock;
 * all of it is derived. */
#include "reach.h"

#include <string.h>

#include "layout.h"

size_t reach_size(const struct world_limits *limits)
{
    return (size_t)limits->channels * limits->couriers * sizeof(uint32_t);
}

static uint32_t *count_at(const struct world *world, uint32_t channel, uint32_t connection)
{
    return &world->reach[(size_t)channel * world->limits.couriers + world_courier(world, connection)];
}

void reach_clear(struct world *world)
{
    memset(world->reach, 0, reach_size(&world->limits));
}

void reach_add_member(struct world *world, const struct member_shm *member, uint32_t by)
{
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, member->user, list);
    for (uint32_t i = 0; i < count; i++)
        *count_at(world, member->channel, list[i]) += by;
}

void reach_add_connection(struct world *world, uint32_t connection, uint32_t by)
{
    uint32_t left = world->limits.channels;
    for (uint32_t at = world->users[world->connections[connection].user].first_membership;
         at < world->limits.members && left-- > 0; at = world->members[at].next_of_user)
        if (world->members[at].channel < world->limits.channels)
            *count_at(world, world->members[at].channel, connection) += by;
}

uint64_t reach_of_channel_locked(const struct world *world, uint32_t channel)
{
    uint64_t readers = 0;
    if (channel >= world->limits.channels)
        return 0;
    const uint32_t *counts = &world->reach[(size_t)channel * world->limits.couriers];
    for (uint32_t courier = 0; courier < world->limits.couriers; courier++)
        readers |= (uint64_t)(counts[courier] != 0) << courier;
    return readers;
}

uint64_t reach_of_connection(const struct world *world, uint32_t connection)
{
    return connection == NONE ? 0 : UINT64_C(1) << world_courier(world, connection);
}

uint64_t reach_of_user_locked(const struct world *world, uint32_t user)
{
    uint64_t readers = 0;
    if (user >= world->limits.users)
        return 0;
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, user, list);
    for (uint32_t i = 0; i < count; i++)
        readers |= reach_of_connection(world, list[i]);
    return readers;
}

static uint32_t count_connections(const struct world *world, uint32_t channel, uint32_t courier)
{
    uint32_t list[USER_CONNECTIONS], sum = 0, left = world->shm->members_end;
    for (uint32_t at = world->channels[channel].first_member; at < world->shm->members_end && left-- > 0;
         at = world->members[at].next_of_channel) {
        uint32_t count = connection_list_locked(world, world->members[at].user, list);
        for (uint32_t i = 0; i < count; i++)
            sum += world_courier(world, list[i]) == courier;
    }
    return sum;
}

const char *reach_check(const struct world *world)
{
    for (uint32_t channel = 0; channel < world->shm->channels_end; channel++) {
        bool live = world->channels[channel].state == CHANNEL_LIVE;
        for (uint32_t courier = 0; courier < world->limits.couriers; courier++)
            if (world->reach[(size_t)channel * world->limits.couriers + courier] !=
                (live ? count_connections(world, channel, courier) : 0))
                return "a count of a channel's connections at a courier is wrong";
    }
    return NULL;
}
