/* IRC: METADATA. */
#ifndef FORKCHAT_COMMAND_IRC_METADATA_H
#define FORKCHAT_COMMAND_IRC_METADATA_H

#include "session.h"

/* Unsubscribes the session's user from all keys. */
void irc_metadata_unsubscribe(struct session *session);

#endif
