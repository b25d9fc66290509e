/* IRC: which server is asked. */
#ifndef FORKCHAT_COMMAND_IRC_SERVER_H
#define FORKCHAT_COMMAND_IRC_SERVER_H

#include "session.h"

/* Whether `name`, a server, a mask of one or a nick, is this server or on it; answers if not. */
bool irc_server_is_here(struct session *session, const char *name);

#endif
