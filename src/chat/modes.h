/* Changing the modes of a channel. */
#ifndef FORKCHAT_CHAT_MODES_H
#define FORKCHAT_CHAT_MODES_H

#include "actor.h"
#include "world/modes.h"

/* Bytes of arguments in one event, beside the last; and the room that the events of one request need. */
#define CHAT_MODES_LENGTH 250
#define CHAT_MODES_EVENT  (2 * (CHAT_MODES_LENGTH + MASK_SIZE) + MODE_ARGUMENTS * (ADDRESS_SIZE + 1) + 1024)
#define CHAT_MODES_NEED   (MODE_ARGUMENTS * ring_need(512) + 10 * ring_need(CHAT_MODES_EVENT))

/* A change that was not made, and why; called as it is met, in the running transaction. */
typedef void chat_mode_refused(const struct chat *chat, uint32_t channel, const struct mode_change *change,
                               enum chat_result why);

/* Makes what can be made of the changes; *asked: lists of masks that they ask for, and which the actor may see, 1 <<
 * enum mask_kind each. CHAT_NOT_MEMBER: they asked for some and may not. Needs CHAT_MODES_NEED. */
enum chat_result chat_change_modes_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                          const struct mode_change *changes, int count, chat_mode_refused *refused,
                                          unsigned *asked);

#endif
