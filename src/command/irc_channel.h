/* IRC: going into channels. */
#ifndef FORKCHAT_COMMAND_IRC_CHANNEL_H
#define FORKCHAT_COMMAND_IRC_CHANNEL_H

#include "session.h"

/* What follows the JOIN of the session's user: the topic, how far they have read, the names. */
void irc_channel_show(struct session *session, const char *name);

/* JOIN for each channel of its user, but those of a list (as in an event), for a client that is there from now on:
 * nothing said in one may come before. Transaction running, with room for as many answers. */
void irc_channel_show_joins_locked(struct session *session, const uint32_t *but, uint32_t count);

/* What follows these JOINs; replay: with the last lines, as for one who comes in. */
void irc_channel_show_place(struct session *session, bool replay);

#endif
