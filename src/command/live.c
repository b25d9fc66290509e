/* Watching the server while it runs: top and tail. Run by control processes.
 *
 * Neither slows anybody. top reads counters that their owners write anyway, and takes the lock only for the names of a
 * few clients. tail reads the ring as an observer without a place in it: publishers neither wait for it nor wake it,
 * and overtake it if they must; then it says how much it missed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/harmless.h"
#include "base/parse.h"
#include "rows.h"
#include "world/counters.h"
#include "world/modes.h"

/* ---- top ---- */

#define SLOWEST  5u
#define FIRST_MS 250
#define EACH_MS  1000

struct sample {
    int64_t at;
    uint64_t messages, deliveries[COUNTED_COURIERS], lag[COUNTED_COURIERS];
    uint64_t fill, size;
    uint32_t clients, most;
    struct {
        uint32_t connection;
        size_t queue;
        char name[ADDRESS_SIZE];
    } slowest[SLOWEST];
    uint32_t slow_count;
};

/* The clients for whom most waits, without the lock; how many places there are. */
static void find_slowest(const struct world *world, struct sample *sample, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        size_t queue = connection_queue(world, i);
        uint32_t at = sample->slow_count;
        if (queue == 0)
            continue;
        while (at > 0 && sample->slowest[at - 1].queue < queue)
            at--;
        if (at == SLOWEST)
            continue;
        if (sample->slow_count < SLOWEST)
            sample->slow_count++;
        memmove(&sample->slowest[at + 1], &sample->slowest[at],
                (sample->slow_count - 1 - at) * sizeof sample->slowest[0]);
        sample->slowest[at].connection = i;
        sample->slowest[at].queue = queue;
    }
}

/* Of the user who has that connection, or had it a moment ago. */
static const char *name_of_locked(const struct world *world, uint32_t index)
{
    const struct connection_shm *connection = &world->connections[index];
    return connection_is_open_locked(world, index) ? user_shown(&world->users[connection->user]) : connection->address;
}

static bool take_sample(struct session *session, struct sample *sample)
{
    const struct world *world = session->world;
    *sample = (struct sample){.at = clock_monotonic()};
    sample->messages = courier_count_get(world, 0, COURIER_MESSAGES);
    for (uint32_t i = 0; i < world->limits.couriers && i < COUNTED_COURIERS; i++) {
        sample->deliveries[i] = courier_count_get(world, i, COURIER_DELIVERIES);
        uint64_t cursor = ring_cursor(&world->txn->ring, (int)i), head = ring_head(&world->txn->ring);
        sample->lag[i] = head > cursor ? head - cursor : 0;
    }
    sample->fill = ring_fill(&world->txn->ring, &sample->size);
    if (!session_begin(session, 0))
        return false;
    uint32_t end = world_connections_end_locked(world);
    session_commit(session);
    find_slowest(world, sample, end);
    if (!session_begin(session, 0))
        return false;
    sample->clients = world_present_locked(world);
    sample->most = world_most_present_locked(world);
    for (uint32_t i = 0; i < sample->slow_count; i++)
        text_copy(sample->slowest[i].name, ADDRESS_SIZE, name_of_locked(world, sample->slowest[i].connection));
    session_commit(session);
    return true;
}

static uint64_t per_second(uint64_t before, uint64_t after, int64_t nanoseconds)
{
    double seconds = (double)nanoseconds / 1e9;
    return after > before && seconds > 0 ? (uint64_t)((double)(after - before) / seconds + 0.5) : 0;
}

static uint64_t all_deliveries(const struct sample *sample)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < COUNTED_COURIERS; i++)
        sum += sample->deliveries[i];
    return sum;
}

