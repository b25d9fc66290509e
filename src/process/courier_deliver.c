/* Whom an event is for. Private to the courier. */
#include "courier_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static void give(struct courier *courier, struct client *client, const char *bytes, size_t length)
{
    if (length == 0 || courier->position <= client->stream.from)
        return;
    courier_touch(courier, client);
    courier->counts[COURIER_DELIVERIES]++;
    outbox_add(&client->outbox, bytes, length);
}

static void deliver(struct courier *courier, struct client *client, const struct event *event)
{
    bool self = client->user == event->source;
    bool came_from = self && (event->connection == client->connection || event->connection == NONE);
    if (client->seen == courier->event || (came_from && (event->flags & EVENT_NOT_SOURCE)))
        return;
    client->seen = courier->event;
    if (event->type == EVENT_METADATA && !client_is_subscribed(client, event->strings.metadata.key))
        return;
    if (event->type == EVENT_REPLY) {
        give(courier, client, event->strings.reply.bytes, EVENT_LENGTH(event, reply.bytes));
        return;
    }
    struct view view = {.caps = client->copy.caps, .self = self};
    view.target = event->audience == AUDIENCE_USER || event->audience == AUDIENCE_CONNECTION ||
                  client->user == event->target_user;
    view.current = event->audience == AUDIENCE_CHANNEL && event->target == client->copy.current;
    size_t length;
    const char *bytes = render_event(courier->render, event, client->door, &view, &length);
    give(courier, client, bytes, length);
    if (event->type == EVENT_WALL && (event->flags & EVENT_LAST))
        courier_tell_end(courier, client, true);
}

static void deliver_to_user(struct courier *courier, uint32_t user, const struct event *event)
{
    for (struct client *client = audience_user(&courier->audience, user); client; client = client->copy.next_of_user)
        deliver(courier, client, event);
}

static void deliver_to_room(struct courier *courier, uint32_t channel, const struct event *event)
{
    const struct room *room = audience_room(&courier->audience, channel);
    uint32_t flags = event_for_flags(event);
    for (uint32_t i = 0; i < room->count; i++)
        if (flags == 0 || (room->members[i].flags & flags))
            deliver(courier, room->members[i].client, event);
}

/* The lobby hears of everybody, on doors where that makes sense. */
static void deliver_to_lobby(struct courier *courier, const struct event *event)
{
    const struct room *room = audience_room(&courier->audience, LOBBY);
    for (uint32_t i = 0; i < room->count; i++)
        if (render_door(courier->render, room->members[i].client->door)->dialect->hears_lobby)
            deliver(courier, room->members[i].client, event);
}

static void deliver_to_audience(struct courier *courier, const struct event *event)
{
    struct client *client;
    switch ((enum event_audience)event->audience) {
    case AUDIENCE_CONNECTION:
        if ((client = audience_client(&courier->audience, event->target)))
            deliver(courier, client, event);
        break;
    case AUDIENCE_USER:
        deliver_to_user(courier, event->target, event);
        break;
    case AUDIENCE_CHANNEL:
        /* Who speaks from outside, or to those above, may want to see it nevertheless. */
        if (event->type == EVENT_MESSAGE || event->type == EVENT_MULTILINE)
            deliver_to_user(courier, event->source, event);
        deliver_to_room(courier, event->target, event);
        break;
    case AUDIENCE_COMMON:
        /* The source first: it may share a channel with nobody, not even itself. */
        deliver_to_user(courier, event->source, event);
        for (uint32_t i = 0; i < event->channel_count; i++)
            deliver_to_room(courier, event_channel(event, i), event);
        if (event->flags & EVENT_LOBBY)
            deliver_to_lobby(courier, event);
        break;
    case AUDIENCE_ALL:
        for (uint32_t i = 0; i < courier->audience.client_limit; i++)
            if (courier->audience.clients[i])
                deliver(courier, courier->audience.clients[i], event);
        break;
    case AUDIENCE_FLAGGED:
        for (uint32_t i = 0; i < courier->audience.client_limit; i++)
            if ((client = courier->audience.clients[i]) && event->target &&
                (client->copy.flags & event->target) == event->target)
                deliver(courier, client, event);
        break;
    case AUDIENCE_NOBODY:
    case AUDIENCES:
        break;
    }
}

/* Tells those who monitor `nick` that its owner came or went. */
static void notify_presence(struct courier *courier, const struct event *cause, const char *nick, bool here)
{
    const struct monitor *at = NULL;
    struct client *client;
    char mask[NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 3];
    struct event event = *cause;
    event.type = EVENT_PRESENCE;
    event.numbers.presence.here = here;
    event.strings.presence.who = nick;
    if (here) {
        snprintf(mask, sizeof mask, "%.63s!%.19s@%.63s", nick, cause->username, cause->host);
        event.strings.presence.who = mask;
    }
    EVENT_LENGTH(&event, presence.who) = strlen(event.strings.presence.who);
    event.flags = 0;
    event.nick = event.shown = event.username = event.account = "";
    event.host = courier->settings->server_name;
    render_next(courier->render);
    while ((client = audience_next_monitor(&courier->audience, nick, &at))) {
        struct view view = {.caps = client->copy.caps};
        size_t length;
        const char *bytes = render_event(courier->render, &event, client->door, &view, &length);
        give(courier, client, bytes, length);
    }
}

/* Those who monitor a user hear of its metadata without being in a channel with it, and if they asked
 * for extended-monitor, of what else it says of itself. */
static void notify_monitors(struct courier *courier, const struct event *event)
{
    const struct monitor *at = NULL;
    struct client *client;
    bool metadata = event->type == EVENT_METADATA && event->audience == AUDIENCE_COMMON;
    if (!metadata && event->type != EVENT_SETNAME && event->type != EVENT_ACCOUNT &&
        (event->type != EVENT_AWAY || event->audience != AUDIENCE_COMMON))
        return;
    while ((client = audience_next_monitor(&courier->audience, metadata ? event->strings.metadata.target : event->nick,
                                           &at)))
        if (metadata || (client->copy.caps & CAP_BIT(EXTENDED_MONITOR)))
            deliver(courier, client, event);
}

static void tell_presence(struct courier *courier, const struct event *event)
{
    if (event->type == EVENT_ARRIVE) {
        notify_presence(courier, event, event->nick, true);
    } else if (event->type == EVENT_NICK && text_compare_names(event->nick, event->strings.nick.to) != 0) {
        notify_presence(courier, event, event->nick, false);
        notify_presence(courier, event, event->strings.nick.to, true);
    } else if (event->type == EVENT_QUIT && (event->flags & EVENT_LOBBY)) {
        /* Who was told of in the lobby had arrived. */
        notify_presence(courier, event, event->nick, false);
    }
}

void courier_take_event(struct courier *courier, const struct ring_record *record)
{
    struct event event;
    if (!event_decode(record, &event)) {
        log_error("courier %u: a record at %llu is no event", courier->number, (unsigned long long)record->position);
        return;
    }
    courier->event++;
    courier->counts[COURIER_EVENTS]++;
    courier->counts[COURIER_MESSAGES] += event.type == EVENT_MESSAGE || event.type == EVENT_MULTILINE;
    render_next(courier->render);
    courier_apply_before(courier, &event);
    deliver_to_audience(courier, &event);
    notify_monitors(courier, &event);
    tell_presence(courier, &event);
    courier_apply_after(courier, &event);
}
