/* IRC: CHATHISTORY. IRCv3 draft/chathistory, draft/event-playback. Run by workers; changes no shared memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/parse.h"
#include "irc_fail.h"
#include "irc_chathistory.h"
#include "past.h"
#include "rows.h"

static void fail(struct session *session, const char *code, const char *subcommand, const char *what, const char *why)
{
    irc_fail(session, "CHATHISTORY", code, subcommand, what, why);
}

/* msgid=ID, timestamp=TIME, or *: no bound. False after an answer. */
static bool read_bound(struct session *session, const char *subcommand, const char *word, bool star,
                       struct history_bound *bound)
{
    int64_t time;
    *bound = (struct history_bound){.kind = HISTORY_NO_BOUND};
    if (star && strcmp(word, "*") == 0)
        return true;
    if (strncmp(word, "msgid=", 6) == 0 && word[6]) {
        char *end;
        bound->kind = HISTORY_BY_POSITION;
        bound->value = strtoull(word + 6, &end, 16);
        if (!*end)
            return true;
        fail(session, "MESSAGE_ERROR", subcommand, word, "There is no such message");
        return false;
    }
    if (strncmp(word, "timestamp=", 10) == 0 && clock_parse_stamp(word + 10, &time)) {
        bound->kind = HISTORY_BY_TIME;
        bound->value = (uint64_t)time;
        return true;
    }
    bool known = strncmp(word, "timestamp=", 10) == 0 || strncmp(word, "msgid=", 6) == 0;
    fail(session, known ? "INVALID_PARAMS" : "INVALID_MSGREFTYPE", subcommand, word,
         known ? "Invalid reference to a message" : "A message is named by msgid or timestamp");
    return false;
}

/* How many at most: more than there may be is as many as there may be. */
static bool read_limit(struct session *session, const char *subcommand, const char *word, uint32_t *limit)
{
    int64_t number;
    if (!parse_number(word, 1, INT32_MAX, &number)) {
        fail(session, "INVALID_PARAMS", subcommand, word, "Invalid limit");
        return false;
    }
    *limit = number < CHATHISTORY_LIMIT ? (uint32_t)number : CHATHISTORY_LIMIT;
    return true;
}

static uint32_t kinds_for(const struct session *session)
{
    uint32_t kinds = HISTORY_SAID;
    if (session->caps & CAP_BIT(EVENT_PLAYBACK))
        kinds = HISTORY_ALL & ~HISTORY_BIT(HISTORY_GAP) & ~HISTORY_BIT(HISTORY_REDACT);
    if ((session->caps & CAP_BIT(EVENT_PLAYBACK)) && (session->caps & CAP_BIT(MESSAGE_REDACTION)))
        kinds |= HISTORY_BIT(HISTORY_REDACT);
    return kinds;
}

/* Half of them before, and the others from there on. */
static enum past_result ask_around(struct session *session, struct history_request *request, struct past *past)
{
    struct history_bound middle = request->after;
    struct history_request later = *request;
    uint32_t limit = request->limit;
    request->after = (struct history_bound){.kind = HISTORY_NO_BOUND};
    request->before = middle;
    request->newest = 1;
    request->limit = limit / 2;
    enum past_result result = past_ask(session, request, past);
    if (result != PAST_OK)
        return result;
    later.after.including = 1;
    later.limit = limit - (past->count < limit ? past->count : limit);
    return past_ask(session, &later, past);
}

enum subcommand { LATEST, BEFORE, AFTER, AROUND, BETWEEN, TARGETS, SUBCOMMANDS };
static const char *const subcommands[SUBCOMMANDS] = {"LATEST", "BEFORE", "AFTER", "AROUND", "BETWEEN", "TARGETS"};

static void show_page(struct session *session, enum subcommand which, const char *target,
                      struct history_request *request)
{
    struct past past = {.count = 0};
    enum past_result result = which == AROUND ? ask_around(session, request, &past) : past_ask(session, request, &past);
    if (result == PAST_OK) {
        session_open_batch(session, "chathistory", target);
        past_show(session, &past);
        session_close_batch(session);
    } else {
        fail(session, "MESSAGE_ERROR", subcommands[which], target, "Messages could not be retrieved");
    }
    past_free(&past);
}

static void run_page(struct session *session, enum subcommand which, struct request *request)
{
    struct history_request page;
    struct history_bound first, second = {.kind = HISTORY_NO_BOUND};
    const char *name = subcommands[which], *target = request->arguments[1];
    int last = which == BETWEEN ? 4 : 3;
    uint32_t limit;
    if (!read_bound(session, name, request->arguments[2], which == LATEST, &first) ||
        (which == BETWEEN && !read_bound(session, name, request->arguments[3], false, &second)) ||
        !read_limit(session, name, request->arguments[last], &limit))
        return;
    enum past_result may = past_begin(session, &page, target);
    if (may == PAST_NOT_YOURS || may == PAST_OFF || (may == PAST_NO_ACCOUNT && !*page.account)) {
        fail(session, "INVALID_TARGET", name, target, "Messages could not be retrieved");
        return;
    }
    page.kinds = kinds_for(session);
    page.limit = may == PAST_OK ? limit : 0; /* nothing is kept of what is said to somebody without an account */
    page.newest = which == LATEST || which == BEFORE;
    page.either = which == BETWEEN;
    *(which == BEFORE ? &page.before : &page.after) = first;
    if (which == BETWEEN)
        page.before = second;
    show_page(session, which, target, &page);
}

