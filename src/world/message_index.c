/* The message index. Written by workers under the lock; ground truth only. */
#include "message_index.h"

#include "layout.h"

void message_index_add_locked(struct world *world, const struct message_index_shm *message)
{
    struct world_shm *shm = world->shm;
    struct message_index_shm *slot = &shm->message_index[shm->messages_indexed % MESSAGE_INDEX_SIZE];
    txn_save(world->txn, slot, sizeof *slot);
    txn_save(world->txn, &shm->messages_indexed, sizeof shm->messages_indexed);
    *slot = *message;
    shm->messages_indexed++;
}

const struct message_index_shm *message_index_find_locked(const struct world *world, uint64_t id)
{
    const struct world_shm *shm = world->shm;
    uint64_t count = shm->messages_indexed < MESSAGE_INDEX_SIZE ? shm->messages_indexed : MESSAGE_INDEX_SIZE;
    for (uint64_t i = 1; i <= count; i++) {
        const struct message_index_shm *message = &shm->message_index[(shm->messages_indexed - i) % MESSAGE_INDEX_SIZE];
        if (message->id == id)
            return message;
    }
    return NULL;
}

uint64_t message_index_first_locked(const struct world *world, uint64_t id)
{
    const struct world_shm *shm = world->shm;
    uint64_t count = shm->messages_indexed < MESSAGE_INDEX_SIZE ? shm->messages_indexed : MESSAGE_INDEX_SIZE;
    uint64_t first = UINT64_MAX;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t at = shm->message_index[(shm->messages_indexed - i) % MESSAGE_INDEX_SIZE].id;
        if (at >= id && at < first)
            first = at;
    }
    return first;
}
