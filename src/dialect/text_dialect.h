/* What the dialects of plain text have in common: how answers and events are put into sentences. */
#ifndef FORKCHAT_DIALECT_TEXT_DIALECT_H
#define FORKCHAT_DIALECT_TEXT_DIALECT_H

#include "dialect.h"

/* Bytes of a line, its end not counted. */
#define TEXT_DIALECT_LINE_LIMIT 1024

/* Runs `line` as "VERB arguments"; answers if there is no such verb. */
void text_dialect_run(struct session *session, char *line);

/* "@nick text", with blanks before it or not, which may be a slip of the finger: true if the line was one. */
bool text_dialect_run_address(struct session *session, char *line);

/* Puts `bytes` into `line` (LINE_SIZE bytes) as valid UTF-8. */
#define TEXT_DIALECT_LINE_SIZE (TEXT_DIALECT_LINE_LIMIT * 3 + 1)
void text_dialect_clean(char *line, const char *bytes, size_t length);

/* What they differ in. */
struct text_dialect {
    char open, close;   /* around a nick that says something */
    bool shout_leaving; /* nick has left! */
};

/* As in struct speech and struct dialect. */
void text_dialect_format_reply(struct session *session, enum reply_code code, const char *const *arguments, int count);
void text_dialect_send_away(struct session *session, const char *what);
void text_dialect_refuse(struct text *text, const char *why);

/* The same, each line with the time in front. */
void text_dialect_show_past(struct session *session, const struct text_dialect *dialect, const struct event *event,
                            uint32_t user, uint32_t current);

/* EVENT_MODE, a line for each change, the last without its end. */
void text_dialect_render_modes(struct text *text, const struct event *event, const struct view *view);
void text_dialect_render(struct text *text, const struct text_dialect *dialect, const struct event *event,
                         const struct view *view);

/* What the rendering depends on: see struct dialect. */
#define TEXT_DIALECT_PARTS                                                                                             \
    {                                                                                                                  \
        [EVENT_NICK] = VIEW_SELF, [EVENT_JOIN] = VIEW_SELF, [EVENT_PART] = VIEW_SELF, [EVENT_QUIT] = VIEW_TARGET,      \
        [EVENT_KICK] = VIEW_TARGET, [EVENT_MESSAGE] = VIEW_CURRENT, [EVENT_MULTILINE] = VIEW_CURRENT                   \
    }

/* Shows a line of one's own, in the channel where it was said. */
void text_dialect_show_own(struct session *session, const struct text_dialect *dialect, const struct event *event);

/* Shows what was said before, with its time, and the day where that is another than before. */
void text_dialect_show_history(struct session *session, const struct text_dialect *dialect, const struct event *event);

#endif
