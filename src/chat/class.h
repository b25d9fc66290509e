/* A classroom: who raises a hand, who has the floor. */
#ifndef FORKCHAT_CHAT_CLASS_H
#define FORKCHAT_CHAT_CLASS_H

#include "actor.h"

/* Raises the actor's hand if it was down, and the other way round; true if it is up now. Operators are told. Needs
 * EVENT_NEED_MAX. */
bool chat_hand_locked(const struct chat *chat, const struct actor *actor);

/* An operator of the server takes somebody's hand down. */
enum chat_result chat_lower_hand_locked(const struct chat *chat, const struct actor *actor, uint32_t user);

/* Whether the actor may let the speaker (NONE: all) speak in the channel, whose hand is taken down then. The rest is
 * done by changing modes. */
enum chat_result chat_give_floor_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                        uint32_t speaker);

#endif
