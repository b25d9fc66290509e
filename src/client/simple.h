/* The doors of forkchatd for people and scripts (plain, talk), and the talk of two people without a server:
 * lines of text, one window. */
#ifndef FORKCHAT_CLIENT_SIMPLE_H
#define FORKCHAT_CLIENT_SIMPLE_H

#include <stdbool.h>

#include "session.h"

const struct dialect *simple_plain(void);
const struct dialect *simple_talk(void);
const struct dialect *simple_pair(void);

/* Sends the command NAME with its arguments as the door spells it. */
void simple_command(struct session *session, const char *name, const char *arguments);

/* Sends a private message. */
void simple_private(struct session *session, const char *nick, const char *text);

/* Is this how forkchat --listen greets? */
bool simple_is_pair_greeting(const char *line);

/* The session speaks this dialect from now on, because of the greeting `line`, although it began as IRC. */
void simple_taken_over(struct session *session, const char *line);

#endif
