/* Coming in. */
#ifndef FORKCHAT_CHAT_ARRIVE_H
#define FORKCHAT_CHAT_ARRIVE_H

#include "actor.h"

/* A connected user who is not banned is there for all to see from now on: in the lobby if they are to be, and with
 * those flags. Needs 3 * EVENT_NEED_MAX. */
enum chat_result chat_arrive_locked(const struct chat *chat, const struct actor *actor, bool lobby, uint32_t flags);

/* What a user who is not there yet for others says of themselves. */
void chat_describe_locked(const struct chat *chat, const struct actor *actor, const char *username,
                          const char *realname);

/* The capabilities of the client on the actor's connection, which may change at any time. Needs EVENT_NEED_MAX. */
void chat_set_caps_locked(const struct chat *chat, const struct actor *actor, uint64_t caps);

#endif
