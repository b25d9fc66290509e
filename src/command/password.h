/* Passwords that clients give. They block, as guessing takes its time. */
#ifndef FORKCHAT_COMMAND_PASSWORD_H
#define FORKCHAT_COMMAND_PASSWORD_H

#include "session.h"

/* Whether it is that operator's password, or the server's. If not, the client's address owes for it at once, and time
 * has passed; an operator's is answered, and the third ends the connection. */
bool password_is_operators(struct session *session, const char *name, const char *password);
bool password_is_servers(struct session *session, const char *password);

/* Somebody at this session's client is about to try a password of that account: waits if it was tried too often of
 * late. False if the client was gone before the end. And whether it was right: for a wrong one its address owes at
 * once, and time passes. */
bool password_begin_account(struct session *session, const char *account);
void password_end_account(struct session *session, const char *account, bool right);

/* Who makes one account after the other waits longer and longer. The same. */
bool password_begin_making(struct session *session);

/* Once it was answered that a password was wrong: the third ends the connection. */
void password_end_if_too_many(struct session *session);

/* How joining with that key went: a client that was wrong many times waits before it is answered. */
void password_try_key(struct session *session, enum chat_result result, const char *key);

#endif