static void show_object(struct session *session, const struct sample *before, const struct sample *now)
{
    char line[8192], stamp[CLOCK_STAMP_SIZE];
    struct text text;
    int64_t span = now->at - before->at;
    clock_stamp(clock_realtime(), stamp);
    text_init(&text, line, sizeof line);
    text_addf(&text, "{\"time\":\"%s\",\"clients\":%u,\"clients_most\":%u,\"lines_per_second\":%" PRIu64, stamp,
              now->clients, now->most, per_second(before->messages, now->messages, span));
    text_addf(&text, ",\"deliveries_per_second\":%" PRIu64 ",\"ring_fill\":%" PRIu64 ",\"ring_size\":%" PRIu64,
              per_second(all_deliveries(before), all_deliveries(now), span), now->fill, now->size);
    text_add(&text, ",\"couriers\":[");
    for (uint32_t i = 0; i < session->world->limits.couriers && i < COUNTED_COURIERS; i++)
        text_addf(&text, "%s{\"lag\":%" PRIu64 ",\"deliveries_per_second\":%" PRIu64 "}", i ? "," : "", now->lag[i],
                  per_second(before->deliveries[i], now->deliveries[i], span));
    text_add(&text, "],\"slowest\":[");
    for (uint32_t i = 0; i < now->slow_count; i++) {
        text_add(&text, i ? ",{\"nick\":" : "{\"nick\":");
        report_json_string(&text, now->slowest[i].name);
        text_addf(&text, ",\"queue\":%zu}", now->slowest[i].queue);
    }
    text_add(&text, "]}");
    session_reply(session, REPLY_REPORT_LINE, line, NULL);
}

static void say(struct session *session, const char *line)
{
    session_reply(session, REPLY_REPORT_LINE, line, NULL);
}

static void show_picture(struct session *session, const struct sample *before, const struct sample *now)
{
    char line[300];
    int64_t span = now->at - before->at;
    say(session, "\f");
    snprintf(line, sizeof line, "clients %u (most %u)   lines/s %" PRIu64 "   deliveries/s %" PRIu64, now->clients,
             now->most, per_second(before->messages, now->messages, span),
             per_second(all_deliveries(before), all_deliveries(now), span));
    say(session, line);
    snprintf(line, sizeof line, "ring %.1f%% of %" PRIu64 " KiB", 100.0 * (double)now->fill / (double)now->size,
             now->size / 1024);
    say(session, line);
    struct report *report = report_new("courier", "lag", "deliveries/s", NULL);
    for (uint32_t i = 0; i < session->world->limits.couriers && i < COUNTED_COURIERS; i++) {
        report_number(report, i);
        report_number(report, (int64_t)now->lag[i]);
        report_number(report, (int64_t)per_second(before->deliveries[i], now->deliveries[i], span));
    }
    session_show(session, report);
    report = report_new("slowest", "queue", NULL);
    for (uint32_t i = 0; i < now->slow_count; i++) {
        report_add(report, now->slowest[i].name);
        report_number(report, (int64_t)now->slowest[i].queue);
    }
    session_show(session, report);
}

void live_top(struct session *session, struct request *request)
{
    static struct sample before, now;
    int64_t count = INT64_MAX;
    if (request->count > 0 && !parse_number(request->arguments[0], 1, 1000000, &count)) {
        session_reply(session, REPLY_BAD_ARGUMENT, "top", "a number of pictures from 1", NULL);
        return;
    }
    if (!take_sample(session, &before))
        return;
    for (int wait = FIRST_MS; session->host->wait(session, wait) && take_sample(session, &now); wait = EACH_MS) {
        if (session->control.json)
            show_object(session, &before, &now);
        else
            show_picture(session, &before, &now);
        before = now;
        if (--count == 0)
            break;
    }
}

/* ---- tail ---- */

#define LOOK_MS 50

struct tail {
    struct session *session;
    const char *channel; /* NULL: all */
    uint64_t position, expected;
};

/* A message for one person or a few stays theirs; memberships are for all to see. The name of the channel, "" for
 * none. */
