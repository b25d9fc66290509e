/* Silence: an operator of the server asks it of one person, of a channel, or of everybody. */
#ifndef FORKCHAT_CHAT_MUTE_H
#define FORKCHAT_CHAT_MUTE_H

#include "actor.h"

/* Whether an operator of the server has the user (NONE: the server) say nothing in that channel (NONE: nothing at all):
 * CHAT_DONE if not. */
enum chat_result mute_check_locked(const struct world *world, uint32_t user, uint32_t channel);

/* The same for what they would say to one person alone: operators may always be asked. */
enum chat_result mute_check_private_locked(const struct world *world, uint32_t user, uint32_t target);

/* An operator of the server asks for silence, or no longer: of a user, of a channel, of everybody, as the audience
 * says. Those concerned and the operators are told. Needs 2 * EVENT_NEED_MAX. */
enum chat_result chat_mute_locked(const struct chat *chat, const struct actor *actor, enum event_audience audience,
                                  uint32_t target, bool on);

#endif
