/* Events: encoding and decoding. Encoded by publishers in a transaction, decoded by every ring reader.
 *
 * The form in a record: struct packed, then the channels, then each string as its bytes and a zero byte.
 * Lengths stand in the packed head; their sum must be exactly the record's length, so a damaged head is
 * noticed before anything is followed. */
#include "event.h"

#include <string.h>

#include "base/clock.h"
#include "world/history_marks.h"
#include "world/reach.h"
#include "world/shares.h"

#define SOURCE_STRINGS 5

struct packed {
    uint32_t type, flags, audience, target, target_user, source, generation, connection, origin;
    uint32_t channel_count;
    int64_t time;
    uint64_t id;
    uint32_t numbers[EVENT_NUMBERS];
    uint32_t lengths[SOURCE_STRINGS + EVENT_STRINGS];
};

struct event event_of_server(enum event_type type)
{
    return (struct event){.type = type,
                          .source = NONE,
                          .target = NONE,
                          .target_user = NONE,
                          .connection = NONE,
                          .origin = HOME_HERE,
                          .time = clock_realtime(),
                          .nick = "",
                          .shown = "",
                          .username = "",
                          .host = "",
                          .account = ""};
}

struct event event_as_decoded(const struct event *event)
{
    struct event whole = *event;
    for (int i = 0; i < EVENT_STRINGS; i++) {
        if (!whole.strings.all[i])
            whole.strings.all[i] = "";
        if (!whole.lengths[i])
            whole.lengths[i] = strlen(whole.strings.all[i]);
    }
    return whole;
}

struct event event_of_locked(const struct world *world, enum event_type type, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    struct event event = event_of_server(type);
    event.source = index;
    event.generation = user->generation;
    event.origin = user->home;
    event.flags = (user->flags & USER_NAMED ? 0 : EVENT_UNNAMED) | (user->flags & USER_BOT ? EVENT_BOT : 0);
    event.nick = user->nick;
    event.shown = user_shown(user);
    event.username = user->username;
    event.host = user->host;
    event.account = user->account;
    return event;
}

uint32_t event_channels_locked(const struct world *world, uint32_t user, uint32_t *channels)
{
    uint32_t count = 0;
    for (uint32_t at = world->users[user].first_membership; at < world->limits.members && count < EVENT_CHANNELS;
         at = world->members[at].next_of_user)
        channels[count++] = world->members[at].channel | world->members[at].flags << EVENT_FLAGS_SHIFT;
    return count;
}

static size_t string_length(const struct event *event, int i)
{
    if (event->lengths[i] || !event->strings.all[i])
        return event->lengths[i];
    return strnlen(event->strings.all[i], RING_RECORD_MAX);
}

/* Whether clients may be told of it because they monitor somebody: they can be anywhere. */
static bool may_be_monitored(const struct world *world, const struct event *event)
{
    bool presence = event->type == EVENT_ARRIVE || event->audience == AUDIENCE_COMMON;
    return presence && share_used_locked(world, SHARE_MONITORS) > 0;
}

/* The couriers of those whose clients in a courier's copy it changes. */
static uint64_t concerned_locked(const struct world *world, const struct event *event)
{
    return reach_of_user_locked(world, event->source) | reach_of_user_locked(world, event->target_user);
}

/* Which readers must wake for it: the couriers of those it is for, and of those whose place in a courier's copy it
 * changes. The others come across it when they are next awake. */
static uint64_t readers(const struct world *world, const struct event *event)
{
    uint64_t theirs = 0;
    if (may_be_monitored(world, event))
        return ~UINT64_C(0);
    switch ((enum event_audience)event->audience) {
    case AUDIENCE_NOBODY:
        return event->type == EVENT_DROP
                   ? reach_of_connection(world, event->target)
                   : reach_of_connection(world, event->connection) | concerned_locked(world, event);
    case AUDIENCE_CONNECTION:
        return reach_of_connection(world, event->target);
    case AUDIENCE_USER:
        return reach_of_user_locked(world, event->target);
    case AUDIENCE_CHANNEL:
        return reach_of_channel_locked(world, event->target) | concerned_locked(world, event);
    case AUDIENCE_COMMON:
        for (uint32_t i = 0; i < event->channel_count; i++)
            theirs |= reach_of_channel_locked(world, event_channel(event, i));
        if (event->flags & EVENT_LOBBY)
            theirs |= reach_of_channel_locked(world, LOBBY);
        return theirs | concerned_locked(world, event);
    case AUDIENCE_ALL:
    case AUDIENCE_FLAGGED:
    case AUDIENCES:
        break;
    }
    return ~UINT64_C(0);
}

/* Whether somebody may ask for it later. What two people say to each other is kept if both have accounts; nothing is
 * of a channel whose mode says so, and nothing that only some of a channel's members get. A user's own copy of a
 * private message has the id of the one before. */
static bool is_kept(const struct world *world, const struct event *event)
{
    bool message = event->type == EVENT_MESSAGE || event->type == EVENT_MULTILINE;
    if (message && (event->numbers.message.kind == MESSAGE_TAGMSG || event->numbers.message.needed_flags || event->id))
        return false;
    switch (event->type) {
    case EVENT_MESSAGE:
    case EVENT_MULTILINE:
    case EVENT_REDACT:
    case EVENT_JOIN:
    case EVENT_PART:
    case EVENT_KICK:
    case EVENT_TOPIC:
    case EVENT_MODE:
        break;
    case EVENT_NICK:
    case EVENT_QUIT:
        return event->audience == AUDIENCE_COMMON;
    default:
        return false;
    }
    if (event->audience == AUDIENCE_CHANNEL)
        return event->target < world->limits.channels && !(world->channels[event->target].modes & CHANNEL_NO_HISTORY);
    const char *other = event->type == EVENT_REDACT ? event->strings.redact.account : event->strings.message.account;
    bool copy = event->type == EVENT_REDACT && event->target == event->source;
    return event->audience == AUDIENCE_USER && *event->account && other && *other && !copy;
}

