/* What the doors for people have in common: wording, and events as sentences. */
#ifndef FORKCHAT_DOOR_PEOPLE_H
#define FORKCHAT_DOOR_PEOPLE_H

#include "door.h"

/* Bytes of a line, its end not counted. */
#define PEOPLE_LINE_LIMIT 1024

/* Runs `line` as "VERB arguments"; answers if there is no such verb. */
void people_run(struct session *session, char *line);

/* "@nick text", with blanks before it or not, which may be a slip of the finger: true if the line was one. */
bool people_run_address(struct session *session, char *line);

/* Puts `bytes` into `line` (LINE_SIZE bytes) as valid UTF-8. */
#define PEOPLE_LINE_SIZE (PEOPLE_LINE_LIMIT * 3 + 1)
void people_clean(char *line, const char *bytes, size_t length);

/* What the doors differ in. */
struct people_style {
    const char *end;    /* of a line */
    char open, close;   /* around a nick that says something */
    bool shout_leaving; /* nick has left! */
};

void people_format_reply(struct session *session, const struct people_style *style, enum reply_code code,
                    const char *const *arguments, int count);
/* EVENT_MODE, a line for each change, the last without its end. */
void people_render_modes(struct text *text, const struct people_style *style, const struct event *event);
void people_render(struct text *text, const struct people_style *style, const struct event *event,
                   const struct view *view);

#endif
