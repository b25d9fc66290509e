/* What users and channels say of themselves as keys and values, and who wants to hear of it. IRCv3 draft/metadata-2. */
#ifndef FORKCHAT_CHAT_METADATA_H
#define FORKCHAT_CHAT_METADATA_H

#include "actor.h"
#include "world/metadata.h"

/* Sets the value of a key of a user or channel (NONE: there is none), or removes it (NULL); those who want to know are
 * told, but nobody is told of a user who has not arrived yet. Needs 2 * EVENT_NEED_MAX. */
enum chat_result chat_set_metadata_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                                          uint32_t index, const char *key, const char *value);

/* Tells again what the actor says of themselves: to the members of a channel that they joined, or (NONE) to those who
 * monitor them. Needs EVENT_NEED_MAX. */
void chat_repeat_metadata_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, const char *key,
                                 const char *value);

/* Whether what the user or channel says is for the actor: a channel that not everybody may enter shows it to those
 * inside, and to operators. */
bool chat_sees_metadata_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                               uint32_t index);

/* Whether the actor may set it. */
bool chat_may_set_metadata_locked(const struct chat *chat, const struct actor *actor, enum metadata_kind kind,
                                  uint32_t index);

/* The actor wants to hear of that key on the connection that they ask on, or no more. Needs EVENT_NEED_MAX. */
enum chat_result chat_subscribe_locked(const struct chat *chat, const struct actor *actor, const char *key, bool on);

#endif
