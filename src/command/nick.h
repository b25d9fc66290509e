/* Taking a nick. */
#ifndef FORKCHAT_COMMAND_NICK_H
#define FORKCHAT_COMMAND_NICK_H

#include "session.h"

/* Takes the nick, or answers why not. True if the user now has it. */
bool nick_change(struct session *session, const char *nick);

#endif
