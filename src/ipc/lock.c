/* The lock. Taken by every process of the daemon; the supervisor only ever tries.
 *
 * pthread_mutexattr_setrobust(3): when the owner dies, the next one to lock is told so (EOWNERDEAD), in
 * the middle of whatever the owner did. That one repairs. If it dies too, the next one repairs. */
#include "lock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"

/* This process's id: asking the system at every turn would cost as much as the lock itself. */
static pid_t self;

static void learn_self(void)
{
    self = getpid();
}

struct lock_shm {
    pthread_mutex_t mutex;
    _Atomic pid_t holder;
    _Atomic uint64_t turn;
};

size_t lock_size(void)
{
    return sizeof(struct lock_shm);
}

int lock_init(struct lock_shm *lock)
{
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (!error)
        error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (!error)
        error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (!error)
        error = pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    errno = error;
    return error ? -1 : 0;
}

static enum lock_result taken(struct lock_shm *lock, int error)
{
    if (error == EBUSY)
        return LOCK_BUSY;
    if (!self) {
        pthread_atfork(NULL, NULL, learn_self);
        learn_self();
    }
    if (error && error != EOWNERDEAD)
        bug("the lock cannot be taken: %s", strerror(error));
    CRASHPOINT("lock-nameless");
    atomic_store_explicit(&lock->holder, self, memory_order_relaxed);
    atomic_fetch_add_explicit(&lock->turn, 1, memory_order_relaxed);
    return error ? LOCK_DIED : LOCK_OK;
}

/* Whoever lets go wakes one of those who wait. If that one is stopped before it runs, the lock is free, and the others
 * sleep on: so nobody sleeps for longer than this without looking. */
#define LOOK_MS 500

enum lock_result lock_take(struct lock_shm *lock)
{
    int error = pthread_mutex_trylock(&lock->mutex);
    while (error == EBUSY || error == ETIMEDOUT)
        error = port_mutex_wait(&lock->mutex, LOOK_MS);
    return taken(lock, error);
}

enum lock_result lock_try(struct lock_shm *lock)
{
    return taken(lock, pthread_mutex_trylock(&lock->mutex));
}

void lock_mended(struct lock_shm *lock)
{
    pthread_mutex_consistent(&lock->mutex);
}

void lock_release(struct lock_shm *lock)
{
    atomic_store_explicit(&lock->holder, 0, memory_order_relaxed);
    CRASHPOINT("lock-nameless-again");
    int error = pthread_mutex_unlock(&lock->mutex);
    if (error)
        bug("the lock cannot be released: %s", strerror(error));
}

bool lock_live(struct lock_shm *lock)
{
    enum lock_result result = lock_try(lock);
    if (result == LOCK_DIED)
        lock_mended(lock);
    return result != LOCK_BUSY;
}

/* Its holder stays what it was: it says who the dead one is. */
bool lock_dead(struct lock_shm *lock)
{
    int error = pthread_mutex_trylock(&lock->mutex);
    if (error == EOWNERDEAD)
        lock_mended(lock);
    else if (error) /* EBUSY; or it is damaged, and tells nothing */
        return false;
    pthread_mutex_unlock(&lock->mutex);
    return true;
}

pid_t lock_owner(const struct lock_shm *lock)
{
    return atomic_load_explicit(&lock->holder, memory_order_relaxed);
}

pid_t lock_holder(const struct lock_shm *lock, uint64_t *turn)
{
    *turn = atomic_load_explicit(&lock->turn, memory_order_relaxed);
    return atomic_load_explicit(&lock->holder, memory_order_relaxed);
}
