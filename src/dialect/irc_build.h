/* What an IRC message is put together from: tags, source, and end. */
#ifndef FORKCHAT_DIALECT_IRC_BUILD_H
#define FORKCHAT_DIALECT_IRC_BUILD_H

#include "dialect.h"

/* Whether the viewer has any of those capabilities. */
bool irc_build_knows(const struct view *view, uint64_t caps);

/* Adds the tags that the viewer asked for. id: the message is one that has an id. client_tags: those of the one who
 * sent it, or NULL. */
void irc_build_tag(struct text *text, const struct event *event, const struct view *view, bool id,
                   const char *client_tags);

/* The same for a message, which has an id and client_tags, or (NULL) for anything else. */
void irc_build_begin(struct text *text, const struct event *event, const struct view *view, const char *client_tags);

/* Adds ":nick!user@host VERB", or the server's name for what nobody did. */
void irc_build_head(struct text *text, const struct event *event, const char *verb);

/* Ends a message, cut to what IRC allows: `body` is where it began behind its tags. Whatever is in the event, it is one
 * line. */
void irc_build_end(struct text *text, const struct view *view, size_t body);

#endif
