/* The one lock: a mutex between processes that survives the death of its owner. */
#ifndef FORKCHAT_IPC_LOCK_H
#define FORKCHAT_IPC_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum lock_result {
    LOCK_OK,
    LOCK_DIED, /* taken, but its owner died holding it: mend what it guards, then call lock_mended */
    LOCK_BUSY, /* lock_try only */
};

struct lock_shm;

/* How much shared memory a lock needs. */
size_t lock_size(void);

/* Makes a free lock in zeroed memory. Returns 0, or -1 and errno. */
int lock_init(struct lock_shm *lock);

/* Takes the lock; lock_take blocks until it is free, lock_try never. Not for signal handlers. */
enum lock_result lock_take(struct lock_shm *lock);
enum lock_result lock_try(struct lock_shm *lock);

/* After LOCK_DIED: what the lock guards is consistent again. */
void lock_mended(struct lock_shm *lock);

void lock_release(struct lock_shm *lock);

/* A lock that a process takes when it is born and never gives back tells, whosever child it is, whether it lives.
 * live: takes it; false if somebody lives there. dead: whether nobody does (any more). Neither blocks. */
bool lock_live(struct lock_shm *lock);
bool lock_dead(struct lock_shm *lock);

/* Who took it last, alive or dead; 0 if nobody did. What stands in shared memory: not to be trusted. */
pid_t lock_owner(const struct lock_shm *lock);

/* Who holds it and for the how-manieth time it was taken: the same answer twice, a while apart, means
 * that the holder is stuck. The process is 0 while the lock is free. A hint, read without the lock. */
pid_t lock_holder(const struct lock_shm *lock, uint64_t *turn);

#endif
