/* Taking a nick. Run by workers; writes the user's. */
#include "nick.h"

#include <string.h>

static enum chat_result check(const struct chat *chat, const char *nick)
{
    static const enum chat_result results[] = {[NAME_OK] = CHAT_DONE,
                                               [NAME_EMPTY] = CHAT_NAME_BAD,
                                               [NAME_TOO_LONG] = CHAT_NAME_TOO_LONG,
                                               [NAME_BAD_START] = CHAT_NAME_BAD,
                                               [NAME_BAD_CHARACTER] = CHAT_NAME_BAD,
                                               [NAME_BRACKETS] = CHAT_NAME_BRACKETS,
                                               [NAME_MIXED] = CHAT_NAME_MIXED,
                                               [NAME_RESERVED] = CHAT_NAME_RESERVED};
    return results[name_check_nick(nick, (size_t)chat->settings->nick_length)];
}

enum chat_result chat_nick_locked(const struct chat *chat, const struct actor *actor, const char *nick)
{
    struct world *world = chat->world;
    uint32_t channels[EVENT_CHANNELS], holder = user_find_locked(world, nick);
    enum chat_result bad = check(chat, nick);
    if (bad != CHAT_DONE)
        return bad;
    if (holder != NONE && holder != actor->user)
        return CHAT_NAME_TAKEN;
    if (user_find_alike_locked(world, nick, actor->user) != NONE)
        return CHAT_NAME_ALIKE;
    if (strcmp(world->users[actor->user].nick, nick) == 0)
        return CHAT_SO_ALREADY;
    if (world->users[actor->user].state == USER_PRESENT) {
        struct event event = actor_event_locked(chat, actor, EVENT_NICK);
        event.strings.nick.to = nick;
        event.audience = AUDIENCE_COMMON;
        event.flags |= EVENT_LOBBY;
        event.channels = channels;
        event.channel_count = event_channels_locked(world, actor->user, channels);
        chat_publish_locked(chat, &event);
    }
    user_rename_locked(world, actor->user, nick);
    return CHAT_DONE;
}
