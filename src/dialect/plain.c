/* The plain dialect: one line is one command. For netcat and scripts; REQUIREMENTS are in forkchat-protocol(7). */
#include "command/register.h"
#include "command/resume.h"
#include "text_dialect.h"

static const struct text_dialect dialect = {.open = '[', .close = ']'};

static int plain_open(struct session *session)
{
    register_arrive(session);
    return 0;
}

static void plain_take_line(struct session *session, char *bytes, size_t length, bool cut)
{
    char line[TEXT_DIALECT_LINE_SIZE];
    if (cut) {
        session_reply(session, REPLY_LINE_TOO_LONG, "1024", NULL);
        return;
    }
    text_dialect_clean(line, bytes, length);
    if (!text_dialect_run_address(session, line))
        text_dialect_run(session, line);
}

static void plain_render(struct text *text, const struct event *event, const struct view *view)
{
    text_dialect_render(text, &dialect, event, view);
}

static void plain_show_past(struct session *session, const struct event *event, uint32_t user, uint32_t current)
{
    text_dialect_show_past(session, &dialect, event, user, current);
}

static void plain_show_history(struct session *session, const struct event *event)
{
    text_dialect_show_history(session, &dialect, event);
}

const struct dialect *dialect_plain(void)
{
    static const struct dialect row = {.speech = {.dialect = DIALECT_PLAIN,
                                                  .verb_prefix = "",
                                                  .format_reply = text_dialect_format_reply,
                                                  .show_past = plain_show_past,
                                                  .become = resume_as_account,
                                                  .show_history = plain_show_history},
                                       .line_limit = TEXT_DIALECT_LINE_LIMIT,
                                       .open = plain_open,
                                       .take_line = plain_take_line,
                                       .takes_unfinished = true,
                                       .send_away = text_dialect_send_away,
                                       .render = plain_render,
                                       .render_parts = TEXT_DIALECT_PARTS,
                                       .tells_missed = true,
                                       .hears_lobby = true,
                                       .refuse = text_dialect_refuse};
    return &row;
}
