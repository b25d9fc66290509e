/* IRC: PRIVMSG and its like. */
#ifndef FORKCHAT_COMMAND_IRC_MESSAGE_H
#define FORKCHAT_COMMAND_IRC_MESSAGE_H

#include "session.h"

/* A message whose text is several lines as EVENT_MULTILINE wants them. */
void irc_message_send_lines(struct session *session, char *target, const char *lines, const char *tags);

#endif
