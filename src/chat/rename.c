/* Giving a channel another name. IRCv3 draft/channel-rename. Run by workers; writes the channel's.
 *
 * Everybody in it is told by one event. To clients of IRC that know nothing of that it must look as if they left one
 * channel and joined another, each by its own name: for those there is an event for each, published with the change
 * itself, so that nothing said in the channel can come between. Couriers render both for each viewer. */
#include "rename.h"

#include <string.h>

#include "base/text.h"

/* Bytes of the ring that it takes to tell one member. */
#define MOVED_NEED ring_need(1500)

static enum chat_result check_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
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

bool chat_rename_moves_locked(const struct world *world, uint32_t user)
{
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, user, list);
    for (uint32_t i = 0; i < count; i++)
        if (door_dialect((enum door_kind)world->connections[list[i]].door) == DIALECT_IRC &&
            !(world->connections[list[i]].caps & CAP_BIT(CHANNEL_RENAME)))
            return true;
    return false;
}

size_t chat_rename_need_locked(const struct world *world, uint32_t channel)
{
    size_t need = EVENT_NEED_MAX;
    uint32_t at = channel != NONE ? world->channels[channel].first_member : NONE;
    for (; at != NONE; at = world->members[at].next_of_channel)
        need += chat_rename_moves_locked(world, world->members[at].user) ? MOVED_NEED : 0;
    return need;
}

static void move_locked(const struct chat *chat, const struct actor *actor, uint32_t user, const struct event *rename)
{
    bool self = user == actor->user;
    struct event event = event_of_locked(chat->world, EVENT_MOVED, user);
    event.strings.moved.before = rename->strings.rename.before;
    event.strings.moved.after = rename->strings.rename.after;
    event.strings.moved.text = rename->strings.rename.text;
    event.strings.moved.realname = chat->world->users[user].realname;
    event.strings.moved.server = self ? "" : chat->settings->server_name;
    event.audience = AUDIENCE_USER;
    event.target = user;
    if (self) {
        event.connection = actor->connection;
        chat_publish_locked(chat, &event);
    } else {
        event_publish_locked(chat->world, &event);
    }
}

enum chat_result chat_rename_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                    const char *name, const char *text, size_t room)
{
    const struct world *world = chat->world;
    enum chat_result refusal = check_locked(chat, actor, channel, name);
    if (refusal != CHAT_DONE)
        return refusal;
    bool moves = text_compare_names(world->channels[channel].name, name) != 0;
    if (moves && chat_rename_need_locked(world, channel) > room)
        return CHAT_CHANNEL_FULL;
    struct event event = actor_event_locked(chat, actor, EVENT_RENAME);
    event.strings.rename.before = world->channels[channel].name;
    event.strings.rename.after = name;
    event.strings.rename.text = text;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    for (uint32_t at = world->channels[channel].first_member; moves && at != NONE;
         at = world->members[at].next_of_channel)
        if (chat_rename_moves_locked(world, world->members[at].user))
            move_locked(chat, actor, world->members[at].user, &event);
    chat_publish_locked(chat, &event);
    channel_rename_locked(chat->world, channel, name);
    if (moves)
        channel_set_founder_locked(chat->world, channel, ""); /* what is registered is the name that it had */
    return CHAT_DONE;
}
