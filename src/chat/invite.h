/* Invitations, and asking for one. */
#ifndef FORKCHAT_CHAT_INVITE_H
#define FORKCHAT_CHAT_INVITE_H

#include "actor.h"

/* Needs 2 * EVENT_NEED_MAX. */
enum chat_result chat_invite_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                    uint32_t guest);

/* Asks those of the channel who may invite. *last: when the actor last did, clock_monotonic(), 0 for never; kept by the
 * caller. Needs EVENT_NEED_MAX. */
enum chat_result chat_knock_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, int64_t *last);

#endif
