/* IRC: messages of several lines. IRCv3 draft/multiline. */
#ifndef FORKCHAT_COMMAND_IRC_MULTILINE_H
#define FORKCHAT_COMMAND_IRC_MULTILINE_H

#include "command.h"

/* A line of that batch; whether one is open and has not failed; forgets it. */
void irc_multiline_add(struct session *session, struct request *request, const char *reference, bool continues);
bool irc_multiline_is_open(const struct session *session);
void irc_multiline_abandon(struct session *session);

/* A line that may have been part of the open batch, if one is, cannot be taken: the batch has failed. */
void irc_multiline_spoil(struct session *session);

#endif
