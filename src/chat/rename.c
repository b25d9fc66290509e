/* Giving a channel another name. IRCv3 draft/channel-rename. Run by workers; writes the channel's. */
#include "rename.h"

#include <string.h>

enum chat_result chat_check_rename_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                          const char *name)
{
    const struct world *world = chat->world;
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (!actor_is_member_locked(world, actor, channel))
        return CHAT_NOT_MEMBER;
    if (!actor_may_moderate_locked(world, actor, channel))
        return CHAT_NOT_MODERATOR;
    uint32_t other = channel_find_locked(world, name);
    if (other != NONE && other != channel)
        return CHAT_NAME_TAKEN;
    if (!name_is_channel(name))
        return CHAT_NAME_BAD;
    if (channel == LOBBY)
        return CHAT_NAME_RESERVED;
    if (channel_find_alike_locked(world, name, channel) != NONE)
        return CHAT_NAME_ALIKE;
    return strcmp(name, world->channels[channel].name) == 0 ? CHAT_SO_ALREADY : CHAT_DONE;
}

enum chat_result chat_rename_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                    const char *name, const char *text)
{
    enum chat_result refusal = chat_check_rename_locked(chat, actor, channel, name);
    if (refusal != CHAT_DONE)
        return refusal;
    struct event event = actor_event_locked(chat, actor, EVENT_RENAME);
    event.strings.rename.before = chat->world->channels[channel].name;
    event.strings.rename.after = name;
    event.strings.rename.text = text;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    chat_publish_locked(chat, &event);
    channel_rename_locked(chat->world, channel, name);
    return CHAT_DONE;
}
