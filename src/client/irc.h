/* The IRC dialect, as a client speaks it. */
#ifndef FORKCHAT_CLIENT_IRC_H
#define FORKCHAT_CLIENT_IRC_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"
#include "session.h"

const struct dialect *irc_dialect(void);

/* Time has passed: asks a silent server whether it is still there. `now` is clock_elapsed(). */
void irc_check(struct session *session, int64_t now);

bool irc_is_channel(const struct session *session, const char *name);

/* Says `text` to a channel or a person with `command` (PRIVMSG or NOTICE), in as many lines as it takes, and
 * shows it in `window`. */
void irc_say(struct session *session, struct window *window, const char *target, const char *command,
             const char *text, bool action);

/* --- between the irc*.c files --- */

/* Capabilities, SASL, nicks in use; true if the message was for the login. */
void irc_login_start(struct session *session);
bool irc_login_take(struct session *session, struct message *message);

/* 001 to 999. */
void irc_numeric(struct session *session, struct message *message, int number);

/* Everything else. */
void irc_event(struct session *session, struct message *message);

/* Joins channels ("#a,#b") for the user; `keys` may be "". */
void irc_join(struct session *session, const char *channels, const char *keys);
/* Whether the answer to that is still to be waited for. */
bool irc_is_joining(const struct session *session);

/* A JOIN was answered, the command line's before the user's; `refused`: with no. */
void irc_join_answered(struct session *session, bool refused);

#endif
