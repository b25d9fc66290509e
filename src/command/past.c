/* The past. Run by workers; writes no shared memory. A page is asked for in as many calls as it takes: one has room for
 * HISTORY_ANSWER_MAX bytes. */
#include "past.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask_keeper.h"
#include "device.h"
#include "ipc/call.h"
#include "world/history_marks.h"

/* For one answer. */
#define PATIENCE_MS 4000
/* That a device is shown of what it missed: lines of one channel or person, and people. */
#define MISSED_MOST 1000
#define PEOPLE_MOST 100

/* ---- whose ---- */

static enum past_result begin_channel_locked(struct session *session, struct history_request *request, const char *name)
{
    const struct world *world = session->world;
    uint32_t channel = channel_find_locked(world, name);
    uint32_t member = channel == NONE ? NONE : member_find_locked(world, session->user, channel);
    if (member == NONE)
        return PAST_NOT_YOURS;
    history_key_of_channel(request->key, world->channels[channel].name);
    if (world->channels[channel].modes & CHANNEL_NO_PAST)
        request->not_before = world->members[member].joined_at;
    return PAST_OK;
}

/* Whoever has that nick, or else who has that account and may not be here. */
static enum past_result begin_private_locked(struct session *session, struct history_request *request, const char *nick)
{
    const struct world *world = session->world;
    const char *own = session_user_locked(session)->account;
    uint32_t user = user_find_locked(world, nick);
    const char *other = user == NONE ? nick : world->users[user].account;
    if (!*own || !*other || strlen(other) >= ACCOUNT_SIZE)
        return PAST_NO_ACCOUNT;
    history_key_of_pair(request->key, own, other);
    return PAST_OK;
}

/* Nobody reads what was said to somebody who had an account of that name before. */
static enum past_result begin_account(struct session *session, struct history_request *request)
{
    static struct keeper_answer answer;
    struct keeper_request ask = {.verb = KEEPER_INFO};
    if (!text_copy(ask.account, sizeof ask.account, request->account) ||
        ask_keeper(session, &ask, &answer) != KEEPER_DONE)
        return PAST_NO_ANSWER;
    request->not_before = answer.created_at * 1000;
    return PAST_OK;
}

enum past_result past_begin(struct session *session, struct history_request *request, const char *target)
{
    *request = (struct history_request){.format = HISTORY_FORMAT, .not_before = INT64_MIN, .kinds = HISTORY_SAID};
    if (!history_is_on(session->world))
        return PAST_OFF;
    if (!session_begin(session, 0))
        return PAST_NOT_YOURS;
    snprintf(request->account, sizeof request->account, "%s", session_user_locked(session)->account);
    enum past_result result = PAST_OK;
    if (!*target)
        result = *request->account ? PAST_OK : PAST_NO_ACCOUNT;
    else if (name_is_channel(target))
        result = begin_channel_locked(session, request, target);
    else
        result = begin_private_locked(session, request, target);
    session_commit(session);
    return result == PAST_OK && !name_is_channel(target) ? begin_account(session, request) : result;
}

/* ---- asking ---- */

/* Room for that many bytes and one record more. */
static bool make_room(struct past *past, size_t bytes, uint32_t records)
{
    if (past->length + bytes > past->room) {
        size_t room = past->room + bytes + HISTORY_ANSWER_MAX;
        unsigned char *more = realloc(past->bytes, room);
        if (!more)
            return false;
        past->bytes = more;
        past->room = room;
    }
    if (past->count + records > past->starts_room) {
        uint32_t room = past->starts_room + records + 64;
        size_t *more = realloc(past->starts, room * sizeof *more);
        if (!more)
            return false;
        past->starts = more;
        past->starts_room = room;
    }
    return true;
}

/* Adds the records of an answer. Returns the position of the last, 0 if there is none. */
static uint64_t add_records(struct past *past, const unsigned char *bytes, size_t length, uint32_t count)
{
    struct history_record record;
    uint64_t last = 0;
    size_t all;
    if (!make_room(past, length, count))
        return 0;
    for (size_t at = 0; count-- > 0 && (all = history_decode(bytes + at, length - at, &record)) > 0; at += all) {
        memcpy(past->bytes + past->length, bytes + at, all);
        past->starts[past->count++] = past->length;
        past->length += all;
        last = record.position;
    }
    return last;
}

static void reverse(struct past *past, uint32_t from)
{
    for (uint32_t low = from, high = past->count; low + 1 < high; low++) {
        size_t start = past->starts[--high];
        past->starts[high] = past->starts[low];
        past->starts[low] = start;
    }
}

/* One call. */
static bool call(struct session *session, const struct history_request *request, unsigned char *answer, size_t *size)
{
    struct txn *txn = session->world->txn;
    /* The collector is to bring what was said up to now. */
    txn->to_wake |= UINT64_C(1) << history_reader(session->world);
    txn_wake_readers(txn);
    return session->archivist &&
           call_ask(session->archivist, request, sizeof *request, answer, size, PATIENCE_MS) == CALL_OK;
}

