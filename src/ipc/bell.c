/* Bells. Rung by every publisher, waited for by couriers and other ring readers.
 *
 * Invariant: `rung` is 1 from the first ring until the owner has woken, and the semaphore is posted only
 * on the way from 0 to 1. So a busy owner costs its ringers one atomic exchange and no system call. The
 * race: owner clears `rung`, then looks at the ring; publisher advances the ring, then sets `rung`. All
 * four are sequentially consistent, so either the owner sees the record or the publisher sees 0 and posts.
 *
 * Death: a ringer may die between flag and post, an owner between its wake-up and the flag. Either leaves
 * a bell that says it rings and wakes nobody. A wait that ends for another reason clears the flag, and
 * bell_ring_again, for who hears of deaths, posts whatever the flag says. The price is now and then a
 * wake-up with nothing to look at. */
#include "bell.h"

#include <errno.h>
#include <time.h>

#include "base/crashpoint.h"
#include "base/port.h"

int bell_init(struct bell_shm *bell)
{
    atomic_init(&bell->rung, 0);
    return sem_init(&bell->semaphore, 1, 0);
}

void bell_ring(struct bell_shm *bell)
{
    /* pairs with the store in bell_wait */
    if (atomic_exchange(&bell->rung, 1) == 0) {
        CRASHPOINT("bell-half-rung");
        sem_post(&bell->semaphore);
    }
}

void bell_ring_again(struct bell_shm *bell)
{
    atomic_store(&bell->rung, 1);
    sem_post(&bell->semaphore);
}

bool bell_wait(struct bell_shm *bell, int milliseconds)
{
    int result;
    if (milliseconds < 0) {
        result = sem_wait(&bell->semaphore);
    } else if (milliseconds == 0) {
        result = sem_trywait(&bell->semaphore);
    } else {
        result = port_semaphore_wait(&bell->semaphore, milliseconds);
    }
    /* Also without a ring: a ringer that died before its post must not silence the bell for ever.
     * Pairs with the exchange in bell_ring. */
    atomic_store(&bell->rung, 0);
    return result == 0;
}
