/* Saying things, as people write it. */
#ifndef FORKCHAT_COMMAND_MESSAGE_H
#define FORKCHAT_COMMAND_MESSAGE_H

#include "session.h"

/* Text said in the current channel, or in that one. */
void message_say_here(struct session *session, const char *text);
void message_say_in(struct session *session, const char *name, const char *text);

/* A line that began with @, without it: a nick and what is for that one alone. Cuts it up. */
void message_address(struct session *session, char *line);

#endif