enum past_result past_ask(struct session *session, struct history_request *request, struct past *past)
{
    static unsigned char bytes[sizeof(struct history_answer) + HISTORY_ANSWER_MAX];
    struct history_answer answer;
    uint32_t before = past->count;
    request->as_of = ring_head(&session->world->txn->ring);
    bool newest = false;
    while (request->limit > 0) {
        size_t size = sizeof bytes;
        if (!call(session, request, bytes, &size) || size < sizeof answer)
            return PAST_NO_ANSWER;
        memcpy(&answer, bytes, sizeof answer);
        if (answer.format != HISTORY_FORMAT || answer.result != HISTORY_OK)
            return PAST_NO_ANSWER;
        uint32_t had = past->count;
        uint64_t last = add_records(past, bytes + sizeof answer, size - sizeof answer, answer.count);
        request->limit -= past->count - had < request->limit ? past->count - had : request->limit;
        if (answer.gap.count)
            past->gap = answer.gap;
        newest = answer.newest;
        if (!answer.more || past->count == had)
            break;
        struct history_bound rest = {.kind = HISTORY_BY_POSITION, .value = last};
        *(newest ? &request->before : &request->after) = rest;
        request->newest = newest;
        request->either = 0;
        if (newest && answer.after.kind)
            request->after = answer.after;
        else if (!newest && answer.before.kind)
            request->before = answer.before;
    }
    if (newest)
        reverse(past, before);
    return PAST_OK;
}

void past_free(struct past *past)
{
    free(past->bytes);
    free(past->starts);
    *past = (struct past){.count = 0};
}

/* ---- showing ---- */

bool past_read(const struct past *past, uint32_t number, struct history_record *record)
{
    size_t start = past->starts[number];
    return history_decode(past->bytes + start, past->length - start, record) > 0;
}

static void set(struct event *event, int which, const struct history_record *record, enum history_text text)
{
    event->strings.all[which] = record->texts[text];
    event->lengths[which] = record->lengths[text];
}

/* The event as it was, as far as people are told of it. */
static bool make_event(struct event *event, const struct history_record *record)
{
    static const enum event_type types[HISTORY_KINDS] = {
        [HISTORY_PRIVMSG] = EVENT_MESSAGE, [HISTORY_NOTICE] = EVENT_MESSAGE, [HISTORY_MULTILINE] = EVENT_MULTILINE,
        [HISTORY_JOIN] = EVENT_JOIN,       [HISTORY_PART] = EVENT_PART,      [HISTORY_QUIT] = EVENT_QUIT,
        [HISTORY_KICK] = EVENT_KICK,       [HISTORY_NICK] = EVENT_NICK,      [HISTORY_TOPIC] = EVENT_TOPIC,
        [HISTORY_MODE] = EVENT_MODE,       [HISTORY_REDACT] = EVENT_REDACT};
    /* What each of an event's strings is, in its order; the rest is empty. */
    static const enum history_text texts[HISTORY_KINDS][4] = {
        [HISTORY_PRIVMSG] = {HISTORY_TARGET, HISTORY_WORDS, HISTORY_MORE, HISTORY_PARTNER},
        [HISTORY_NOTICE] = {HISTORY_TARGET, HISTORY_WORDS, HISTORY_MORE, HISTORY_PARTNER},
        [HISTORY_MULTILINE] = {HISTORY_TARGET, HISTORY_WORDS, HISTORY_MORE, HISTORY_PARTNER},
        [HISTORY_JOIN] = {HISTORY_TARGET, HISTORY_MORE, HISTORY_PARTNER, HISTORY_PARTNER},
        [HISTORY_PART] = {HISTORY_TARGET, HISTORY_WORDS, HISTORY_PARTNER, HISTORY_PARTNER},
        [HISTORY_QUIT] = {HISTORY_WORDS, HISTORY_WORDS, HISTORY_PARTNER, HISTORY_PARTNER},
        [HISTORY_KICK] = {HISTORY_TARGET, HISTORY_MORE, HISTORY_MORE, HISTORY_WORDS},
        [HISTORY_NICK] = {HISTORY_MORE, HISTORY_PARTNER, HISTORY_PARTNER, HISTORY_PARTNER},
        [HISTORY_TOPIC] = {HISTORY_TARGET, HISTORY_WORDS, HISTORY_PARTNER, HISTORY_PARTNER},
        [HISTORY_MODE] = {HISTORY_TARGET, HISTORY_WORDS, HISTORY_PARTNER, HISTORY_PARTNER},
        [HISTORY_REDACT] = {HISTORY_TARGET, HISTORY_MORE, HISTORY_WORDS, HISTORY_PARTNER}};
    if (record->kind == HISTORY_GAP || record->kind >= HISTORY_KINDS)
        return false;
    *event = event_of_server(types[record->kind]);
    event->audience = record->texts[HISTORY_KEY][0] == '#' ? AUDIENCE_CHANNEL : AUDIENCE_USER;
    event->flags =
        (record->flags & HISTORY_BOT ? EVENT_BOT : 0) | (record->flags & HISTORY_UNNAMED ? EVENT_UNNAMED : 0);
    event->time = record->time;
    event->id = record->id;
    event->nick = record->texts[HISTORY_FROM];
    event->shown = record->texts[HISTORY_SHOWN];
    event->username = record->texts[HISTORY_USERNAME];
    event->host = record->texts[HISTORY_HOST];
    event->account = record->texts[HISTORY_ACCOUNT];
    if (record->kind == HISTORY_NOTICE)
        event->numbers.message.kind = MESSAGE_NOTICE;
    if (record->kind == HISTORY_QUIT)
        event->numbers.quit.how = QUIT_SAID;
    for (int i = 0; i < EVENT_STRINGS; i++) {
        event->strings.all[i] = "";
        if (i < 4)
            set(event, i, record, texts[record->kind][i]);
    }
    return true;
}

