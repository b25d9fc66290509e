/* What of the events is history. Run by the collector, which reads names of channels in the tables without the lock,
 * where nothing in its events has told them yet.
 *
 * Somebody who leaves, or takes another nick, does so in several channels, of which the event has the numbers alone.
 * The names are those of the JOINs before. */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

struct channel_names {
    uint32_t limit;
    char (*list)[CHANNEL_SIZE];
};

struct channel_names *channel_names_new(const struct world *world)
{
    struct channel_names *names = memory_must(calloc(1, sizeof *names));
    names->limit = world->limits.channels;
    names->list = memory_must(calloc(names->limit, sizeof *names->list));
    return names;
}

static void learn(struct channel_names *names, uint32_t channel, const char *name)
{
    if (channel < names->limit)
        text_copy(names->list[channel], CHANNEL_SIZE, name);
}

static const char *name_of(struct channel_names *names, const struct world *world, uint32_t channel)
{
    if (channel >= names->limit)
        return "";
    if (!*names->list[channel])
        text_copy(names->list[channel], CHANNEL_SIZE, world->channels[channel].name);
    return names->list[channel];
}

static void set(struct history_record *record, enum history_text which, const char *text, size_t length)
{
    record->texts[which] = text;
    record->lengths[which] = length;
}

static struct history_record begin(const struct event *event, enum history_kind kind)
{
    struct history_record record = {.position = event->position,
                                    .id = event->id,
                                    .time = event->time,
                                    .kind = kind,
                                    .flags = (event->flags & EVENT_BOT ? HISTORY_BOT : 0) |
                                             (event->flags & EVENT_UNNAMED ? HISTORY_UNNAMED : 0)};
    set(&record, HISTORY_FROM, event->nick, 0);
    set(&record, HISTORY_SHOWN, event->shown, 0);
    set(&record, HISTORY_USERNAME, event->username, 0);
    set(&record, HISTORY_HOST, event->host, 0);
    set(&record, HISTORY_ACCOUNT, event->account, 0);
    return record;
}

/* What is to be known of an event besides its source: kind and texts. False if it is none of the history's. */
static bool fill(struct history_record *record, const struct event *event)
{
    const union event_strings *strings = &event->strings;
    static const enum history_kind said[] = {HISTORY_PRIVMSG, HISTORY_NOTICE};
    switch (event->type) {
    case EVENT_MESSAGE:
    case EVENT_MULTILINE:
        if (event->numbers.message.kind > MESSAGE_NOTICE)
            return false;
        *record = begin(event, event->type == EVENT_MULTILINE ? HISTORY_MULTILINE : said[event->numbers.message.kind]);
        set(record, HISTORY_TARGET, strings->message.target, 0);
        set(record, HISTORY_WORDS, strings->message.text, EVENT_LENGTH(event, message.text));
        set(record, HISTORY_MORE, strings->message.tags, 0);
        set(record, HISTORY_PARTNER, strings->message.account, 0);
        return true;
    case EVENT_REDACT:
        *record = begin(event, HISTORY_REDACT);
        set(record, HISTORY_TARGET, strings->redact.target, 0);
        set(record, HISTORY_WORDS, strings->redact.reason, 0);
        set(record, HISTORY_MORE, strings->redact.id, 0);
        set(record, HISTORY_PARTNER, strings->redact.account, 0);
        return true;
    case EVENT_JOIN:
        *record = begin(event, HISTORY_JOIN);
        set(record, HISTORY_TARGET, strings->join.channel_name, 0);
        set(record, HISTORY_MORE, strings->join.realname, 0);
        return true;
    case EVENT_PART:
        *record = begin(event, HISTORY_PART);
        set(record, HISTORY_TARGET, strings->part.channel_name, 0);
        set(record, HISTORY_WORDS, strings->part.text, 0);
        return true;
    case EVENT_KICK:
        *record = begin(event, HISTORY_KICK);
        set(record, HISTORY_TARGET, strings->kick.channel_name, 0);
        set(record, HISTORY_WORDS, strings->kick.text, 0);
        set(record, HISTORY_MORE, strings->kick.nick, 0);
        return true;
    case EVENT_TOPIC:
        *record = begin(event, HISTORY_TOPIC);
        set(record, HISTORY_TARGET, strings->topic.channel_name, 0);
        set(record, HISTORY_WORDS, strings->topic.topic, 0);
        return true;
    case EVENT_MODE:
        *record = begin(event, HISTORY_MODE);
        set(record, HISTORY_TARGET, strings->mode.channel_name, 0);
        set(record, HISTORY_WORDS, strings->mode.changes, 0);
        return true;
    case EVENT_NICK:
        *record = begin(event, HISTORY_NICK);
        set(record, HISTORY_MORE, strings->nick.to, 0);
        return true;
    case EVENT_QUIT:
        *record = begin(event, HISTORY_QUIT);
        set(record, HISTORY_WORDS, *strings->quit.irc_text ? strings->quit.irc_text : strings->quit.text, 0);
        return true;
    default:
        return false;
    }
}

/* In each of the channels. A record has a position of its own: the event takes more bytes in the ring than there are
 * channels in it. */
static void collect_channels(struct channel_names *names, const struct world *world, const struct event *event,
                             struct history_record *record, collect_take *take, void *context)
{
    char key[HISTORY_KEY_SIZE];
    for (uint32_t i = 0; i < event->channel_count; i++) {
        uint32_t channel = event_channel(event, i);
        const char *name = name_of(names, world, channel);
        if (!*name || (world->channels[channel].modes & CHANNEL_NO_HISTORY))
            continue;
        history_key_of_channel(key, name);
        set(record, HISTORY_KEY, key, 0);
        set(record, HISTORY_TARGET, name, 0);
        record->position = event->position + i;
        take(context, record);
    }
}

void collect_event(struct channel_names *names, const struct world *world, const struct event *event,
                   collect_take *take, void *context)
{
    struct history_record record;
    char key[HISTORY_KEY_SIZE];
    if (event->type == EVENT_JOIN)
        learn(names, event->numbers.join.channel, event->strings.join.channel_name);
    else if (event->type == EVENT_RENAME)
        learn(names, event->target, event->strings.rename.after);
    if (!(event->flags & EVENT_KEPT) || !fill(&record, event))
        return;
    if (event->type == EVENT_NICK || event->type == EVENT_QUIT) {
        collect_channels(names, world, event, &record, take, context);
        return;
    }
    if (event->audience == AUDIENCE_USER)
        history_key_of_pair(key, event->account, record.texts[HISTORY_PARTNER]);
    else
        history_key_of_channel(key, record.texts[HISTORY_TARGET]);
    set(&record, HISTORY_KEY, key, 0);
    take(context, &record);
}
