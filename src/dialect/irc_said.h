/* Events of something being said, or taken back, as IRC messages. */
#ifndef FORKCHAT_DIALECT_IRC_SAID_H
#define FORKCHAT_DIALECT_IRC_SAID_H

#include "dialect.h"

/* EVENT_MESSAGE, EVENT_MULTILINE and EVENT_REDACT, as that viewer sees them; nothing if they do not. */
void irc_said_render(struct text *text, const struct event *event, const struct view *view);
void irc_said_render_lines(struct text *text, const struct event *event, const struct view *view);
void irc_said_render_redaction(struct text *text, const struct event *event, const struct view *view);

#endif
