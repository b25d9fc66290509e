/* A channel's lists, and whether they name a user: bans, exceptions, invitations. */
#ifndef FORKCHAT_CHAT_LISTS_H
#define FORKCHAT_CHAT_LISTS_H

#include "world/world.h"

/* Whether the user may not come in, nor speak. */
bool lists_ban_locked(const struct world *world, uint32_t channel, uint32_t user);

/* Whether they may only listen: the masks of the list b that begin with m: (an extended ban). */
bool lists_mute_locked(const struct world *world, uint32_t channel, uint32_t user);

/* Whether they may come in uninvited. */
bool lists_invite_locked(const struct world *world, uint32_t channel, uint32_t user);

#endif
