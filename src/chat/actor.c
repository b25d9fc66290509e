/* Actors: those who do something, and what they may know and do. Run by any process that asks; changes nothing. */
#include "actor.h"

struct actor actor_of_user_locked(const struct world *world, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    return (struct actor){.user = index,
                          .connection = NONE,
                          .rights = user->flags & USER_OPERATOR ? ACTOR_OPERATES : 0,
                          .origin = user->home,
                          .nick = user->nick,
                          .shown = user_shown(user)};
}

struct actor actor_of_server(void)
{
    return (struct actor){.user = NONE,
                          .connection = NONE,
                          .rights = ACTOR_OPERATES,
                          .origin = HOME_HERE,
                          .nick = "server",
                          .shown = "the server"};
}

struct event actor_event_locked(const struct chat *chat, const struct actor *actor, enum event_type type)
{
    struct event event = actor->user == NONE ? event_of_server(type) : event_of_locked(chat->world, type, actor->user);
    if (actor->user == NONE)
        event.host = chat->settings->server_name;
    event.connection = actor->connection;
    event.origin = actor->origin;
    return event;
}

bool actor_may_moderate_locked(const struct world *world, const struct actor *actor, uint32_t channel)
{
    if (actor->rights & ACTOR_OPERATES)
        return true;
    uint32_t member = member_find_locked(world, actor->user, channel);
    return member != NONE && (world->members[member].flags & MEMBER_OPERATOR);
}

uint32_t actor_current_locked(const struct world *world, const struct actor *actor)
{
    return actor->connection == NONE ? NONE : world->connections[actor->connection].current;
}

bool actor_is_member_locked(const struct world *world, const struct actor *actor, uint32_t channel)
{
    return member_find_locked(world, actor->user, channel) != NONE;
}

static bool is_open(const struct world *world, uint32_t channel)
{
    return !(world->channels[channel].modes & (CHANNEL_SECRET | CHANNEL_PRIVATE));
}

bool actor_is_shown_channel_locked(const struct world *world, const struct actor *actor, uint32_t index)
{
    const struct channel_shm *channel = &world->channels[index];
    if (channel->state != CHANNEL_LIVE || channel->member_count == 0)
        return false;
    return is_open(world, index) || actor_is_member_locked(world, actor, index);
}

bool actor_sees_channel_locked(const struct world *world, const struct actor *actor, uint32_t channel)
{
    return is_open(world, channel) || (actor->rights & ACTOR_OPERATES) || actor_is_member_locked(world, actor, channel);
}

static bool shares_channel(const struct world *world, const struct actor *actor, uint32_t user)
{
    for (uint32_t at = world->users[user].first_membership; at != NONE; at = world->members[at].next_of_user)
        if (actor_is_member_locked(world, actor, world->members[at].channel))
            return true;
    return false;
}

bool actor_sees_user_locked(const struct world *world, const struct actor *actor, uint32_t user)
{
    return !(world->users[user].flags & USER_INVISIBLE) || user == actor->user || (actor->rights & ACTOR_OPERATES) ||
           shares_channel(world, actor, user);
}
