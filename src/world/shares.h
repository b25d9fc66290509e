/* Shares: nobody can use up what all have in common. The tables have room for so many masks, channels, pieces of
 * metadata, monitors and memberships; each has somebody who is charged for it, and a command that wants one more asks
 * here first.
 *
 * Each user may have a few of everything, which are kept for all who are present. Of what is left, one may have more as
 * long as that is less than half of what is still free. So one greedy user gets a third and leaves two, two get a
 * quarter each, and however many there are, a newcomer can have as much as each of them. Operators of the server
 * may have whatever is free.
 *
 * What stays behind when its user leaves (masks, channels, and the metadata of channels that others are in) is charged
 * to where they were: to everybody of that address, so that nobody has more by coming again and again. */
#ifndef FORKCHAT_WORLD_SHARES_H
#define FORKCHAT_WORLD_SHARES_H

#include "world.h"

enum share_answer {
    SHARE_FITS,
    SHARE_SPENT, /* there is room, but this user has enough */
    SHARE_NONE,  /* there is no room for anybody */
};

/* Whether the user (NONE: the server) may have one more. */
enum share_answer share_ask_locked(const struct world *world, enum share_pool pool, uint32_t user);

/* How many there can be, and are. */
uint32_t share_limit(const struct world *world, enum share_pool pool);
uint32_t share_used_locked(const struct world *world, enum share_pool pool);

/* ---- for the files of src/world ---- */

/* The charge for something that user (NONE: the server) takes. */
struct charge_shm share_charge(const struct world *world, uint32_t user);

/* It is there, or no longer. Derived. */
void share_add(struct world *world, enum share_pool pool, const struct charge_shm *charge);
void share_drop(struct world *world, enum share_pool pool, const struct charge_shm *charge);

/* The user has left: what stays behind is charged to where they were. Derived. */
void share_leave(struct world *world, uint32_t user);

/* Where somebody is, as far as shares count. */
uint32_t share_origin(const struct world *world, const char *host);

/* For world_check_locked. */
const char *share_check(const struct world *world);

#endif
