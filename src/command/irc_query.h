/* IRC: what is shown of the server after registration, and when asked for. */
#ifndef FORKCHAT_COMMAND_IRC_QUERY_H
#define FORKCHAT_COMMAND_IRC_QUERY_H

#include "session.h"

/* The message of the day and the counts. */
void irc_query_show_motd(struct session *session);
void irc_query_show_lusers(struct session *session);

#endif
