/* The lock. Taken by every process of the daemon; the supervisor only ever tries.
 *
 * One word says all: who has the lock (a slot; 0: nobody), whether others wait, and how often it was taken. It has no
 * address in it, so a process that writes to it can lie, and no more. contrib/model/lock.pml shows that:
 *  - A process that dies with the lock stays in the word. Nobody looks for that before a wait has ended in vain; then
 *    the kernel says whether that slot's process lives, and the lock goes from the dead to the process that asked,
 *    which repairs. If it dies too, so does the next. The turn is compared as well: another process of that slot may
 *    have the lock by then.
 *  - A process that finds its own slot in the word has it from its predecessor, which nobody takes for dead from now
 *    on.
 *  - A post may get lost with a process that dies between the exchange and the post, or just woken. Therefore no wait
 *    is longer than LOCK_WAIT_MOST_MS. The first waits are short, so that a death is noticed soon; each that ended in
 * vain makes the next one longer, so that thousands who wait leave the processor to the one they wait for. A process
 * that was woken takes the lock as one for which others may wait; a post too many wakes somebody in vain, once. */
#include "lock.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"

#define CONTENDED  (UINT64_C(1) << 32)
#define TURN_SHIFT 33
#define TURN_MASK  UINT32_C(0x7fffffff)

struct lock_shm {
    _Atomic uint64_t word; /* the turn's 31 bits, CONTENDED, the owner's slot */
    sem_t queue;           /* posted once for each release of a contended word */
};

static uint32_t owner_of(uint64_t word)
{
    return (uint32_t)word;
}

static uint32_t turn_of(uint64_t word)
{
    return (uint32_t)(word >> TURN_SHIFT);
}

size_t lock_size(void)
{
    return sizeof(struct lock_shm);
}

int lock_init(struct lock_shm *shm)
{
    atomic_init(&shm->word, 0);
    return sem_init(&shm->queue, 1, 0);
}

/* If the word is still what was seen, of which the owner is nobody or dead, it is ours. Pairs with the exchange in
 * lock_release. */
static bool take_word(struct lock *lock, uint64_t seen, uint64_t contended)
{
    uint32_t turn = (turn_of(seen) + 1) & TURN_MASK;
    uint64_t ours = (uint64_t)turn << TURN_SHIFT | ((seen | contended) & CONTENDED) | lock->slot;
    if (!atomic_compare_exchange_strong_explicit(&lock->shm->word, &seen, ours, memory_order_acquire,
                                                 memory_order_relaxed))
        return false;
    CRASHPOINT("lock-owned");
    lock->turn = turn;
    lock->held = true;
    return true;
}

static enum lock_result result_of(uint64_t seen)
{
    return owner_of(seen) == LOCK_NOBODY ? LOCK_OK : LOCK_DIED;
}

static uint64_t read_word(const struct lock *lock)
{
    return atomic_load_explicit(&lock->shm->word, memory_order_relaxed);
}

static void check_ours(const struct lock *lock, bool held)
{
    if (lock->slot == LOCK_NOBODY || lock->held != held)
        bug(held ? "the lock is released without having been taken" : "the lock is taken twice, or by nobody");
}

static bool is_mine_to_take(const struct lock *lock, uint64_t word)
{
    return owner_of(word) == LOCK_NOBODY || owner_of(word) == lock->slot;
}

static bool is_dead(const struct lock *lock, uint64_t word)
{
    return lock->is_dead && lock->is_dead(lock->context, owner_of(word));
}

enum lock_result lock_try(struct lock *lock)
{
    check_ours(lock, false);
    for (;;) {
        uint64_t word = read_word(lock);
        if (!is_mine_to_take(lock, word) && !is_dead(lock, word))
            return LOCK_BUSY;
        /* Not given up because the word has changed: if it has our slot in it, all others take us for its owner. */
        if (take_word(lock, word, 0))
            return result_of(word);
    }
}

/* Waits for a post, after the owner in the word has been told to post. Returns false if the time is up. */
static bool wait_in_queue(const struct lock *lock, uint64_t word, int milliseconds)
{
    if (!(word & CONTENDED) && !atomic_compare_exchange_strong_explicit(&lock->shm->word, &word, word | CONTENDED,
                                                                        memory_order_relaxed, memory_order_relaxed))
        return true; /* it is another word by now */
    CRASHPOINT("lock-queued");
    return port_semaphore_wait(&lock->shm->queue, milliseconds) == 0 || errno == EINTR;
}

int lock_wait_longer(int milliseconds)
{
    return milliseconds < LOCK_WAIT_MOST_MS ? 2 * milliseconds : milliseconds;
}

enum lock_result lock_take(struct lock *lock)
{
    uint64_t contended = 0;
    int wait = LOCK_WAIT_LEAST_MS;
    check_ours(lock, false);
    for (;;) {
        uint64_t word = read_word(lock);
        if (!is_mine_to_take(lock, word)) {
            bool woken = wait_in_queue(lock, word, wait);
            contended = CONTENDED;
            if (woken)
                continue;
            wait = lock_wait_longer(wait);
            word = read_word(lock); /* its owner now */
            if (!is_mine_to_take(lock, word) && !is_dead(lock, word))
                continue;
        }
        if (take_word(lock, word, contended))
            return result_of(word);
    }
}

void lock_release(struct lock *lock)
{
    check_ours(lock, true);
    lock->held = false;
    /* pairs with the exchange in take_word */
    uint64_t word =
        atomic_exchange_explicit(&lock->shm->word, (uint64_t)lock->turn << TURN_SHIFT, memory_order_release);
    CRASHPOINT("lock-freed");
    if (owner_of(word) != lock->slot)
        bug("the lock was taken from its owner by slot %u", owner_of(word));
    if (word & CONTENDED)
        sem_post(&lock->shm->queue);
}

uint32_t lock_owner(const struct lock *lock, uint32_t *turn)
{
    uint64_t word = read_word(lock);
    *turn = turn_of(word);
    return owner_of(word);
}
