/* The IRC dialect, as a client speaks it. Its files, each of which uses only those before it: irc-request.c,
 * irc-sasl.c, irc-login.c, irc-numerics.c, irc-events.c, irc.c. */
#ifndef FORKCHAT_CLIENT_IRC_H
#define FORKCHAT_CLIENT_IRC_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"
#include "session.h"

const struct dialect *irc_dialect(void);

/* --- irc-request.c --- */

bool irc_is_channel(const struct session *session, const char *name);

/* Says `text` to a channel or a person with `command` (PRIVMSG or NOTICE), in as many lines as it takes, and
 * shows it in `window`. */
void irc_say(struct session *session, struct window *window, const char *target, const char *command, const char *text,
             bool action);

/* Joins channels ("#a,#b") for the user, with those keys or those that are known. */
void irc_join(struct session *session, const char *channels, const char *keys);

/* A line of the user's own making: what it says of nick, channels and absence is remembered as if a command had. */
void irc_raw(struct session *session, const char *line);

/* Asks for a name, or says that the user is away ("": is back). */
void irc_take_nick(struct session *session, const char *nick);
void irc_be_away(struct session *session, const char *text);

/* The JOINs of the start, or of the return, are sent: when they are answered, things can be said. irc_check_joins: or
 * when the server has not answered for a while; `now` is clock_monotonic(). */
void irc_joins_sent(struct session *session, int count);
void irc_check_joins(struct session *session, int64_t now);

/* A JOIN was answered, the command line's before the user's; `refused`: with no. */
void irc_join_answered(struct session *session, bool refused);

/* Whether a JOIN of the user's is still to be waited for. */
bool irc_is_joining(const struct session *session);

/* --- irc-sasl.c --- */

/* Logs in, by the better of the mechanisms that are offered. */
void irc_sasl_begin(struct session *session);

/* AUTHENTICATE of the server's. Returns NULL, or why it is not to be believed. */
const char *irc_sasl_take(struct session *session, const char *piece);

/* Whether the server has proved to know the account, if it was to. */
bool irc_sasl_is_proved(const struct session *session);

/* --- irc-login.c: capabilities, nicks in use --- */

void irc_login_start(struct session *session);

/* True if the message was for the login. */
bool irc_login_take(struct session *session, struct message *message);

/* --- irc-numerics.c: 001 to 999 --- */

void irc_numeric(struct session *session, struct message *message, int number);

/* --- irc-events.c: everything else --- */

void irc_event(struct session *session, struct message *message);

/* Asks the server for the answer that proves what has arrived. */
void irc_ask(struct session *session);

#endif
