/* Coming in. Run by workers; writes users, their membership in the lobby, and the
 * capabilities of connections. */
#include "arrive.h"

#include "account.h"
#include "ban.h"
#include "channel.h"
#include "flags.h"

enum chat_result chat_arrive_locked(const struct chat *chat, const struct actor *actor, bool lobby, uint32_t flags)
{
    if (chat_find_ban_locked(chat->world, actor->user))
        return CHAT_SERVER_BANNED;
    if (!chat_may_have_nick_locked(chat->world, actor->user, actor->nick))
        return CHAT_NAME_OWNED;
    user_introduce_locked(chat->world, actor->user);
    if (lobby)
        chat_enter_lobby_locked(chat, actor);
    chat_begin_flags_locked(chat, actor, flags);
    struct event event = actor_event_locked(chat, actor, EVENT_ARRIVE);
    event.audience = AUDIENCE_CHANNEL;
    event.target = LOBBY;
    event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(chat->world, &event);
    return CHAT_DONE;
}

void chat_describe_locked(const struct chat *chat, const struct actor *actor, const char *username,
                          const char *realname)
{
    if (chat->world->users[actor->user].state == USER_ATTACHED)
        user_describe_locked(chat->world, actor->user, username, realname);
}

void chat_set_caps_locked(const struct chat *chat, const struct actor *actor, uint64_t caps)
{
    uint64_t before = chat->world->connections[actor->connection].caps;
    struct event event = actor_event_locked(chat, actor, EVENT_CAPS);
    event.audience = AUDIENCE_NOBODY;
    event.numbers.caps.before_low = (uint32_t)before;
    event.numbers.caps.before_high = (uint32_t)(before >> 32);
    event.numbers.caps.after_low = (uint32_t)caps;
    event.numbers.caps.after_high = (uint32_t)(caps >> 32);
    event_publish_locked(chat->world, &event);
    connection_set_caps_locked(chat->world, actor->connection, caps);
}
