/* Channels that are registered: what is kept of one while nobody is in it, and who has a status there by account. */
#ifndef FORKCHAT_CHAT_KEPT_H
#define FORKCHAT_CHAT_KEPT_H

#include "actor.h"

/* Bytes of what is kept of a channel, as text of one line, with the zero byte: the masks that fit are kept. */
#define CHAT_KEPT_SIZE 6000

/* What the keeper says of a channel that is about to be joined: its founder, what is kept of it, and the actor's member
 * flags there. */
struct chat_kept {
    const char *founder, *text;
    uint32_t flags;
};

/* Topic, modes, key, limit and masks as text, and the channel made as the text says; whatever else is in it, it has no
 * effect. */
void chat_kept_write_locked(const struct world *world, uint32_t channel, char text[CHAT_KEPT_SIZE]);
void chat_kept_restore_locked(struct world *world, uint32_t channel, const struct chat_kept *kept);

#endif
