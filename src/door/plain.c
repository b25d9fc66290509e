/* The plain door: one line is one command. For netcat and scripts; REQUIREMENTS are in
 * forkchat-protocol(7). */
#include "doors.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "people.h"

static const struct people_style style = {.end = "\n", .open = '[', .close = ']'};

static int plain_open(struct session *session)
{
    struct lines *lines = malloc(sizeof *lines);
    if (!lines || lines_init(lines, PEOPLE_LINE_LIMIT))
        return -1;
    session->door_state = lines;
    command_arrive(session);
    return 0;
}

static void take(struct session *session, enum lines_result result, const char *bytes, size_t length)
{
    char line[PEOPLE_LINE_SIZE];
    if (result == LINES_NONE)
        return;
    session_pace(session);
    if (session->leaving)
        return;
    session_record(session, bytes, length, result == LINES_LONG);
    if (result == LINES_LONG) {
        session_reply(session, REPLY_LINE_TOO_LONG, "1024", NULL);
        return;
    }
    people_clean(line, bytes, length);
    if (!people_run_address(session, line))
        people_run(session, line);
}

static void plain_feed(struct session *session, const char *bytes, size_t length)
{
    char *line = NULL;
    size_t line_length = 0;
    enum lines_result result;
    while (!session->leaving &&
           (result = lines_take(session->door_state, &bytes, &length, &line, &line_length)))
        take(session, result, line, line_length);
}

static void plain_finish(struct session *session)
{
    char *line = NULL;
    size_t length = 0;
    enum lines_result result = lines_finish(session->door_state, &line, &length);
    take(session, result, line, length);
}

static void plain_wording(struct session *session, enum reply_code code,
                          const char *const *arguments, int count)
{
    people_wording(session, &style, code, arguments, count);
}

static void plain_render(struct text *text, const struct event *event, const struct view *view)
{
    people_render(text, &style, event, view);
}

static void plain_refuse(struct text *text, const char *why)
{
    text_addf(text, "[server] %s\n", why);
}

const struct door *door_plain(void)
{
    static const struct door door = {.verb_prefix = "",
                                .wording = plain_wording,
                                .open = plain_open,
                                .feed = plain_feed,
                                .finish = plain_finish,
                                .render = plain_render,
                                .tells_missed = true,
                               .hears_lobby = true,
                               .refuse = plain_refuse};
    return &door;
}
