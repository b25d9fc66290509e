/* Leavers. Written by whoever has a user leave or renames one, under the lock; ground truth only. */
#include "leavers.h"

#include "base/clock.h"
#include "base/text.h"
#include "layout.h"

void leaver_add_locked(struct world *world, uint32_t index)
{
    struct world_shm *shm = world->shm;
    const struct user_shm *user = &world->users[index];
    struct leaver_shm *leaver = &world->leavers[shm->leavers_end % LEAVERS];
    shared_save(world->shared, leaver, sizeof *leaver);
    shared_save(world->shared, &shm->leavers_end, sizeof shm->leavers_end);
    leaver->left_at = clock_told();
    text_copy(leaver->nick, sizeof leaver->nick, user->nick);
    text_copy(leaver->username, sizeof leaver->username, user->username);
    text_copy(leaver->host, sizeof leaver->host, user->host);
    text_copy(leaver->realname, sizeof leaver->realname, user->realname);
    text_copy(leaver->account, sizeof leaver->account, user->account);
    shm->leavers_end++;
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
