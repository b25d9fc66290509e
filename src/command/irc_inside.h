/* IRC: the topic and the names of a channel, to others than who asks. */
#ifndef FORKCHAT_COMMAND_IRC_INSIDE_H
#define FORKCHAT_COMMAND_IRC_INSIDE_H

#include "session.h"

/* A user who is in the channel, and is shown what follows a JOIN. */
struct inside_viewer {
    uint32_t user, generation;
};

/* To all connections of the user, if their clients do not know RENAME. Outside of a transaction. */
void irc_inside_show(struct session *session, const struct inside_viewer *viewer, uint32_t channel);

/* The session's user has joined that channel: to their other connections, of IRC. Outside of a transaction. */
void irc_inside_tell_others(struct session *session, const char *channel);

#endif
