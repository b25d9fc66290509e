/* Giving a channel another name. IRCv3 draft/channel-rename. */
#ifndef FORKCHAT_CHAT_RENAME_H
#define FORKCHAT_CHAT_RENAME_H

#include "actor.h"

/* `name` is composed (unicode_compose). Needs EVENT_NEED_MAX. check: whether it could be done; changes nothing. */
enum chat_result chat_rename_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                    const char *name, const char *text);
enum chat_result chat_check_rename_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                          const char *name);

#endif
