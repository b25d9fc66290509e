/* The one lock: between processes, each in a slot of its own. It survives the death of its owner. */
#ifndef FORKCHAT_IPC_LOCK_H
#define FORKCHAT_IPC_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lock_result {
    LOCK_OK,
    LOCK_DIED, /* taken, but its owner died holding it: mend what it guards */
    LOCK_BUSY, /* lock_try only */
};

struct lock_shm;

/* Whether nobody lives in that slot any more. Not asked of one's own slot. */
typedef bool lock_verdict(const void *context, uint32_t slot);

/* A process's own view of it. */
struct lock {
    struct lock_shm *shm;
    uint32_t slot; /* of this process; LOCK_NOBODY: it must not take the lock */
    uint32_t turn; /* of this process, while it has the lock */
    bool held;
    lock_verdict *is_dead;
    const void *context; /* of the verdict */
};

#define LOCK_NOBODY 0u

/* How much shared memory a lock needs. */
size_t lock_size(void);

/* Makes a free lock in zeroed memory. Returns 0, or -1 and errno. */
int lock_init(struct lock_shm *shm);

/* Who waits for what others must do looks again after so long, in case they died instead. A wait that ended in vain is
 * followed by a longer one, so that thousands who wait leave the processor to the one they wait for. */
#define LOCK_WAIT_LEAST_MS 50
#define LOCK_WAIT_MOST_MS  1600
int lock_wait_longer(int milliseconds);

/* Takes the lock; lock_take blocks until it is free or its owner dead, lock_try never. The process must be known to
 * live in its slot before, and nobody else may. Not for signal handlers. */
enum lock_result lock_take(struct lock *lock);
enum lock_result lock_try(struct lock *lock);

/* Only by the owner. */
void lock_release(struct lock *lock);

/* The slot of the owner, and how often the lock was taken so far: the same answer twice, a while apart, means that the
 * owner is stuck. LOCK_NOBODY while the lock is free. A hint, read without the lock; any process may have written it.
 */
uint32_t lock_owner(const struct lock *lock, uint32_t *turn);

#endif
