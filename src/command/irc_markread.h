/* How far the user of an IRC client has read. */
#ifndef FORKCHAT_COMMAND_IRC_MARKREAD_H
#define FORKCHAT_COMMAND_IRC_MARKREAD_H

#include "session.h"

/* Shows it for a channel or nick, to clients that know of it: after a JOIN, too. */
void irc_markread_show(struct session *session, const char *target);

#endif
