/* /search goes to a line, /lastlog lists those that hold some words. What they say themselves is not found. */
#include "lastlog.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

#define LISTED 200 /* lines; all that a window keeps would push out the rest */

static void say(struct session *session, enum line_kind kind, char *text)
{
    struct window *window = windows_current(&session->windows);
    struct line line = {.time = clock_realtime(), .kind = kind, .text = text, .found = true};
    const struct line *added = window_add(window, &line, session->interactive);
    session->changed = true;
    if (added && session->shown)
        session->shown(session->context, window, added);
}

static bool holds(const struct line *line, const char *words)
{
    return !line->found && (text_find(line->text, words) || text_find(line->nick, words));
}

static void say_nothing_found(struct session *session, const char *words, const char *where)
{
    char text[700];
    snprintf(text, sizeof text, "nothing%s in this window has \"%.500s\"", where, words);
    say(session, LINE_ERROR, text);
    session_fail(session, EX_DATAERR);
}

static void list(struct session *session, const struct line *line)
{
    char bytes[CONNECTION_LINE_LIMIT * 3 + 300], stamp[16] = "";
    struct text text;
    struct tm local;
    time_t seconds = (time_t)(line->time / 1000);
    if (localtime_r(&seconds, &local))
        strftime(stamp, sizeof stamp, "%d %b %H:%M", &local);
    bool named = line->kind == LINE_MESSAGE || line->kind == LINE_PRIVATE || line->kind == LINE_NOTICE;
    text_init(&text, bytes, sizeof bytes);
    text_addf(&text, named ? "%s <%s> " : *line->nick ? "%s * %s " : "%s %s", stamp, line->nick);
    if (!named && !*line->nick)
        text_add(&text, "* ");
    text_add(&text, line->text);
    say(session, LINE_SERVER, bytes);
}

void lastlog_list(struct session *session, char *arguments)
{
    const struct window *window = windows_current(&session->windows);
    const struct line *line;
    uint64_t end = window->total, first = end - window->count;
    size_t count = 0, skip;
    char words[100];
    for (uint64_t number = first; number < end; number++)
        count += holds(window_line(window, number), arguments);
    if (count == 0) {
        say_nothing_found(session, arguments, "");
        return;
    }
    skip = count > LISTED ? count - LISTED : 0;
    if (skip)
        snprintf(words, sizeof words, "%zu lines, the last %d of which are:", count, LISTED);
    else
        snprintf(words, sizeof words, "%zu line%s:", count, count == 1 ? "" : "s");
    say(session, LINE_SERVER, words);
    for (uint64_t number = first; number < end; number++) {
        line = window_line(window, number);
        if (!line || !holds(line, arguments))
            continue;
        if (skip > 0)
            skip--;
        else
            list(session, line);
    }
}

void lastlog_step(struct session *session, int step)
{
    struct window *window = windows_current(&session->windows);
    const struct line *line;
    if (!*session->search_words) {
        session_complain(session, "what is to be looked for? /search WORDS");
        return;
    }
    for (uint64_t number = window->found; number > 0 || step > 0;) {
        number += (uint64_t)step;
        line = window_line(window, number);
        if (!line)
            break;
        if (holds(line, session->search_words)) {
            window->found = number;
            window->lit = window->seek = session->changed = true;
            return;
        }
    }
    say_nothing_found(session, session->search_words, window->lit ? step < 0 ? " further up" : " further down" : "");
}

/* Where lines are written one below the other there is nothing to scroll. */
void lastlog_search(struct session *session, char *arguments)
{
    struct window *window = windows_current(&session->windows);
    if (*arguments) {
        text_copy(session->search_words, sizeof session->search_words, arguments);
        window->found = window->total;
    }
    if (session->shown && *arguments)
        lastlog_list(session, arguments);
    else
        lastlog_step(session, -1);
}
