/* Wakeups. Posted by every publisher, waited for by couriers and other ring readers.
 *
 * Invariant: `posted` is 1 from the first post until the owner has woken, and the semaphore is posted only
 * on the way from 0 to 1. So a busy owner costs its posters one atomic exchange and no system call. The
 * race: owner clears `posted`, then looks at the ring; publisher advances the ring, then sets `posted`. All
 * four are sequentially consistent, so either the owner sees the record or the publisher sees 0 and posts.
 *
 * Death: a poster may die between flag and post, an owner between its wake-up and the flag. Either leaves
 * a wakeup that says it is posted and wakes nobody. A wait that ends for another reason clears the flag, and
 * wakeup_post_again, for those that hear of deaths, posts whatever the flag says. The price is now and then a
 * wake-up with nothing to look at. */
#include "wakeup.h"

#include <errno.h>
#include <time.h>

#include "base/crashpoint.h"
#include "base/port.h"

int wakeup_init(struct wakeup_shm *wakeup)
{
    atomic_init(&wakeup->posted, 0);
    return sem_init(&wakeup->semaphore, 1, 0);
}

void wakeup_post(struct wakeup_shm *wakeup)
{
    /* pairs with the store in wakeup_wait */
    if (atomic_exchange(&wakeup->posted, 1) == 0) {
        CRASHPOINT("wakeup-half-posted");
        sem_post(&wakeup->semaphore);
    }
}

void wakeup_post_again(struct wakeup_shm *wakeup)
{
    atomic_store(&wakeup->posted, 1);
    sem_post(&wakeup->semaphore);
}

bool wakeup_wait(struct wakeup_shm *wakeup, int milliseconds)
{
    int result;
    if (milliseconds < 0) {
        result = sem_wait(&wakeup->semaphore);
    } else if (milliseconds == 0) {
        result = sem_trywait(&wakeup->semaphore);
    } else {
        result = port_semaphore_wait(&wakeup->semaphore, milliseconds);
    }
    /* Also if nothing was posted: a poster that died before its post must not silence the wakeup for ever.
     * Pairs with the exchange in wakeup_post. */
    atomic_store(&wakeup->posted, 0);
    return result == 0;
}
