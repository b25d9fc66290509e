/* Connections that end while their users stay, and that become another user's. */
#ifndef FORKCHAT_CHAT_DETACH_H
#define FORKCHAT_CHAT_DETACH_H

#include "actor.h"

/* The connection is over, without a word of farewell; `closed`: the client, or its system, ended it. If that is a case
 * for which the user can come back (enum connection_return), they stay, detached, and nobody is told of anything; else
 * as chat_lose_locked. True if they stay so. Needs EVENT_NEED_LEAVE. */
bool chat_break_locked(const struct chat *chat, uint32_t connection, bool closed, enum event_quit how, const char *text,
                       const char *irc_text);

/* In which cases the user of that connection can come back: as they asked for, and because they have an account. */
enum connection_return chat_return_locked(const struct world *world, uint32_t connection);

/* Whether the user has been detached for as long as the settings allow. Also without the lock, for a hint. */
bool chat_is_overdue(const struct chat *chat, uint32_t user, int64_t now);

/* The connection that the actor asks on becomes the user's, and talks in that channel of theirs, or in none. The actor
 * leaves, unless there are other connections. False if the user has as many as there can be. Needs EVENT_NEED_LEAVE and
 * EVENT_NEED_MAX. */
bool chat_adopt_locked(const struct chat *chat, const struct actor *actor, uint32_t user, uint32_t current);

#endif
