/* The doors of forkchatd for people and scripts, plain and talk: lines of text, one window. */
#ifndef FORKCHAT_CLIENT_SIMPLE_H
#define FORKCHAT_CLIENT_SIMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

const struct dialect *simple_plain(void);
const struct dialect *simple_talk(void);

/* Sends the command NAME with its arguments as the door spells it. */
void simple_command(struct session *session, const char *name, const char *arguments);

/* Sends a message to one person, or to a channel one is in. */
void simple_private(struct session *session, const char *nick, const char *text);

/* --- simple-arrive.c --- */

/* The connection is made: takes name, absence and channels there. Lines can be said when that is answered;
 * simple_check: or when a door that tells nothing had its time. `now` is clock_monotonic(). */
void simple_arrive(struct session *session);
void simple_check(struct session *session, int64_t now);

/* Learns from a line of the server ("[server] …"); true if it was for us alone, and not for the user. */
bool simple_learn(struct session *session, const char *line);

/* Asks the door for something that it answers in a way we know. */
void simple_ask(struct session *session);

/* Whether lines said now would go where they are to go. If not, that is told, with the text. */
bool simple_may_say(struct session *session, const char *text);

#endif
