/* IRC: going into channels. */
#ifndef FORKCHAT_COMMAND_IRC_CHANNEL_H
#define FORKCHAT_COMMAND_IRC_CHANNEL_H

#include "session.h"

/* What follows the JOIN of the session's user: the topic, how far they have read, the names. */
void irc_channel_show(struct session *session, const char *name);

#endif
