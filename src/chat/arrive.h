/* Coming in. */
#ifndef FORKCHAT_CHAT_ARRIVE_H
#define FORKCHAT_CHAT_ARRIVE_H

#include "actor.h"

/* One who is connected, but for a ban, is there for all to see from now on: in the lobby if they are to be, and with
 * those flags. Needs 3 * EVENT_NEED_MAX. */
enum chat_result chat_arrive_locked(const struct chat *chat, const struct actor *actor, bool lobby, uint32_t flags);

#endif
