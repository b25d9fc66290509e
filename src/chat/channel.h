/* Channels: going in and out, being put out, the topic. */
#ifndef FORKCHAT_CHAT_CHANNEL_H
#define FORKCHAT_CHAT_CHANNEL_H

#include "actor.h"

/* Bytes of a KICK's comment, with the zero byte. */
#define CHAT_KICK_SIZE 301

/* Into the channel of that valid name, which is made if there is none. Needs 2 * EVENT_NEED_MAX. */
enum chat_result chat_join_locked(const struct chat *chat, const struct actor *actor, const char *name,
                                  const char *key);

/* Into the lobby, as a part of arriving. Needs 2 * EVENT_NEED_MAX. */
void chat_enter_lobby_locked(const struct chat *chat, const struct actor *actor);

/* Makes a channel that the actor is in the one they talk in. Needs EVENT_NEED_MAX. */
enum chat_result chat_talk_in_locked(const struct chat *chat, const struct actor *actor, uint32_t channel);

/* The actor leaves it, with a text, which nobody sees if the actor is muted. Needs EVENT_NEED_MAX. */
enum chat_result chat_part_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                  const char *text);

/* Puts the victim out of it; the text is cut to CHAT_KICK_SIZE. Needs EVENT_NEED_MAX. */
enum chat_result chat_kick_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, uint32_t victim,
                                  const char *text);

/* Needs EVENT_NEED_MAX. */
enum chat_result chat_topic_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                   const char *topic);

#endif
