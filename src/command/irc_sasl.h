/* IRC: AUTHENTICATE. */
#ifndef FORKCHAT_COMMAND_IRC_SASL_H
#define FORKCHAT_COMMAND_IRC_SASL_H

#include "session.h"

/* The mechanisms that this client may use, as the capability's value has them. */
const char *irc_sasl_mechanisms(const struct session *session);

/* The client ends its registration: what it has begun and not ended is over. */
void irc_sasl_abort(struct session *session);

#endif
