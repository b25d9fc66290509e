/* The doors of forkchatd for people and scripts (plain, talk), and the talk of two people without a server:
 * lines of text, one window. */
#ifndef FORKCHAT_CLIENT_SIMPLE_H
#define FORKCHAT_CLIENT_SIMPLE_H

#include <stdbool.h>

#include "session.h"

const struct dialect *simple_plain(void);
const struct dialect *simple_talk(void);
const struct dialect *simple_pair(void);

/* Time has passed: a door that does not tell whether we have arrived is taken at its word, and half a line after which
 * nothing comes is shown: it may be a question. `now` is clock_elapsed(); simple_due: when that is to be called, 0:
 * never. */
void simple_check(struct session *session, int64_t now);
int64_t simple_due(const struct session *session);

/* Two people: what the other one has written of a line. */
void simple_prompt(struct session *session);

/* --- between the simple*.c files --- */

/* The connection is made: takes name, absence and channels there. Lines can be said when that is answered. */
void simple_arrive(struct session *session);

/* Learns from a line of the server ("[server] …"); true if it was for us alone, and not for the user. */
bool simple_learn(struct session *session, const char *line);

/* Asks the door for something that it answers in a way we know. */
void simple_ask(struct session *session);

/* Whether lines said now would go where they are to go. If not, that is told, with the text. */
bool simple_may_say(struct session *session, const char *text);

/* What we have said ourselves. */
void simple_show_own(struct session *session, const char *text);

/* --- for the rest --- */

/* Sends the command NAME with its arguments as the door spells it. */
void simple_command(struct session *session, const char *name, const char *arguments);

/* Sends a message to one person, or to a channel one is in. */
void simple_private(struct session *session, const char *nick, const char *text);

/* Is this how forkchat --listen greets? */
bool simple_is_pair_greeting(const char *line);

/* The session speaks this dialect from now on, because of the greeting `line`, although it began as IRC. */
void simple_taken_over(struct session *session, const char *line);

#endif
