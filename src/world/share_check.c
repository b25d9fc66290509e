/* Shares, counted anew and held against what the counts say. Run by any process that checks the tables, under the lock;
 * writes nothing. */
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "metadata.h"
#include "shares.h"

/* What the records say, as if they were counted anew. */
struct share_counts {
    uint32_t used[SHARES_CHARGED];
    uint32_t left_behind[SHARES_CHARGED][ORIGINS];
    uint32_t *charged[SHARES_CHARGED]; /* by user */
};

static void count_record(struct share_counts *counts, const struct world *world, enum share_pool pool,
                         const struct charge_shm *charge)
{
    counts->used[pool]++;
    if (charge->user == NONE)
        return;
    const uint32_t *count = share_count_of(world, pool, charge);
    const struct user_shm *user = world_user(world, charge->user);
    if (user && count == &user->charged[pool])
        counts->charged[pool][charge->user]++;
    else
        counts->left_behind[pool][charge->origin % ORIGINS]++;
}

static void count_all(struct share_counts *counts, const struct world *world)
{
    const struct world_shm *shm = world->shm;
    for (uint32_t i = 0; i < shm->masks_end; i++)
        if (mask_is_live(world, &world->masks[i]))
            count_record(counts, world, SHARE_MASKS, &world->masks[i].charge);
    for (uint32_t i = 0; i < shm->channels_end; i++)
        if (world->channels[i].state == CHANNEL_LIVE)
            count_record(counts, world, SHARE_CHANNELS, &world->channels[i].charge);
    for (uint32_t i = 0; i < shm->metadata_end; i++)
        if (world->metadata[i].kind != METADATA_FREE)
            count_record(counts, world, SHARE_METADATA, &world->metadata[i].charge);
}

static bool is_as_told(const struct share_counts *counts, const struct world *world)
{
    const struct world_shm *shm = world->shm;
    if (memcmp(counts->used, shm->used, sizeof counts->used) != 0 ||
        memcmp(counts->left_behind, shm->left_behind, sizeof counts->left_behind) != 0)
        return false;
    for (uint32_t i = 0; i < shm->users_end; i++)
        for (int pool = 0; user_has_nick(world, i) && pool < SHARES_CHARGED; pool++)
            if (counts->charged[pool][i] != world->users[i].charged[pool])
                return false;
    return true;
}

const char *share_check(const struct world *world)
{
    struct share_counts *counts = calloc(1, sizeof *counts);
    bool room = counts != NULL, right = false;
    for (int pool = 0; room && pool < SHARES_CHARGED; pool++)
        room = (counts->charged[pool] = calloc(world->limits.users, sizeof(uint32_t)));
    if (room) {
        count_all(counts, world);
        right = is_as_told(counts, world);
    }
    for (int pool = 0; counts && pool < SHARES_CHARGED; pool++)
        free(counts->charged[pool]);
    free(counts);
    return !room ? "no memory to count the shares" : right ? NULL : "a count of what somebody is charged for is wrong";
}
