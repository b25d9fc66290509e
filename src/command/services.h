/* NickServ and ChanServ: words said to services that are nobody. */
#ifndef FORKCHAT_COMMAND_SERVICES_H
#define FORKCHAT_COMMAND_SERVICES_H

#include "session.h"

/* Whether what is said to `target` is said to a service: its name, in any case, or with @ and the server's behind it.
 */
bool services_is(const struct session *session, const char *target);

/* Does what was said to it, and answers by notices. The text is cut. */
void services_take(struct session *session, const char *target, char *text);

#endif
