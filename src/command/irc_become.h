/* IRC: a client is that of a user who is there already. */
#ifndef FORKCHAT_COMMAND_IRC_BECOME_H
#define FORKCHAT_COMMAND_IRC_BECOME_H

#include "resume.h"

/* The first line of the welcome, which tells a client its nick. */
void irc_become_greet(struct session *session);

/* A client that has not registered is that user's, and is shown who it is and where. missed: what has happened until
 * now is that, or NULL. False if it may not, or is banned. */
bool irc_become(struct session *session, const struct resume_claim *claim, struct catch_up *missed);

/* What follows: topics and names, and what was missed or, if nothing was, the last lines; then missed is closed. A
 * client that asks for history by itself has only what is in none. */
void irc_become_show(struct session *session, struct catch_up *missed);

/* A client that has registered has proved to be that account, and becomes the user who is it, if there is one: to it
 * that looks as if it changed its nick, and left some channels for others. False if not, with nothing changed. */
bool irc_become_as_account(struct session *session, const char *account);

#endif
