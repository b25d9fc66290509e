/* Bans from the server, and what addresses owe. */
#ifndef FORKCHAT_CHAT_BAN_H
#define FORKCHAT_CHAT_BAN_H

#include "actor.h"
#include "world/bans.h"
#include "world/penalties.h"

/* The ban that holds for the user, or NULL. */
const struct ban_shm *chat_find_ban_locked(const struct world *world, uint32_t user);

/* Adds the ban, whose mask is normalised, in the actor's name, and tells the operators. One of everybody has to be
 * forced. Those who are here and fit it are still to be put out. Needs EVENT_NEED_MAX. */
enum chat_result chat_ban_locked(const struct chat *chat, const struct actor *actor, struct ban_shm *ban, bool forced);

/* Puts out the first who fits, operators excepted, from the place *at on, and has their name; false if there is none.
 * One in a transaction, as journals are small. Needs EVENT_NEED_MAX and EVENT_NEED_LEAVE. */
bool chat_put_out_banned_locked(const struct chat *chat, const struct ban_shm *ban, uint32_t *at,
                                char name[ADDRESS_SIZE]);

/* Takes the ban of a normalised mask back. Needs EVENT_NEED_MAX. */
enum chat_result chat_unban_locked(const struct chat *chat, const struct actor *actor, const char *mask);

/* An operator lifts what an address owes. */
enum chat_result chat_forgive_locked(const struct chat *chat, const struct actor *actor,
                                     const struct penalty_shm *penalty);

/* "until 2026-11-21 09:30:00 UTC", or "for ever" for 0. */
#define CHAT_BAN_END_SIZE 40
void chat_describe_ban_end(char text[CHAT_BAN_END_SIZE], int64_t expires_monotonic);

#endif
