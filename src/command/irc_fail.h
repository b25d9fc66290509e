/* IRC: FAIL. IRCv3 standard-replies. */
#ifndef FORKCHAT_COMMAND_IRC_FAIL_H
#define FORKCHAT_COMMAND_IRC_FAIL_H

#include "session.h"

/* Answers FAIL command code a b :why. a and b are words that the client sent, or NULL for none; one that cannot be a
 * parameter is shown as "*". */
void irc_fail(struct session *session, const char *command, const char *code, const char *a, const char *b,
              const char *why);

#endif
