/* Giving a channel another name. IRCv3 draft/channel-rename. */
#ifndef FORKCHAT_CHAT_RENAME_H
#define FORKCHAT_CHAT_RENAME_H

#include "actor.h"

/* `name` is composed (unicode_compose). room: what there is in the transaction, at least EVENT_NEED_MAX;
 * CHAT_CHANNEL_FULL if not all members can be told with that. */
enum chat_result chat_rename_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                    const char *name, const char *text, size_t room);

/* The room that takes now, for a channel (NONE: there is none). */
size_t chat_rename_need_locked(const struct world *world, uint32_t channel);

/* Whether the user has a connection that knows nothing of channels with another name: it sees that they left the one
 * and joined the other, and has to be told what is inside. */
bool chat_rename_moves_locked(const struct world *world, uint32_t user);

#endif
