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

/* Joins channels ("#a,#b") for the user, with those keys or those that are known. */
void irc_join(struct session *session, const char *channels, const char *keys);

/* A line of the user's own making: what it says of nick, channels and absence is remembered as if a command had. */
void irc_raw(struct session *session, const char *line);

/* Asks for a name, or says that the user is away ("": is back). */
void irc_take_nick(struct session *session, const char *nick);
void irc_be_away(struct session *session, const char *text);

/* Whether the answer to that is still to be waited for. */
bool irc_is_joining(const struct session *session);

/* The JOINs of the start, or of the return, are sent: when they are answered, things can be said. */
void irc_joins_sent(struct session *session, int count);

/* Whether that PONG answers the question of the dialect. */
bool irc_is_answer(const struct message *message);

/* A JOIN was answered, the command line's before the user's; `refused`: with no. */
void irc_join_answered(struct session *session, bool refused);

#endif
