/* The history, as operators look at it and remove from it with forkchatctl and at the console. Run by control
 * processes; the archivist does it, a piece at each call, so that others' questions are answered in between. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/harmless.h"
#include "base/log.h"
#include "base/report.h"
#include "base/text.h"
#include "history/request.h"
#include "ipc/call.h"
#include "rows.h"
#include "world/history_marks.h"

/* For one piece. */
#define ANSWER_MS 15000

static const char *const shown[HISTORIES] = {[HISTORY_CHANNELS] = "channels", [HISTORY_PAIRS] = "private"};

/* An answer, as it came. */
struct piece {
    struct history_answer head;
    unsigned char bytes[HISTORY_ANSWER_MAX];
};

static bool ask(struct session *session, const struct history_request *request, struct piece *piece)
{
    size_t size = sizeof *piece;
    if (session->archivist &&
        call_ask(session->archivist, request, sizeof *request, piece, &size, ANSWER_MS) == CALL_OK &&
        size >= sizeof piece->head && piece->head.format == HISTORY_FORMAT && piece->head.result != HISTORY_BAD_REQUEST)
        return true;
    if (!session->leaving)
        session_reply(session, REPLY_NOT_DONE, "the archivist does not answer at the moment: try again later", NULL);
    return false;
}

static void add(struct history_counts *counts, const struct history_counts *more)
{
    counts->records += more->records;
    counts->bytes += more->bytes;
    counts->damaged += more->damaged;
    counts->broken += more->broken;
    counts->gaps += more->gaps;
}

typedef void show_piece(struct session *session, const struct piece *piece);

/* Asks for all pieces of one of the two, and shows each. False if that has not come to its end. */
static bool ask_all(struct session *session, struct history_request *request, show_piece *show,
                    struct history_counts *counts, bool *failed)
{
    static struct piece piece;
    request->from = 0;
    do {
        if (!ask(session, request, &piece))
            return false;
        if (show)
            show(session, &piece);
        add(counts, &piece.head.counts);
        *failed |= piece.head.result == HISTORY_FAILED;
        request->from = piece.head.next;
    } while (request->from && !session->leaving);
    return !session->leaving;
}

/* ---- stats, verify ---- */

static void stats(struct session *session, struct history_request *request)
{
    static struct piece piece;
    struct report *report =
        report_new("history", "lines", "bytes", "files", "oldest", "newest", "gaps", "damaged", NULL);
    for (uint32_t i = 0; i < HISTORIES; i++) {
        request->which = i;
        if (!ask(session, request, &piece)) {
            report_free(report);
            return;
        }
        const struct history_counts *counts = &piece.head.counts;
        report_add(report, shown[i]);
        report_number(report, (int64_t)counts->records);
        report_number(report, (int64_t)counts->bytes);
        report_number(report, (int64_t)counts->segments);
        report_time(report, counts->oldest);
        report_time(report, counts->newest);
        report_number(report, (int64_t)counts->gaps);
        report_number(report, (int64_t)counts->damaged);
    }
    session_show(session, report);
}

static void verify(struct session *session, struct history_request *request)
{
    struct report *report = report_new("history", "lines", "bytes", "gaps", "damaged", "unchained", NULL);
    bool failed = false, damaged = false;
    for (uint32_t i = 0; i < HISTORIES; i++) {
        struct history_counts counts = {0};
        request->which = i;
        if (!ask_all(session, request, NULL, &counts, &failed)) {
            report_free(report);
            return;
        }
        report_add(report, shown[i]);
        report_number(report, (int64_t)counts.records);
        report_number(report, (int64_t)counts.bytes);
        report_number(report, (int64_t)counts.gaps);
        report_number(report, (int64_t)counts.damaged);
        report_number(report, (int64_t)counts.broken);
        damaged |= counts.damaged || counts.broken;
    }
    session_show(session, report);
    if (failed)
        session_reply(session, REPLY_NOT_DONE, "some of it cannot be read: the log says why", NULL);
    else if (damaged)
        session_reply(session, REPLY_NOT_DONE, "some of it is damaged, and skipped by whoever reads it", NULL);
}

/* ---- export ---- */

static void show_object(struct session *session, const struct history_record *record, const char *stamp)
{
    static const char *const names[] = {"target", "nick", "account", "text", "more"};
    static const enum history_text texts[] = {HISTORY_TARGET, HISTORY_SHOWN, HISTORY_ACCOUNT, HISTORY_WORDS,
                                              HISTORY_MORE};
    static char line[HISTORY_RECORD_MAX * 6];
    struct text text;
    text_init(&text, line, sizeof line);
    text_addf(&text, "{\"time\":\"%s\",\"msgid\":\"%016" PRIx64 "\",\"event\":", stamp, record->id);
    report_json_string(&text, history_kind_name(record->kind));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        text_addf(&text, ",\"%s\":", names[i]);
        report_json_string(&text, record->texts[texts[i]]);
    }
    text_add_char(&text, '}');
    session_reply(session, REPLY_REPORT_LINE, line, NULL);
}

