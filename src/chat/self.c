/* What users say of themselves. RFC 2812 section 4, IRCv3 away-notify, pre-away, setname and read-marker. Run by
 * workers; writes what users are. */
#include "self.h"

#include <string.h>

#include "base/text.h"

/* Told to all who share a channel with them. */
static void tell_locked(const struct chat *chat, const struct actor *actor, struct event *event)
{
    uint32_t channels[EVENT_CHANNELS];
    event->audience = AUDIENCE_COMMON;
    event->channels = channels;
    event->channel_count = event_channels_locked(chat->world, actor->user, channels);
    chat_publish_locked(chat, event);
}

enum chat_result chat_away_locked(const struct chat *chat, const struct actor *actor, const char *text)
{
    char away[AWAY_SIZE];
    text_copy(away, sizeof away, text);
    if (strcmp(chat->world->users[actor->user].away, away) == 0)
        return CHAT_SO_ALREADY;
    user_set_away_locked(chat->world, actor->user, away);
    if (chat->world->users[actor->user].state == USER_PRESENT) {
        struct event event = actor_event_locked(chat, actor, EVENT_AWAY);
        event.strings.away.text = away;
        event.flags |= EVENT_NOT_SOURCE;
        tell_locked(chat, actor, &event);
    }
    return CHAT_DONE;
}

enum chat_result chat_realname_locked(const struct chat *chat, const struct actor *actor, const char *name)
{
    if (!*name)
        return CHAT_NAME_EMPTY;
    if (strlen(name) >= REALNAME_SIZE)
        return CHAT_NAME_TOO_LONG;
    user_set_realname_locked(chat->world, actor->user, name);
    struct event event = actor_event_locked(chat, actor, EVENT_SETNAME);
    event.strings.setname.realname = name;
    tell_locked(chat, actor, &event);
    return CHAT_DONE;
}

void chat_tell_read_locked(const struct chat *chat, const struct actor *actor, const char *target, const char *stamp)
{
    if (chat->world->users[actor->user].connection_count < 2)
        return;
    struct event event = actor_event_locked(chat, actor, EVENT_READ);
    event.audience = AUDIENCE_USER;
    event.target = actor->user;
    event.flags |= EVENT_NOT_SOURCE;
    event.strings.read.target = target;
    event.strings.read.stamp = stamp;
    event.strings.read.server = chat->settings->server_name;
    event_publish_locked(chat->world, &event);
}
