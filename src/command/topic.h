/* The topic of a channel: shown and set. */
#ifndef FORKCHAT_COMMAND_TOPIC_H
#define FORKCHAT_COMMAND_TOPIC_H

#include "session.h"

/* Shows it. `asked`: because somebody wants to know, so that none is answered as well. */
void topic_show(struct session *session, const char *name, bool asked);

#endif