static void show_line(struct session *session, const struct history_record *record, const char *stamp)
{
    static char line[HISTORY_RECORD_MAX * 2], harmless[HISTORY_RECORD_MAX * 3];
    const char *const *texts = record->texts;
    struct text text, out;
    text_init(&text, line, sizeof line);
    text_addf(&text, "%s %s ", stamp, texts[HISTORY_TARGET]);
    if (HISTORY_BIT(record->kind) & HISTORY_SAID)
        text_addf(&text, "(%s) %s", texts[HISTORY_SHOWN], texts[HISTORY_WORDS]);
    else
        text_addf(&text, "%s %s %s%s%s", texts[HISTORY_SHOWN], history_kind_name(record->kind), texts[HISTORY_WORDS],
                  *texts[HISTORY_WORDS] && *texts[HISTORY_MORE] ? " " : "", texts[HISTORY_MORE]);
    text_init(&out, harmless, sizeof harmless);
    harmless_add(&out, line, text.length);
    session_reply(session, REPLY_REPORT_LINE, harmless, NULL);
}

static void show_records(struct session *session, const struct piece *piece)
{
    struct history_record record;
    size_t all;
    uint32_t left = piece->head.count;
    for (size_t at = 0; left-- > 0 && !session->leaving; at += all) {
        char stamp[CLOCK_STAMP_SIZE];
        if ((all = history_decode(piece->bytes + at, sizeof piece->bytes - at, &record)) == 0)
            return;
        clock_stamp(record.time, stamp);
        if (session->control.json)
            show_object(session, &record, stamp);
        else
            show_line(session, &record, stamp);
    }
}

static void export(struct session *session, struct history_request *request)
{
    struct history_counts counts = {0};
    bool failed = false;
    for (request->which = 0; request->which < HISTORIES; request->which++)
        if (!ask_all(session, request, show_records, &counts, &failed))
            return;
    if (failed)
        session_reply(session, REPLY_NOT_DONE, "some of it cannot be read: the log says why", NULL);
}

/* ---- forget, drop ---- */

static void overwrite(struct session *session, struct history_request *request, const char *whose)
{
    struct history_counts counts = {0};
    bool failed = false, all = true;
    char words[200];
    uint32_t end = request->wish == HISTORY_DROP ? HISTORY_CHANNELS + 1 : HISTORIES;
    for (request->which = 0; all && request->which < end; request->which++)
        all = ask_all(session, request, NULL, &counts, &failed);
    snprintf(words, sizeof words, "%" PRIu64 " line%s of %s %s overwritten%s", counts.records,
             counts.records == 1 ? "" : "s", whose, counts.records == 1 ? "was" : "were",
             failed ? ", some could not be: the log says why" : "");
    log_info("history: %s", words);
    if (all)
        session_reply(session, failed ? REPLY_NOT_DONE : REPLY_DONE, words, NULL);
}

void history_control(struct session *session, struct request *request)
{
    struct history_request ask = {.format = HISTORY_FORMAT};
    const char *verb = request->arguments[0], *whose = request->count > 1 ? request->arguments[1] : NULL;
    bool is_channel = whose && name_is_channel(whose) && strlen(whose) < HISTORY_KEY_SIZE;
    bool is_account = whose && !name_is_channel(whose) && text_copy(ask.account, sizeof ask.account, whose);
    bool known = true;
    if (!history_is_on(session->world)) {
        session_reply(session, REPLY_NOT_DONE, "nothing is kept here: the configuration says history off", NULL);
        return;
    }
    if (strcmp(verb, "stats") == 0 && !whose)
        ask.wish = HISTORY_STATS;
    else if (strcmp(verb, "verify") == 0 && !whose)
        ask.wish = HISTORY_VERIFY;
    else if (strcmp(verb, "export") == 0 && is_account)
        ask.wish = HISTORY_EXPORT;
    else if (strcmp(verb, "forget") == 0 && is_account)
        ask.wish = HISTORY_FORGET;
    else if (strcmp(verb, "drop") == 0 && is_channel)
        ask.wish = HISTORY_DROP;
    else
        known = false;
    if (!known) {
        session_reply(session, REPLY_BAD_ARGUMENT, "history",
                      "stats, verify, export|forget <account>, or drop <#channel>", NULL);
        return;
    }
    if (is_channel)
        history_key_of_channel(ask.key, whose);
    if (ask.wish == HISTORY_STATS)
        stats(session, &ask);
    else if (ask.wish == HISTORY_VERIFY)
        verify(session, &ask);
    else if (ask.wish == HISTORY_EXPORT)
        export(session, &ask);
    else
        overwrite(session, &ask, whose);
}
