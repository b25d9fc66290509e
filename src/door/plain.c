/* The plain door: one line is one command. For netcat and scripts; REQUIREMENTS are in
 * forkchat-protocol(7). */
#include "doors.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "text_dialect.h"
#include "sniff.h"
#include "telnet.h"

#define CTRL_D 0x04

/* Where in a line the next byte is, for what people at telnet(1) mean by Ctrl-C and Ctrl-D. No line of a script begins so. */
enum place { AT_START, BEHIND_IAC, INSIDE };

struct plain {
    struct lines lines;
    enum place place;
};

static const struct text_dialect dialect = {.end = "\n", .open = '[', .close = ']'};

static int plain_open(struct session *session)
{
    struct plain *plain = calloc(1, sizeof *plain);
    if (!plain || lines_init(&plain->lines, TEXT_DIALECT_LINE_LIMIT))
        return -1;
    session->door_state = plain;
    command_arrive(session);
    return 0;
}

static void take(struct session *session, enum lines_result result, const char *bytes, size_t length)
{
    char line[TEXT_DIALECT_LINE_SIZE];
    if (result == LINES_NONE)
        return;
    session_pace(session);
    if (session->leaving)
        return;
    session_record(session, bytes, length, result == LINES_LONG);
    if (sniff_http(session, bytes, length, result == LINES_LONG))
        return;
    if (result == LINES_LONG) {
        session_reply(session, REPLY_LINE_TOO_LONG, "1024", NULL);
        return;
    }
    text_dialect_clean(line, bytes, length);
    if (!text_dialect_run_address(session, line))
        text_dialect_run(session, line);
}

/* How many of the bytes stand before the wish to leave; all of them if there is none. telnet(1) shows nothing more after
 * Ctrl-C unless it is answered, so not to understand it would be to fall silent. */
static size_t before_farewell(struct plain *plain, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (plain->place == BEHIND_IAC ? telnet_leaves(byte) : plain->place == AT_START && byte == CTRL_D)
            return i;
        if (byte == '\n')
            plain->place = AT_START;
        else
            plain->place = plain->place == AT_START && byte == TELNET_IAC ? BEHIND_IAC : INSIDE;
    }
    return length;
}

static void plain_feed(struct session *session, const char *bytes, size_t length)
{
    struct plain *plain = session->door_state;
    char *line = NULL;
    size_t line_length = 0;
    enum lines_result result;
    if (sniff_tls(session, bytes, length))
        return;
    size_t rest = before_farewell(plain, bytes, length);
    bool farewell = rest < length;
    while (!session->leaving && (result = lines_take(&plain->lines, &bytes, &rest, &line, &line_length)))
        take(session, result, line, line_length);
    if (farewell && !session->leaving)
        command_leave(session, QUIT_LEFT, "");
}

static void plain_finish(struct session *session)
{
    char *line = NULL;
    size_t length = 0;
    struct plain *plain = session->door_state;
    enum lines_result result = lines_finish(&plain->lines, &line, &length);
    take(session, result, line, length);
}

static void plain_format_reply(struct session *session, enum reply_code code,
                          const char *const *arguments, int count)
{
    text_dialect_format_reply(session, &dialect, code, arguments, count);
}

static void plain_render(struct text *text, const struct event *event, const struct view *view)
{
    text_dialect_render(text, &dialect, event, view);
}

static void plain_refuse(struct text *text, const char *why)
{
    text_addf(text, "[server] %s\n", why);
}

const struct door *door_plain(void)
{
    static const struct door door = {.speech = {.verb_prefix = "", .format_reply = plain_format_reply},
                                .open = plain_open,
                                .feed = plain_feed,
                                .finish = plain_finish,
                                .render = plain_render,
                                .tells_missed = true,
                               .hears_lobby = true,
                               .refuse = plain_refuse};
    return &door;
}
