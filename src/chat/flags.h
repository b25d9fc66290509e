/* What users are: invisible, operators, bots. IRC calls it their modes: RFC 2812 section 3.1.5. */
#ifndef FORKCHAT_CHAT_FLAGS_H
#define FORKCHAT_CHAT_FLAGS_H

#include "actor.h"

/* The letters of those flags, as in +iw. */
#define CHAT_FLAGS_SIZE 16
void chat_write_flags(char letters[CHAT_FLAGS_SIZE], uint32_t flags);

/* Changes the actor's as `change` says, as in +i-w, of which nobody makes an operator. False if there is a letter that
 * stands for nothing; the others are changed all the same. Needs EVENT_NEED_MAX. */
bool chat_change_flags_locked(const struct chat *chat, const struct actor *actor, const char *change);

/* Gives the actor these flags too, for one who is just coming in: nobody is told. Needs EVENT_NEED_MAX. */
void chat_begin_flags_locked(const struct chat *chat, const struct actor *actor, uint32_t flags);

/* Makes the actor an operator of the server, as which they gave the name `account`, with those flags beside. Needs
 * 2 * EVENT_NEED_MAX. */
void chat_promote_locked(const struct chat *chat, const struct actor *actor, uint32_t flags, const char *account);

#endif