static bool is_public(const struct event *event, const char **channel)
{
    *channel = "";
    if (event_for_flags(event) != 0)
        return false;
    switch ((int)event->type) { /* what is not named is not shown */
    case EVENT_MESSAGE:
    case EVENT_MULTILINE:
    case EVENT_JOIN:
    case EVENT_PART:
    case EVENT_KICK:
    case EVENT_TOPIC:
    case EVENT_MODE:
        *channel = event->strings.all[0]; /* all of these name it first */
        return event->audience == AUDIENCE_CHANNEL &&
               !(event->type == EVENT_MESSAGE && event->numbers.message.kind == MESSAGE_TAGMSG);
    case EVENT_ARRIVE:
    case EVENT_NICK:
    case EVENT_QUIT:
        return true;
    case EVENT_WALL:
        return event->audience == AUDIENCE_ALL;
    default:
        return false;
    }
}

/* A change of modes without the key of the channel, which is a password: "+ok toto …". */
static const char *modes_without_keys(const char *modes)
{
    static char shown[RING_RECORD_MAX];
    struct mode_change changes[MODE_CHANGES];
    char copy[2048], *words[32], *rest = copy;
    int count = 0;
    struct text text;
    text_copy(copy, sizeof copy, modes);
    while (count < 32 && (words[count] = text_next_word(&rest)))
        count++;
    int made = modes_parse(words, count, changes);
    text_init(&text, shown, sizeof shown);
    for (int i = 0; i < count; i++) {
        bool key = false;
        for (int j = 0; j < made && !key; j++)
            key = changes[j].letter == 'k' && changes[j].argument == words[i];
        text_addf(&text, "%s%s", i > 0 ? " " : "", key ? "…" : words[i]);
    }
    return shown;
}

static const char *text_of(const struct event *event)
{
    switch ((int)event->type) {
    case EVENT_MESSAGE:
    case EVENT_MULTILINE:
        return event->strings.message.text;
    case EVENT_PART:
        return event->strings.part.text;
    case EVENT_TOPIC:
        return event->strings.topic.topic;
    case EVENT_MODE:
        return modes_without_keys(event->strings.mode.changes);
    case EVENT_KICK:
        return event->strings.kick.text;
    case EVENT_NICK:
        return event->strings.nick.to;
    case EVENT_QUIT:
        return event->strings.quit.text;
    case EVENT_WALL:
        return event->strings.wall.text;
    default:
        return "";
    }
}

static void show_event_object(struct session *session, const struct event *event, const char *channel)
{
    static char line[RING_RECORD_MAX * 3];
    char stamp[CLOCK_STAMP_SIZE];
    struct text text;
    clock_stamp(event->time, stamp);
    text_init(&text, line, sizeof line);
    text_addf(&text, "{\"time\":\"%s\",\"event\":\"%s\",\"channel\":", stamp, event_name(event->type));
    report_json_string(&text, channel);
    text_add(&text, ",\"nick\":");
    report_json_string(&text, event->shown);
    text_add(&text, ",\"text\":");
    report_json_string(&text, text_of(event));
    if (event->type == EVENT_KICK) {
        text_add(&text, ",\"whom\":");
        report_json_string(&text, event->strings.kick.shown);
    }
    text_add_char(&text, '}');
    say(session, line);
}

/* What somebody said: an action as people read it, another CTCP request by its name, anything else as it is. */
static void add_said(struct text *text, const char *who, const char *words, size_t length)
{
    static const char action[] = "\001ACTION ";
    bool request = length > 1 && *words == '\001';
    if (request && words[length - 1] == '\001')
        length--;
    if (request && length >= sizeof action - 1 && memcmp(words, action, sizeof action - 1) == 0)
        text_addf(text, "* %s %.*s", who, (int)(length - sizeof action + 1), words + sizeof action - 1);
    else if (request)
        text_addf(text, "(%s) CTCP %.*s", who, (int)length - 1, words + 1);
    else
        text_addf(text, "(%s) %.*s", who, (int)length, words);
}

