/* WHOWAS records. Written by the process that has a user leave or renames one, under the lock; ground truth only. */
#include "whowas.h"

#include "base/clock.h"
#include "base/text.h"
#include "layout.h"

/* The user's last slot if they have as many as one may; else a new one. */
static struct whowas_shm *place_for(struct world *world, uint32_t index)
{
    struct world_shm *shm = world->shm;
    struct whowas_shm *last = NULL;
    uint32_t count = 0;
    for (uint64_t i = 1; i <= WHOWAS_LOOKED_AT && i <= shm->whowas_end; i++) {
        struct whowas_shm *whowas = &world->whowas[(shm->whowas_end - i) % WHOWAS];
        if (whowas->user != index || whowas->generation != world->users[index].generation)
            continue;
        if (!last)
            last = whowas;
        if (++count == WHOWAS_OF_ONE)
            return last;
    }
    txn_save(world->txn, &shm->whowas_end, sizeof shm->whowas_end);
    return &world->whowas[shm->whowas_end++ % WHOWAS];
}

void whowas_add_locked(struct world *world, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    struct whowas_shm *whowas = place_for(world, index);
    txn_save(world->txn, whowas, sizeof *whowas);
    whowas->user = index;
    whowas->generation = user->generation;
    whowas->left_at = clock_realtime();
    text_copy(whowas->nick, sizeof whowas->nick, user->nick);
    text_copy(whowas->username, sizeof whowas->username, user->username);
    text_copy(whowas->host, sizeof whowas->host, user->host);
    text_copy(whowas->realname, sizeof whowas->realname, user->realname);
    text_copy(whowas->account, sizeof whowas->account, user->account);
}

const struct whowas_shm *whowas_before_locked(const struct world *world, uint64_t *at)
{
    uint64_t end = world->shm->whowas_end;
    if (*at > end)
        *at = end;
    if (*at == 0 || end - *at >= WHOWAS)
        return NULL;
    --*at;
    return &world->whowas[*at % WHOWAS];
}

void whowas_seal(struct whowas_shm *copy)
{
    TEXT_END(copy->nick);
    TEXT_END(copy->username);
    TEXT_END(copy->host);
    TEXT_END(copy->realname);
    TEXT_END(copy->account);
}
