/* A world without processes, for tests of what may be done in it. The test has the lock all the time, and is told what
 * is published. */
#ifndef FORKCHAT_T_UNIT_CHAT_H
#define FORKCHAT_T_UNIT_CHAT_H

#include "base/text.h"
#include "chat/actor.h"
#include "tables.h"

static struct chat chat;
static struct settings *settings;

/* What was published of what an actor did: how many events, and the last one's type and audience. */
static unsigned published;
static struct event last;

static void note_event(const struct chat *asked, struct event *event)
{
    event_publish_locked(asked->world, event);
    published++;
    last = *event;
}

/* A transaction of its own: each has room for what one thing takes. */
static inline void chat_renew(void)
{
    txn_commit(&txn);
    txn_begin(&txn, 2 * EVENT_NEED_MAX + EVENT_NEED_LEAVE);
}

static inline void chat_start(void)
{
    tables_start(50);
    settings = settings_new();
    settings_read_option(settings, "server-name irc.test");
    settings_complete(settings);
    chat = (struct chat){.world = &world, .settings = settings, .publish = note_event};
    published = 0;
    chat_renew();
}

static inline void chat_stop(void)
{
    settings_free(settings);
    tables_stop();
}

/* The user as an actor, on the connection of the same number. */
static inline struct actor chat_actor(uint32_t place)
{
    struct actor actor = actor_of_user_locked(&world, place);
    actor.connection = place;
    return actor;
}

/* Somebody who is here and in the lobby. */
static inline struct actor chat_user(uint32_t place, const char *nick)
{
    chat_renew();
    CHECK(user_create_locked(&world, "127.0.0.1:1", "127.0.0.1") == place);
    user_attach_locked(&world, place, place, 1, DOOR_IRC, "127.0.0.1:1", "127.0.0.1");
    user_rename_locked(&world, place, nick);
    user_describe_locked(&world, place, "~u", "somebody");
    user_introduce_locked(&world, place);
    member_add_locked(&world, place, LOBBY, 0);
    return chat_actor(place);
}

/* The same as an operator of the server. */
static inline struct actor chat_operator(uint32_t place, const char *nick)
{
    chat_user(place, nick);
    user_set_flags_locked(&world, place, world.users[place].flags | USER_OPERATOR);
    return chat_actor(place);
}

/* A channel with a first member, who has those flags in it. */
static inline uint32_t chat_channel(const char *name, const struct actor *actor, uint32_t flags)
{
    uint32_t channel = channel_create_locked(&world, name, actor->user);
    member_add_locked(&world, actor->user, channel, flags);
    return channel;
}

#endif
