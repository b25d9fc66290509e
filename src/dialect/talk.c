/* The talk dialect: what one types is said, and commands begin with a slash. For people. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/unicode.h"
#include "command/leave.h"
#include "command/message.h"
#include "command/query.h"
#include "command/register.h"
#include "command/resume.h"
#include "text_dialect.h"

static const struct text_dialect dialect = {.open = '(', .close = ')', .shout_leaving = true};

static int talk_open(struct session *session)
{
    register_arrive(session);
    return 0;
}

/* Blanks before a command are a slip of the finger, and what follows it may be private; before anything else with a
 * slash they are an indentation. */
static bool slips_into_command(const char *line)
{
    char verb[16];
    const char *start = line + unicode_unseen_length(line);
    if (start == line || *start != '/')
        return false;
    size_t length = strcspn(++start, " \t");
    return snprintf(verb, sizeof verb, "%.*s", (int)length, start) < (int)sizeof verb &&
           command_find(DIALECT_TALK, verb);
}

/* A command that begins with a password's word, and not with the slash: a slip that must not be said to all. As a
 * sentence it would have more words than that. */
static bool shows_password(const char *line)
{
    static const char *const verbs[] = {"login", "register", "identify"};
    char copy[TEXT_DIALECT_LINE_SIZE], *rest = copy;
    text_copy(copy, sizeof copy, line + unicode_unseen_length(line));
    const char *verb = text_next_word(&rest);
    int words = 0;
    while (text_next_word(&rest))
        words++;
    for (size_t i = 0; verb && i < sizeof verbs / sizeof *verbs; i++)
        if (strcasecmp(verb, verbs[i]) == 0)
            return words == 1 || words == 2;
    return false;
}

static void run_line(struct session *session, char *line)
{
    if (strcmp(line, "stop") == 0 || strcasecmp(line, "/stop") == 0)
        leave_server(session, QUIT_LEFT, "", "");
    else if (text_dialect_run_address(session, line))
        return;
    else if (line[0] == '/' && line[1] != '/')
        text_dialect_run(session, line + 1);
    else if (slips_into_command(line))
        text_dialect_run(session, strchr(line, '/') + 1);
    else if (shows_password(line))
        session_reply(session, REPLY_NOT_DONE,
                      "that looks like a password: it was said to nobody (commands begin with /)", NULL);
    else if (!text_is_blank(line))
        message_say_here(session, line[0] == '/' ? line + 1 : line);
    else
        query_show_place(session); /* a client that sends and receives in turn waits for something */
}

static void talk_take_line(struct session *session, char *bytes, size_t length, bool cut)
{
    char line[TEXT_DIALECT_LINE_SIZE];
    if (cut) {
        session_reply(session, REPLY_LINE_TOO_LONG, "1024", NULL);
        return;
    }
    text_dialect_clean(line, bytes, length);
    run_line(session, line);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether it is for one person, and what for has not come. Taken for a line, it would be refused, and the rest said to
 * all. */
static bool talk_awaits_more(const char *line, size_t length)
{
    size_t at = 0;
    while (at < length && is_blank(line[at]))
        at++;
    if (at == length || (line[at] != '@' && line[at] != '/'))
        return false;
    bool alone = line[at] == '@' || at + 1 == length;
    while (at < length && !is_blank(line[at]))
        at++;
    while (at < length && is_blank(line[at]))
        at++;
    return alone && at == length;
}

static void talk_render(struct text *text, const struct event *event, const struct view *view)
{
    text_dialect_render(text, &dialect, event, view);
}

static void talk_show_past(struct session *session, const struct event *event, uint32_t user, uint32_t current)
{
    text_dialect_show_past(session, &dialect, event, user, current);
}

static void talk_show_own(struct session *session, const struct event *event)
{
    text_dialect_show_own(session, &dialect, event);
}

static void talk_show_history(struct session *session, const struct event *event)
{
    text_dialect_show_history(session, &dialect, event);
}

const struct dialect *dialect_talk(void)
{
    static const struct dialect row = {.speech = {.dialect = DIALECT_TALK,
                                                  .verb_prefix = "/",
                                                  .format_reply = text_dialect_format_reply,
                                                  .show_past = talk_show_past,
                                                  .become = resume_as_account,
                                                  .show_own = talk_show_own,
                                                  .show_history = talk_show_history},
                                       .line_limit = TEXT_DIALECT_LINE_LIMIT,
                                       .open = talk_open,
                                       .take_line = talk_take_line,
                                       .takes_unfinished = true,
                                       .awaits_more = talk_awaits_more,
                                       .send_away = text_dialect_send_away,
                                       .render = talk_render,
                                       .render_parts = TEXT_DIALECT_PARTS,
                                       .tells_missed = true,
                                       .hears_lobby = true,
                                       .refuse = text_dialect_refuse};
    return &row;
}