/* One line of what is shown: when, where, and what is added behind. */
struct row {
    char line[RING_RECORD_MAX * 2];
    struct text text;
};

static struct row *begin_row(const struct event *event, const char *channel)
{
    static struct row row;
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp(event->time, stamp);
    text_init(&row.text, row.line, sizeof row.line);
    text_addf(&row.text, "%.8s %s%s", stamp + 11, channel, *channel ? " " : "");
    return &row;
}

static void show_row(struct session *session, const struct row *row)
{
    static char harmless[RING_RECORD_MAX * 3];
    struct text text;
    text_init(&text, harmless, sizeof harmless);
    harmless_add(&text, row->line, row->text.length);
    say(session, harmless);
}

/* A message of several lines, each in a row of its own. Before each stands how it goes on from the one before:
 * event.h. */
static void show_lines(struct session *session, const struct event *event, const char *channel, const char *who)
{
    for (const char *at = event->strings.message.text; *at;) {
        size_t length = strcspn(at, "\n");
        struct row *row = begin_row(event, channel);
        add_said(&row->text, who, at + 1, length > 0 ? length - 1 : 0);
        show_row(session, row);
        at += length + (at[length] == '\n');
    }
}

static void show_event(struct session *session, const struct event *event, const char *channel)
{
    const char *who = *event->shown ? event->shown : "the server", *words = text_of(event);
    if (event->type == EVENT_MULTILINE) {
        show_lines(session, event, channel, who);
        return;
    }
    struct row *row = begin_row(event, channel);
    if (event->type == EVENT_MESSAGE)
        add_said(&row->text, who, words, strlen(words));
    else if (event->type == EVENT_KICK)
        text_addf(&row->text, "%s KICK %s%s%s", who, event->strings.kick.shown, *words ? " " : "", words);
    else
        text_addf(&row->text, "%s %s%s%s", who, event_name(event->type), *words ? " " : "", words);
    show_row(session, row);
}

static void show_missed(struct session *session, uint64_t missed)
{
    char line[80];
    snprintf(line, sizeof line, session->control.json ? "{\"missed\":%" PRIu64 "}" : "... missed %" PRIu64 " records",
             missed);
    say(session, line);
}

/* All that is there now. */
static void follow(struct tail *tail)
{
    static char copy[RING_RECORD_MAX];
    struct session *session = tail->session;
    struct ring_record record;
    for (;;) {
        uint64_t missed = 0;
        const char *channel;
        struct event event;
        enum ring_result result =
            ring_observe(&session->world->txn->ring, &tail->position, &tail->expected, &record, copy, &missed);
        if (result == RING_MISSED)
            show_missed(session, missed);
        if (result == RING_EMPTY || result == RING_BROKEN)
            return;
        if (result != RING_OK || !event_decode(&record, &event) || !is_public(&event, &channel) ||
            (tail->channel && text_compare_names(channel, tail->channel) != 0))
            continue;
        if (session->control.json)
            show_event_object(session, &event, channel);
        else
            show_event(session, &event, channel);
        if (session->leaving)
            return;
    }
}

void live_tail(struct session *session, struct request *request)
{
    struct tail tail = {.session = session};
    if (!session_begin(session, 0))
        return;
    tail.position = ring_head(&session->world->txn->ring);
    tail.expected = ring_sequence_locked(&session->world->txn->ring, tail.position);
    bool there = request->count == 0 || channel_find_locked(session->world, request->arguments[0]) != NONE;
    session_commit(session);
    if (!there) {
        session_reply(session, REPLY_NO_SUCH_CHANNEL, request->arguments[0], NULL);
        return;
    }
    tail.channel = request->count > 0 ? request->arguments[0] : NULL;
    while (session->host->wait(session, LOOK_MS))
        follow(&tail);
}
