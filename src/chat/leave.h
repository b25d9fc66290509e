/* Leaving the server, and being put out of it. */
#ifndef FORKCHAT_CHAT_LEAVE_H
#define FORKCHAT_CHAT_LEAVE_H

#include "actor.h"

/* The user leaves, with all connections: events and tables. irc_text: other words for IRC, "" for the same ones. Needs
 * EVENT_NEED_LEAVE. */
void chat_leave_locked(struct world *world, uint32_t user, enum event_quit how, const char *text, const char *irc_text);

/* The user leaves whose last connection has become another user's: those who hear of it are the others. Needs
 * EVENT_NEED_LEAVE. */
void chat_vanish_locked(struct world *world, uint32_t user);

/* Whether there is room for that user as one more who is detached; and whether they stay if their last connection goes,
 * because their account is always on. */
bool chat_has_room_locked(const struct world *world, uint32_t user);
bool chat_stays_locked(const struct world *world, uint32_t user);

/* The connection is lost or given up; its user leaves with it if they have no other, do not stay (chat_stays_locked),
 * or are put out. Also for the supervisor, after a worker's death. Needs EVENT_NEED_LEAVE. */
void chat_lose_locked(struct world *world, uint32_t connection, enum event_quit how, const char *text,
                      const char *irc_text);

/* Puts a user out: they are shown `event` (EVENT_KILL of the actor, or of the server) with `text`; others see
 * them leave with `reason`, IRC users with `irc_reason`. Needs EVENT_NEED_MAX and
 * EVENT_NEED_LEAVE. */
void chat_put_out_locked(const struct chat *chat, struct event *event, uint32_t victim, const char *text,
                         const char *reason, const char *irc_reason);

/* An operator of the server does, and the others are told. Needs 2 * EVENT_NEED_MAX and EVENT_NEED_LEAVE. */
enum chat_result chat_kill_locked(const struct chat *chat, const struct actor *actor, uint32_t victim,
                                  const char *text);

#endif
