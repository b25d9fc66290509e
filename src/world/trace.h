/* The trace: which messages were sent lately, by whom, to whom. Not what they said. */
#ifndef FORKCHAT_WORLD_TRACE_H
#define FORKCHAT_WORLD_TRACE_H

#include "world.h"

/* So many messages are remembered. */
#define TRACE_SIZE 4096u

struct trace_shm {
    uint64_t id; /* as clients know it */
    int64_t time;
    uint32_t author, author_generation;
    uint32_t is_channel; /* the target is one, else a user */
    uint32_t target, target_generation;
};

/* Remembers a message; the oldest is forgotten. Lock held. */
void trace_add_locked(struct world *world, const struct trace_shm *message);

/* The message with that id, or NULL. Lock held. */
const struct trace_shm *trace_find_locked(const struct world *world, uint64_t id);

#endif
