/* Control: forkchatctl(8) and the console. A line is a command, with "json " in front of it if a program
 * reads the answer. Each line of an answer begins with a blank, or with ! if it says why something was not done; the
 * last is a dot and the exit status. Run by control processes and the console. */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/harmless.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/report.h"
#include "base/secrets.h"
#include "command/dispatch.h"
#include "world/recorder.h"

#define LINE_LIMIT 2048

static int control_open(struct session *session)
{
    struct lines *lines = malloc(sizeof *lines);
    if (!lines || lines_init(lines, LINE_LIMIT))
        return -1;
    session->dialect_state = lines;
    return 0;
}

static void run(struct session *session, char *line)
{
    char clean[LINE_LIMIT * 3 + 1], status[16];
    struct text text;
    session->control.status = 0;
    session->control.json = strncmp(line, "json ", 5) == 0;
    if (session->control.json)
        line += 5;
    text_init(&text, clean, sizeof clean);
    text_add_utf8(&text, line, strlen(line));
    if (session->control.by)
        log_info("control \"%.*s\" by %s", (int)secrets_begin(clean, text.length), clean, session->control.by);
    char *rest = clean;
    const char *verb = text_next_word(&rest);
    const struct command *command = verb ? command_find(DIALECT_CONTROL, verb) : NULL;
    if (command)
        dispatch_text(session, command, rest);
    else
        session_reply(session, REPLY_UNKNOWN_COMMAND, verb ? verb : "", NULL);
    snprintf(status, sizeof status, ".%d\n", session->control.status);
    session_say(session, status, strlen(status));
    session_flush(session);
    txn_wake_readers(session->world->txn);
}

static void take(struct session *session, enum lines_result result, char *line, size_t length)
{
    if (result != LINES_NONE)
        recorder_line(session->recorder, line, length, result == LINES_LONG);
    if (result == LINES_LONG)
        session_say(session, "!that line is too long\n.64\n", 27);
    else if (result == LINES_LINE)
        run(session, line);
    session_flush(session);
}

static void control_feed(struct session *session, const char *bytes, size_t length)
{
    char *line = NULL;
    size_t line_length = 0;
    enum lines_result result;
    while (!session->leaving && (result = lines_take(session->dialect_state, &bytes, &length, &line, &line_length)))
        take(session, result, line, line_length);
}

static void control_finish(struct session *session)
{
    char *line = NULL;
    size_t length = 0;
    enum lines_result result = lines_finish(session->dialect_state, &line, &length);
    take(session, result, line, length);
}

static void control_time_out(struct session *session)
{
    char line[80];
    int length = snprintf(line, sizeof line, "!no command came in time: goodbye\n.%d\n", EX_TEMPFAIL);
    session_say(session, line, (size_t)length);
    session_flush(session);
}

/* What an answer says about what became of the command: those of IRC's error numerics, and a few that have none. */
static int status_of(enum reply_code code)
{
    int numeric = reply_row(code)->numeric;
    if (code == REPLY_NEED_MORE || code == REPLY_UNKNOWN_COMMAND || code == REPLY_BAD_ARGUMENT)
        return EX_USAGE;
    if (code == REPLY_NOT_DONE || code == REPLY_NO_SUCH_BAN || code == REPLY_BAD_BAN || code == REPLY_BANS_FULL)
        return 1;
    return numeric >= 400 && numeric < 600;
}

static void say_line(struct session *session, char mark, const char *line)
{
    session_say(session, &mark, 1);
    session_say(session, line, strlen(line));
    session_say(session, "\n", 1);
}

/* Answers for people, but for those that name a command which is another one here. */
static const char *template_of(enum reply_code code)
{
    if (code == REPLY_UNKNOWN_COMMAND)
        return "there is no command \"$1\": help lists them";
    if (code == REPLY_NO_SUCH_NICK)
        return "nobody here is called $1: who shows who is here";
    if (code == REPLY_NO_SUCH_CHANNEL)
        return "there is no channel $1: channels shows them";
    if (code == REPLY_NO_SUCH_BAN)
        return "$1 is not banned: bans lists who is";
    return reply_row(code)->people;
}

static void control_format_reply(struct session *session, enum reply_code code, const char *const *arguments, int count)
{
    char words[4096], line[8300];
    struct text text, out;
    if (code == REPLY_REPORT_LINE && count > 0) {
        say_line(session, ' ', arguments[0]); /* harmless already */
        return;
    }
    const char *template = template_of(code);
    if (!template)
        return;
    text_init(&text, words, sizeof words);
    reply_fill(&text, template,
               &(struct reply_words){.slash = "", .nick = "", .server = "", .arguments = arguments, .count = count});
    while (text.length > 0 && words[text.length - 1] == ' ')
        words[--text.length] = '\0';
    int status = status_of(code);
    text_init(&out, line, sizeof line);
    if (session->control.json && status == 0) {
        text_add(&out, "{\"message\":");
        report_json_string(&out, words);
        text_add_char(&out, '}');
    } else {
        harmless_add(&out, words, text.length);
    }
    if (status > session->control.status)
        session->control.status = status;
    say_line(session, status ? '!' : ' ', line);
}

static void control_refuse(struct text *text, const char *why)
{
    text_addf(text, "!%s\n.%d\n", why, EX_UNAVAILABLE);
}

const struct service *service_control(void)
{
    static const struct service service = {
        .open = control_open,
        .feed = control_feed,
        .finish = control_finish,
        .time_out = control_time_out,
        .speech = {.dialect = DIALECT_CONTROL, .verb_prefix = "", .format_reply = control_format_reply},
        .refuse = control_refuse};
    return &service;
}
