/* Passwords that clients give. They block, as guessing takes its time. */
#ifndef FORKCHAT_COMMAND_PASSWORD_H
#define FORKCHAT_COMMAND_PASSWORD_H

#include "session.h"

/* Whether it is that operator's password, or the server's. If not, the client's address owes for it at once, and time
 * has passed; an operator's is answered, and the third ends the connection. */
bool password_is_operators(struct session *session, const char *name, const char *password);
bool password_is_servers(struct session *session, const char *password);

/* How joining with that key went: a client that was wrong many times waits before it is answered. */
void password_try_key(struct session *session, enum chat_result result, const char *key);

#endif
