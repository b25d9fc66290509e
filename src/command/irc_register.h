/* IRC: from a connection to a user. */
#ifndef FORKCHAT_COMMAND_IRC_REGISTER_H
#define FORKCHAT_COMMAND_IRC_REGISTER_H

#include "session.h"

/* Asks the client for a sign of life. */
void irc_register_ping_client(struct session *session);

/* The client is registered: the clock is another, and the rest of the welcome is shown. */
void irc_register_finish(struct session *session);

#endif
