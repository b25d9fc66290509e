/* Leavers. Written by whoever has a user leave or renames one, under the lock; ground truth only. */
#include "leavers.h"

#include "base/clock.h"
#include "base/text.h"
#include "layout.h"

/* The user's last place if they have as many as one may; else a new one. */
static struct leaver_shm *place_for(struct world *world, uint32_t index)
{
    struct world_shm *shm = world->shm;
    struct leaver_shm *last = NULL;
    uint32_t count = 0;
    for (uint64_t i = 1; i <= LEAVERS_LOOKED_AT && i <= shm->leavers_end; i++) {
        struct leaver_shm *leaver = &world->leavers[(shm->leavers_end - i) % LEAVERS];
        if (leaver->user != index || leaver->generation != world->users[index].generation)
            continue;
        if (!last)
            last = leaver;
        if (++count == LEAVERS_OF_ONE)
            return last;
    }
    txn_save(world->txn, &shm->leavers_end, sizeof shm->leavers_end);
    return &world->leavers[shm->leavers_end++ % LEAVERS];
}

void leaver_add_locked(struct world *world, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    struct leaver_shm *leaver = place_for(world, index);
    txn_save(world->txn, leaver, sizeof *leaver);
    leaver->user = index;
    leaver->generation = user->generation;
    leaver->left_at = clock_realtime();
    text_copy(leaver->nick, sizeof leaver->nick, user->nick);
    text_copy(leaver->username, sizeof leaver->username, user->username);
    text_copy(leaver->host, sizeof leaver->host, user->host);
    text_copy(leaver->realname, sizeof leaver->realname, user->realname);
    text_copy(leaver->account, sizeof leaver->account, user->account);
}

const struct leaver_shm *leaver_before_locked(const struct world *world, uint64_t *at)
{
    uint64_t end = world->shm->leavers_end;
    if (*at > end)
        *at = end;
    if (*at == 0 || end - *at >= LEAVERS)
        return NULL;
    --*at;
    return &world->leavers[*at % LEAVERS];
}

void leaver_seal(struct leaver_shm *copy)
{
    TEXT_END(copy->nick);
    TEXT_END(copy->username);
    TEXT_END(copy->host);
    TEXT_END(copy->realname);
    TEXT_END(copy->account);
}
