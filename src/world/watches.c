/* Watches. Written by the worker of whose they are, and by whoever has that user leave, under the lock. */
#include "watches.h"

#include "base/crashpoint.h"
#include "base/text.h"
#include "layout.h"

/* For every user a few: most have none. */
#define WATCHES_PER_USER 4u

uint32_t watch_limit(const struct world_limits *limits)
{
    return limits->users * WATCHES_PER_USER + 1000;
}

bool watch_is_live(const struct world *world, const struct watch_shm *watch)
{
    return watch->state == WATCH_LIVE && user_has_nick(world, watch->user);
}

void watch_link(struct world *world, uint32_t index)
{
    struct watch_shm *watch = &world->watches[index];
    struct user_shm *user = &world->users[watch->user];
    watch->next = user->first_watch;
    user->first_watch = index;
    user->watch_count++;
    world->shm->used[SHARE_WATCHES]++;
}

uint32_t watch_find_locked(const struct world *world, uint32_t user, const char *nick)
{
    uint32_t limit = watch_limit(&world->limits), left = limit;
    for (uint32_t at = world->users[user].first_watch; at < limit && left-- > 0; at = world->watches[at].next)
        if (text_compare_names(world->watches[at].nick, nick) == 0)
            return at;
    return NONE;
}

static void save(struct world *world, const struct watch_shm *watch)
{
    txn_save(world->txn, watch, offsetof(struct watch_shm, next));
}

uint32_t watch_add_locked(struct world *world, uint32_t user, const char *nick)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_watch, limit = watch_limit(&world->limits);
    if (index < limit)
        shm->free_watch = world->watches[index].next;
    else
        index = world_extend_locked(world, &shm->watches_end, limit);
    if (index == NONE)
        return NONE;
    struct watch_shm *watch = &world->watches[index];
    save(world, watch);
    watch->state = WATCH_LIVE;
    watch->user = user;
    text_copy(watch->nick, sizeof watch->nick, nick);
    CRASHPOINT("watch-added");
    watch_link(world, index);
    return index;
}

void watch_remove_locked(struct world *world, uint32_t index)
{
    struct watch_shm *watch = &world->watches[index];
    struct user_shm *user = &world->users[watch->user];
    uint32_t limit = watch_limit(&world->limits), *at = &user->first_watch;
    save(world, watch);
    for (uint32_t left = limit; *at < limit && left-- > 0; at = &world->watches[*at].next) {
        if (*at == index) {
            *at = watch->next;
            user->watch_count--;
            world->shm->used[SHARE_WATCHES]--;
            break;
        }
    }
    CRASHPOINT("watch-unlinked");
    watch->state = WATCH_FREE;
    watch->next = world->shm->free_watch;
    world->shm->free_watch = index;
}
