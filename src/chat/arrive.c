/* Coming in. Run by workers; writes users, and their membership in the lobby. */
#include "arrive.h"

#include "ban.h"
#include "channel.h"
#include "flags.h"

enum chat_result chat_arrive_locked(const struct chat *chat, const struct actor *actor, bool lobby, uint32_t flags)
{
    if (chat_find_ban_locked(chat->world, actor->user))
        return CHAT_SERVER_BANNED;
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
