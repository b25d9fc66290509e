/* The message index: which messages were sent lately, by whom, to whom. Not what they said. */
#ifndef FORKCHAT_WORLD_MESSAGE_INDEX_H
#define FORKCHAT_WORLD_MESSAGE_INDEX_H

#include "world.h"

/* So many messages are remembered. */
#define MESSAGE_INDEX_SIZE 4096u

struct message_index_shm {
    uint64_t id; /* as clients know it */
    int64_t time;
    uint32_t author, author_generation;
    uint32_t is_channel; /* the target is one, else a user */
    uint32_t target, target_generation;
};

/* Remembers a message; the oldest is forgotten. Lock held. */
void message_index_add_locked(struct world *world, const struct message_index_shm *message);

/* The message with that id, or NULL. Lock held. */
const struct message_index_shm *message_index_find_locked(const struct world *world, uint64_t id);

/* The id of the first that is not below `id`, or UINT64_MAX. As far as it was sent here, it is where a record of the
 * ring begins. Lock held. */
uint64_t message_index_first_locked(const struct world *world, uint64_t id);

#endif
