/* What users say of themselves: that they are away, their real name, how far they have read. */
#ifndef FORKCHAT_CHAT_SELF_H
#define FORKCHAT_CHAT_SELF_H

#include "actor.h"

/* Away with that text, or back if it is empty; nobody is told of a user who has not arrived yet. Needs
 * EVENT_NEED_MAX. */
enum chat_result chat_away_locked(const struct chat *chat, const struct actor *actor, const char *text);

/* Needs EVENT_NEED_MAX. */
enum chat_result chat_realname_locked(const struct chat *chat, const struct actor *actor, const char *name);

/* The actor has read as far as that time, as clock_stamp writes it, in a channel or with a nick: their other
 * connections are told. Needs EVENT_NEED_MAX. */
void chat_tell_read_locked(const struct chat *chat, const struct actor *actor, const char *target, const char *stamp);

#endif
