/* IRC: numeric 005. Modern IRC client protocol, RPL_ISUPPORT. */
#ifndef FORKCHAT_COMMAND_ISUPPORT_H
#define FORKCHAT_COMMAND_ISUPPORT_H

#include "session.h"

void isupport_show(struct session *session);

/* What a reload changed of it, if the user has been told something else before. Between two commands. */
void isupport_renew(struct session *session);

#endif