void event_publish_locked(struct world *world, struct event *event)
{
    static char zero = '\0';
    bool kept = history_is_on(world) && is_kept(world, event);
    event->flags = kept ? event->flags | EVENT_KEPT : event->flags & ~(uint32_t)EVENT_KEPT;
    uint64_t history = kept ? UINT64_C(1) << history_reader(world) : 0;
    struct packed packed = {.type = event->type,
                            .flags = event->flags,
                            .audience = event->audience,
                            .target = event->target,
                            .target_user = event->target_user,
                            .source = event->source,
                            .generation = event->generation,
                            .connection = event->connection,
                            .origin = event->origin,
                            .channel_count = event->channel_count,
                            .time = event->time,
                            .id = event->id};
    memcpy(packed.numbers, event->numbers.all, sizeof packed.numbers);
    size_t left =
        RING_RECORD_MAX - sizeof packed - event->channel_count * sizeof(uint32_t) - SOURCE_STRINGS - EVENT_STRINGS;
    struct iovec parts[2 + 2 * (SOURCE_STRINGS + EVENT_STRINGS)] = {
        {&packed, sizeof packed}, {(void *)event->channels, event->channel_count * sizeof(uint32_t)}};
    int count = event->channel_count ? 2 : 1;
    const char *source[SOURCE_STRINGS] = {event->nick, event->shown, event->username, event->host, event->account};
    /* They stand in the tables, where one may have lost its end. */
    static const size_t sizes[SOURCE_STRINGS] = {NICK_SIZE, ADDRESS_SIZE, USERNAME_SIZE, HOST_SIZE, ACCOUNT_SIZE};
    for (int i = 0; i < SOURCE_STRINGS + EVENT_STRINGS; i++) {
        const char *string = i < SOURCE_STRINGS ? source[i] : event->strings.all[i - SOURCE_STRINGS];
        size_t length = i < SOURCE_STRINGS ? strnlen(string, sizes[i]) : string_length(event, i - SOURCE_STRINGS);
        if (length > left)
            length = left;
        left -= length;
        packed.lengths[i] = (uint32_t)length;
        if (length)
            parts[count++] = (struct iovec){(void *)string, length};
        parts[count++] = (struct iovec){&zero, 1};
    }
    event->position = txn_publish(world->txn, parts, count, readers(world, event) | history);
    if (!event->id)
        event->id = event->position;
}

bool event_decode(const struct ring_record *record, struct event *event)
{
    struct packed packed;
    if (record->length < sizeof packed)
        return false;
    memcpy(&packed, record->payload, sizeof packed);
    if (packed.type >= EVENT_TYPES || packed.audience >= AUDIENCES || packed.channel_count > EVENT_CHANNELS_MOST)
        return false;
    size_t total = sizeof packed + packed.channel_count * sizeof(uint32_t);
    for (int i = 0; i < SOURCE_STRINGS + EVENT_STRINGS; i++) {
        if (packed.lengths[i] > RING_RECORD_MAX)
            return false;
        total += packed.lengths[i] + 1;
    }
    if (total != record->length)
        return false;

    const char *at = record->payload + sizeof packed;
    *event = (struct event){.type = packed.type,
                            .flags = packed.flags,
                            .audience = packed.audience,
                            .target = packed.target,
                            .target_user = packed.target_user,
                            .source = packed.source,
                            .generation = packed.generation,
                            .connection = packed.connection,
                            .origin = packed.origin,
                            .time = packed.time,
                            .position = record->position,
                            .id = packed.id ? packed.id : record->position,
                            .channels = (const uint32_t *)(const void *)at,
                            .channel_count = packed.channel_count};
    memcpy(event->numbers.all, packed.numbers, sizeof event->numbers.all);
    at += packed.channel_count * sizeof(uint32_t);
    const char **source[SOURCE_STRINGS] = {&event->nick, &event->shown, &event->username, &event->host,
                                           &event->account};
    for (int i = 0; i < SOURCE_STRINGS + EVENT_STRINGS; i++) {
        if (at[packed.lengths[i]] != '\0')
            return false;
        if (i < SOURCE_STRINGS) {
            *source[i] = at;
        } else {
            event->strings.all[i - SOURCE_STRINGS] = at;
            event->lengths[i - SOURCE_STRINGS] = packed.lengths[i];
        }
        at += packed.lengths[i] + 1;
    }
    return true;
}

uint32_t event_for_flags(const struct event *event)
{
    bool picks = event->type == EVENT_MESSAGE || event->type == EVENT_MULTILINE || event->type == EVENT_KNOCK;
    return picks ? event->numbers.message.needed_flags : 0;
}

const char *event_name(uint32_t type)
{
    static const char *const names[EVENT_TYPES] = {
#define EVENT(symbol, meaning) #symbol,
        EVENTS(EVENT)
#undef EVENT
    };
    return type < EVENT_TYPES ? names[type] : "?";
}
