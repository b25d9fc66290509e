/* Metadata: who may set it, who is told. IRCv3 draft/metadata-2 and draft/metadata-3. Run by workers; writes metadata
 * and subscriptions. A change is an event, which couriers deliver to those who subscribed to the key; subscriptions
 * are events too, for the couriers' copies. */
#include "metadata.h"

#include <string.h>

#include "world/shares.h"

bool chat_may_set_metadata_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                                  uint32_t index)
{
    if (kind == METADATA_OF_CHANNEL)
        return actor_may_moderate_locked(chat->world, actor, index);
    return index == actor->user || (actor->rights & ACTOR_OPERATES);
}

bool chat_sees_metadata_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                               uint32_t index)
{
    if (kind != METADATA_OF_CHANNEL)
        return true;
    const struct channel_shm *channel = &chat->world->channels[index];
    return (!(channel->modes & CHANNEL_INVITE_ONLY) && !*channel->key) || (actor->rights & ACTOR_OPERATES) ||
           actor_is_member_locked(chat->world, actor, index);
}

/* NULL stands for a key that is gone. */
static struct event change_locked(const struct chat *chat, const struct actor *actor, const char *target,
                                  const char *key, const char *value)
{
    struct event event = actor_event_locked(chat, actor, EVENT_METADATA);
    event.strings.metadata.target = target;
    event.strings.metadata.key = key;
    event.strings.metadata.value = value ? value : "";
    event.strings.metadata.server = chat->settings->server_name;
    event.numbers.metadata.is_set = value != NULL;
    event.flags |= EVENT_NOT_SOURCE;
    return event;
}

void chat_repeat_metadata_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, const char *key,
                                 const char *value)
{
    struct event event = change_locked(chat, actor, actor->nick, key, value);
    event.audience = channel != NONE ? AUDIENCE_CHANNEL : AUDIENCE_COMMON;
    event.target = channel;
    event_publish_locked(chat->world, &event);
}

static void tell_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind, uint32_t index,
                        const char *key, const char *value)
{
    uint32_t channels[EVENT_CHANNELS];
    const struct world *world = chat->world;
    if (actor->user != NONE && world->users[actor->user].state != USER_PRESENT)
        return;
    const char *target = kind == METADATA_OF_CHANNEL ? world->channels[index].name : world->users[index].nick;
    struct event event = change_locked(chat, actor, target, key, value);
    event.audience = AUDIENCE_CHANNEL;
    event.target = index;
    if (kind == METADATA_OF_USER) {
        event.audience = AUDIENCE_COMMON;
        event.target = NONE;
        event.channels = channels;
        event.channel_count = event_channels_locked(world, index, channels);
    }
    event_publish_locked(chat->world, &event);
    if (kind == METADATA_OF_USER && index != actor->user && event.channel_count == 0) {
        event.audience = AUDIENCE_USER;
        event.target = index;
        event_publish_locked(chat->world, &event);
    }
}

static enum chat_result remove_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                                      uint32_t index, const char *key)
{
    uint32_t at = metadata_find_locked(chat->world, kind, index, key);
    if (at == NONE)
        return CHAT_SO_ALREADY;
    metadata_remove_locked(chat->world, at);
    tell_locked(chat, actor, kind, index, key, NULL);
    return CHAT_DONE;
}

enum chat_result chat_set_metadata_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                                          uint32_t index, const char *key, const char *value)
{
    struct world *world = chat->world;
    if (!metadata_is_key(key))
        return CHAT_NAME_BAD;
    if (value && strlen(value) >= METADATA_VALUE_SIZE)
        return CHAT_NAME_TOO_LONG;
    if (index == NONE)
        return kind == METADATA_OF_CHANNEL ? CHAT_NO_SUCH_CHANNEL : CHAT_NO_SUCH_USER;
    if (!chat_may_set_metadata_locked(chat, actor, kind, index))
        return CHAT_NOT_OPERATOR;
    if (!value)
        return remove_locked(chat, actor, kind, index, key);
    uint32_t at = metadata_find_locked(world, kind, index, key);
    if (at != NONE && strcmp(world->metadata[at].value, value) == 0)
        return CHAT_DONE;
    if (at == NONE && share_ask_locked(world, SHARE_METADATA, actor->user) != SHARE_FITS)
        return CHAT_METADATA_SPENT;
    if (!metadata_set_locked(world, kind, index, key, value, actor->user))
        return CHAT_METADATA_FULL;
    tell_locked(chat, actor, kind, index, key, value);
    return CHAT_DONE;
}

enum chat_result chat_subscribe_locked(const struct chat *chat, const struct actor *actor, const char *key, bool on)
{
    struct world *world = chat->world;
    if (!metadata_is_key(key))
        return CHAT_NAME_BAD;
    uint32_t at = metadata_find_locked(world, METADATA_SUBSCRIPTION, actor->connection, key);
    if ((at != NONE) == on)
        return CHAT_SO_ALREADY;
    if (on && share_ask_locked(world, SHARE_METADATA, actor->user) != SHARE_FITS)
        return CHAT_METADATA_SPENT;
    if (on && !metadata_set_locked(world, METADATA_SUBSCRIPTION, actor->connection, key, "", actor->user))
        return CHAT_METADATA_FULL;
    struct event event = actor_event_locked(chat, actor, EVENT_SUBSCRIBE);
    event.strings.subscribe.key = key;
    event.numbers.subscribe.on = on;
    event.audience = AUDIENCE_NOBODY;
    event_publish_locked(world, &event);
    if (!on)
        metadata_remove_locked(world, at);
    return CHAT_DONE;
}
