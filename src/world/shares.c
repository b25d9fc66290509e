/* Shares. The charges are ground truth, in the records that they are for; the counts are derived. Run by any process
 * that changes the tables, under the lock. */
#include "shares.h"

#include <string.h>

#include "base/net.h"
#include "layout.h"
#include "metadata.h"
#include "monitors.h"

/* The bits of an address that one host has to itself: all, of IPv6 a network. */
#define IPV4_BITS 32
#define IPV6_BITS 64

/* Below one in so many of all that there can be, those of an address from which others have left something behind are
 * no longer given the few that everybody may have. */
#define SCARCE 16u

/* How many everybody may have. */
static const uint32_t few[] = {
    [SHARE_MASKS] = 2, [SHARE_CHANNELS] = 1, [SHARE_METADATA] = 2, [SHARE_MONITORS] = 2, [SHARE_MEMBERS] = 3};

uint32_t share_limit(const struct world *world, enum share_pool pool)
{
    const uint32_t limits[] = {[SHARE_MASKS] = world->limits.masks,
                               [SHARE_CHANNELS] = world->limits.channels,
                               [SHARE_METADATA] = metadata_limit(&world->limits),
                               [SHARE_MONITORS] = monitor_limit(&world->limits),
                               /* One for each user is kept, so that nobody finds the lobby shut. */
                               [SHARE_MEMBERS] = world->limits.members - world->limits.users};
    return limits[pool];
}

uint32_t share_used_locked(const struct world *world, enum share_pool pool)
{
    const struct world_shm *shm = world->shm;
    return pool == SHARE_MEMBERS ? shm->memberships - world->channels[LOBBY].member_count : shm->used[pool];
}

/* How much of it the user has. */
static uint32_t held(const struct world *world, uint32_t index, enum share_pool pool)
{
    const struct user_shm *user = &world->users[index];
    uint32_t monitors = 0;
    if (pool == SHARE_MEMBERS)
        return user->membership_count;
    if (pool != SHARE_MONITORS)
        return user->charged[pool];
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, index, list);
    for (uint32_t i = 0; i < count; i++)
        monitors += world->connections[list[i]].monitor_count;
    return monitors;
}

/* And what others have left behind who came from where they are. */
static uint32_t left_behind(const struct world *world, const struct user_shm *user, enum share_pool pool)
{
    return pool < SHARES_CHARGED ? world->shm->left_behind[pool][user->origin % ORIGINS] : 0;
}

enum share_answer share_ask_locked(const struct world *world, enum share_pool pool, uint32_t index)
{
    const struct user_shm *user = world_user(world, index);
    uint32_t most = share_limit(world, pool), used = share_used_locked(world, pool);
    uint32_t free = used < most ? most - used : 0, kept = few[pool] * world->shm->present;
    if (free == 0)
        return SHARE_NONE;
    if (!user || (user->flags & USER_OPERATOR))
        return SHARE_FITS;
    uint32_t own = held(world, index, pool), all = own + left_behind(world, user, pool);
    if (own < few[pool] && (free > most / SCARCE || all < few[pool]))
        return SHARE_FITS;
    return free > kept && all < (free - kept) / 2 ? SHARE_FITS : SHARE_SPENT;
}

uint32_t share_origin(const struct world *world, const char *host)
{
    unsigned char bytes[16];
    if (!net_parse_host(host, bytes))
        return 0;
    struct net_range range = net_range_of(bytes, IPV4_BITS, IPV6_BITS);
    return (uint32_t)(world_hash(world, range.bytes, sizeof range.bytes) % ORIGINS);
}

struct charge_shm share_charge(const struct world *world, uint32_t index)
{
    const struct user_shm *user = world_user(world, index);
    if (!user)
        return (struct charge_shm){.user = NONE};
    return (struct charge_shm){.user = index, .generation = user->generation, .origin = user->origin};
}

/* Where it counts: with the user while they are here, else with their origin. */
uint32_t *share_count_of(const struct world *world, enum share_pool pool, const struct charge_shm *charge)
{
    struct user_shm *user = world_user(world, charge->user);
    return user && user_has_nick(world, charge->user) && user->generation == charge->generation
               ? &user->charged[pool]
               : &world->shm->left_behind[pool][charge->origin % ORIGINS];
}

void share_add(struct world *world, enum share_pool pool, const struct charge_shm *charge)
{
    world->shm->used[pool]++;
    if (charge->user != NONE)
        ++*share_count_of(world, pool, charge);
}

static void take_one(uint32_t *count)
{
    *count -= *count > 0;
}

void share_drop(struct world *world, enum share_pool pool, const struct charge_shm *charge)
{
    take_one(&world->shm->used[pool]);
    if (charge->user != NONE)
        take_one(share_count_of(world, pool, charge));
}

void share_leave(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    for (int pool = 0; pool < SHARES_CHARGED; pool++) {
        world->shm->left_behind[pool][user->origin % ORIGINS] += user->charged[pool];
        user->charged[pool] = 0;
    }
}
