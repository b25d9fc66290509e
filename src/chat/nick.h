/* Taking a nick. */
#ifndef FORKCHAT_CHAT_NICK_H
#define FORKCHAT_CHAT_NICK_H

#include "actor.h"

/* `nick` is composed (unicode_compose). CHAT_SO_ALREADY if it is theirs. Needs EVENT_NEED_MAX. */
enum chat_result chat_nick_locked(const struct chat *chat, const struct actor *actor, const char *nick);

#endif
