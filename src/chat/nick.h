/* Taking a nick. */
#ifndef FORKCHAT_CHAT_NICK_H
#define FORKCHAT_CHAT_NICK_H

#include "actor.h"

/* `nick` is composed (unicode_compose). CHAT_SO_ALREADY if it is theirs. Somebody of the
 * same address who has lost the connection makes way. Needs EVENT_NEED_MAX and EVENT_NEED_LEAVE. */
enum chat_result chat_nick_locked(const struct chat *chat, const struct actor *actor, const char *nick);

/* Takes the nick from a user whom nobody was told of yet. */
void chat_unname_locked(struct world *world, uint32_t user);

#endif