static void show_gap(struct session *session, const struct history_gap *gap, const char *target)
{
    char words[80];
    struct event event = event_of_server(EVENT_MESSAGE);
    snprintf(words, sizeof words, "*** here %" PRIu64 " line%s could not be kept", gap->count,
             gap->count == 1 ? "" : "s");
    event.audience = AUDIENCE_CHANNEL;
    event.time = gap->time;
    event.id = gap->from;
    event.shown = "server";
    event.host = session->settings->server_name;
    event.numbers.message.kind = MESSAGE_NOTICE;
    for (int i = 0; i < EVENT_STRINGS; i++)
        event.strings.all[i] = "";
    event.strings.message.target = target;
    event.strings.message.text = words;
    EVENT_LENGTH(&event, message.text) = strlen(words);
    session->speech->show_history(session, &event);
}

void past_show(struct session *session, const struct past *past)
{
    struct history_record record;
    struct event event;
    bool gap = past->gap.count > 0;
    char target[CHANNEL_SIZE] = "*";
    for (uint32_t i = 0; i < past->count; i++) {
        if (!past_read(past, i, &record))
            continue;
        text_copy(target, sizeof target, record.texts[HISTORY_TARGET]);
        if (gap && record.position > past->gap.from) {
            show_gap(session, &past->gap, target);
            gap = false;
        }
        if (make_event(&event, &record))
            session->speech->show_history(session, &event);
    }
    if (gap)
        show_gap(session, &past->gap, target);
}

/* Of a channel, or of what was said with that account. */
static void replay(struct session *session, struct history_request *request, const char *name)
{
    struct past past = {.count = 0};
    int64_t away = device_away_since(session);
    request->newest = 1;
    request->limit = (uint32_t)session->settings->replay;
    if (away > 0) {
        request->after = (struct history_bound){.kind = HISTORY_BY_TIME, .value = (uint64_t)away};
        request->limit = MISSED_MOST;
    }
    if (past_ask(session, request, &past) == PAST_OK && past.count > 0) {
        session_open_batch(session, "chathistory", name);
        past_show(session, &past);
        session_close_batch(session);
    }
    past_free(&past);
}

void past_replay(struct session *session, const char *channel)
{
    struct history_request request;
    bool asks = session->caps & CAP_BIT(CHATHISTORY), bot = false;
    bool wanted = session->settings->replay > 0 || device_away_since(session) > 0;
    if (!wanted || asks || !session->speech->show_history || !session_begin(session, 0))
        return;
    bot = session_user_locked(session)->flags & USER_BOT;
    session_commit(session);
    if (!bot && past_begin(session, &request, channel) == PAST_OK)
        replay(session, &request, channel);
}

void past_replay_private(struct session *session)
{
    struct history_request request, page;
    struct history_record record;
    struct past past = {.count = 0};
    const char *other;
    size_t length;
    char account[ACCOUNT_SIZE];
    int64_t away = device_away_since(session);
    if (away == 0 || past_begin(session, &request, "") != PAST_OK)
        return;
    request.wish = HISTORY_PARTNERS;
    request.limit = PEOPLE_MOST;
    request.after = (struct history_bound){.kind = HISTORY_BY_TIME, .value = (uint64_t)away};
    if (past_ask(session, &request, &past) == PAST_OK)
        for (uint32_t i = 0; i < past.count; i++)
            if (past_read(&past, i, &record) &&
                history_key_has(record.texts[HISTORY_KEY], request.account, &other, &length) &&
                length < sizeof account) {
                memcpy(account, other, length);
                account[length] = '\0';
                if (past_begin(session, &page, account) == PAST_OK)
                    replay(session, &page, account);
            }
    past_free(&past);
}
