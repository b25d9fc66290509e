/* What the dialects of plain text have in common: how answers and events are put into sentences. */
#ifndef FORKCHAT_DOOR_TEXT_DIALECT_H
#define FORKCHAT_DOOR_TEXT_DIALECT_H

#include "door.h"

/* Bytes of a line, its end not counted. */
#define TEXT_DIALECT_LINE_LIMIT 1024

/* Runs `line` as "VERB arguments"; answers if there is no such verb. */
void text_dialect_run(struct session *session, char *line);

/* "@nick text", with blanks before it or not, which may be a slip of the finger: true if the line was one. */
bool text_dialect_run_address(struct session *session, char *line);

/* Puts `bytes` into `line` (LINE_SIZE bytes) as valid UTF-8. */
#define TEXT_DIALECT_LINE_SIZE (TEXT_DIALECT_LINE_LIMIT * 3 + 1)
void text_dialect_clean(char *line, const char *bytes, size_t length);

/* What the doors differ in. */
struct text_dialect {
    const char *end;    /* of a line */
    char open, close;   /* around a nick that says something */
    bool shout_leaving; /* nick has left! */
};

void text_dialect_format_reply(struct session *session, const struct text_dialect *dialect, enum reply_code code,
                    const char *const *arguments, int count);
/* EVENT_MODE, a line for each change, the last without its end. */
void text_dialect_render_modes(struct text *text, const struct text_dialect *dialect, const struct event *event);
void text_dialect_render(struct text *text, const struct text_dialect *dialect, const struct event *event,
                   const struct view *view);

#endif
