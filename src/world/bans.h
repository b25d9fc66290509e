/* Bans from the server, by user@host. The host may have wildcards, or be a range as in 192.0.2.0/24. The
 * table is shared; the supervisor keeps it on disk and looks at it before it lets anybody in. */
#ifndef FORKCHAT_WORLD_BANS_H
#define FORKCHAT_WORLD_BANS_H

#include "base/mask.h"
#include "world.h"

#define BANS            1024u
#define BAN_REASON_SIZE 200

enum ban_state { BAN_FREE, BAN_LIVE };

struct ban_shm {
    uint32_t state;
    int64_t set_at; /* ms since 1970 */
    int64_t
        expires_monotonic; /* clock_monotonic(): it lasts as long as was said, however the clock is set; 0: for ever */
    char mask[MASK_SIZE];
    char by[NICK_SIZE];
    char reason[BAN_REASON_SIZE];
};

enum ban_result {
    BAN_ADDED,
    BAN_CHANGED, /* there was one of that mask: it has the new reason and time now */
    BAN_FULL,
};

/* Writes `mask` as user@host ("*@" in front of a bare host). False if it can be none: too long, no user
 * or host, a nick in it, a host that mask_normalise_host() refuses. */
bool ban_normalise(char normal[MASK_SIZE], const char *mask);

/* Adds one; those that have expired at `now` (clock_monotonic()) make room. The texts are cut to their sizes. */
enum ban_result ban_add_locked(struct world *world, const struct ban_shm *ban, int64_t now);

/* Ends the texts of a copy, as user_seal. */
void ban_seal(struct ban_shm *copy);

/* Whether a normalised mask is for everybody, or near enough that nobody means it: any user, and any host, or the hosts
 * of 2^24 IPv4 addresses and more (a range of fewer than 8 bits; 16 of IPv6). */
bool ban_is_wide(const char *mask);

/* False if there is none of that (normalised) mask. */
bool ban_remove_locked(struct world *world, const char *mask);

/* Whether the ban holds at `now` (clock_monotonic()) for that user. The ~ in front of a username nobody has
 * checked need not be in the mask. */
bool ban_matches(const struct ban_shm *ban, const char *username, const char *host, int64_t now);

/* The same for somebody of whom only the address is known: bans of everyone there. */
bool ban_matches_host(const struct ban_shm *ban, const char *host, int64_t now);

/* The first that matches, or NULL. */
const struct ban_shm *ban_find_locked(const struct world *world, const char *username, const char *host, int64_t now);

/* One by one, with gaps: NULL for a slot that is free or expired; none from bans_end_locked on. */
const struct ban_shm *ban_at_locked(const struct world *world, uint32_t index, int64_t now);
uint32_t bans_end_locked(const struct world *world);

/* Changes with every change of a ban. Without the lock. */
uint32_t bans_version(const struct world *world);

#endif
