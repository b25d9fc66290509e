/* Events as IRC messages. */
#ifndef FORKCHAT_DIALECT_IRC_RENDER_H
#define FORKCHAT_DIALECT_IRC_RENDER_H

#include "dialect.h"

/* Adds the event as that viewer sees it, tags and line end included; nothing if they do not. */
void irc_render(struct text *text, const struct event *event, const struct view *view);

/* The capabilities on which that depends for an event of that type. */
uint64_t irc_render_caps(uint32_t type);

#endif