/* ---- TARGETS ---- */

struct target {
    char name[CHANNEL_SIZE];
    int64_t time;
};

#define TARGETS_MOST 600

struct targets {
    struct target list[TARGETS_MOST];
    int count;
};

static int by_time(const void *a, const void *b)
{
    const struct target *one = a, *other = b;
    return one->time < other->time ? -1 : one->time > other->time;
}

/* The last message of each that is in the past, if it is within the bounds. */
static void add_target(struct targets *targets, const char *name, size_t length, int64_t time, int64_t from, int64_t to)
{
    if (time <= from || time >= to || targets->count == TARGETS_MOST || length >= CHANNEL_SIZE)
        return;
    struct target *target = &targets->list[targets->count++];
    snprintf(target->name, sizeof target->name, "%.*s", (int)length, name);
    target->time = time;
}

static void add_channels(struct session *session, struct targets *targets, int64_t from, int64_t to)
{
    static char names[EVENT_CHANNELS][CHANNEL_SIZE];
    uint32_t list[EVENT_CHANNELS], count;
    struct history_request request;
    struct history_record record;
    if (!session_begin(session, 0))
        return;
    count = event_channels_locked(session->world, session->user, list);
    for (uint32_t i = 0; i < count; i++)
        text_copy(names[i], CHANNEL_SIZE, session->world->channels[event_unpack_channel(list[i])].name);
    session_commit(session);
    for (uint32_t i = 0; i < count; i++) {
        struct past past = {.count = 0};
        if (past_begin(session, &request, names[i]) != PAST_OK)
            continue;
        request.newest = 1;
        request.limit = 1;
        if (past_ask(session, &request, &past) == PAST_OK && past.count && past_read(&past, 0, &record))
            add_target(targets, names[i], strlen(names[i]), record.time, from, to);
        past_free(&past);
    }
}

/* People are named by their nick if they are here, else by their account. */
static void add_partners(struct session *session, struct targets *targets, int64_t from, int64_t to)
{
    struct history_request request;
    struct history_record record;
    struct past past = {.count = 0};
    const char *other;
    size_t length;
    if (past_begin(session, &request, "") != PAST_OK)
        return;
    request.wish = HISTORY_PARTNERS;
    request.limit = TARGETS_MOST;
    if (past_ask(session, &request, &past) == PAST_OK)
        for (uint32_t i = 0; i < past.count; i++)
            if (past_read(&past, i, &record) &&
                history_key_has(record.texts[HISTORY_KEY], request.account, &other, &length))
                add_target(targets, other, length, record.time, from, to);
    past_free(&past);
}

static void run_targets(struct session *session, struct request *request)
{
    static struct targets targets;
    struct history_bound first, second;
    uint32_t limit;
    if (!read_bound(session, "TARGETS", request->arguments[1], false, &first) ||
        !read_bound(session, "TARGETS", request->arguments[2], false, &second) ||
        !read_limit(session, "TARGETS", request->arguments[3], &limit))
        return;
    if (first.kind != HISTORY_BY_TIME || second.kind != HISTORY_BY_TIME) {
        fail(session, "INVALID_MSGREFTYPE", "TARGETS", request->arguments[1], "TARGETS takes timestamps");
        return;
    }
    int64_t from = (int64_t)first.value, to = (int64_t)second.value;
    bool backwards = from > to;
    targets.count = 0;
    add_channels(session, &targets, backwards ? to : from, backwards ? from : to);
    add_partners(session, &targets, backwards ? to : from, backwards ? from : to);
    qsort(targets.list, (size_t)targets.count, sizeof targets.list[0], by_time);
    int skipped = backwards && targets.count > (int)limit ? targets.count - (int)limit : 0;
    session_open_batch(session, "draft/chathistory-targets", NULL);
    for (int i = skipped; i < targets.count && i < skipped + (int)limit; i++) {
        char stamp[CLOCK_STAMP_SIZE];
        clock_stamp(targets.list[i].time, stamp);
        session_reply(session, REPLY_CHATHISTORY_TARGET, targets.list[i].name, stamp, NULL);
    }
    session_close_batch(session);
}

void irc_chathistory_run(struct session *session, struct request *request)
{
    static const int least[SUBCOMMANDS] = {4, 4, 4, 4, 5, 4};
    int which = 0;
    const char *word = request->count > 0 ? request->arguments[0] : "*";
    while (which < SUBCOMMANDS && strcasecmp(word, subcommands[which]) != 0)
        which++;
    if (which == SUBCOMMANDS)
        fail(session, "INVALID_PARAMS", word, NULL, "Unknown subcommand");
    else if (request->count < least[which])
        fail(session, "INVALID_PARAMS", subcommands[which], NULL, "Missing parameters");
    else if (which == TARGETS)
        run_targets(session, request);
    else
        run_page(session, (enum subcommand)which, request);
}
