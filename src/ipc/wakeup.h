/* A wakeup wakes one process that has something to look at. Posting one that is posted already is free. */
#ifndef FORKCHAT_IPC_WAKEUP_H
#define FORKCHAT_IPC_WAKEUP_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Lives in shared memory, one owner who waits, any number who post. wakeup.c alone touches the fields. */
struct wakeup_shm {
    sem_t semaphore;
    _Atomic uint32_t posted;
};

/* Makes a wakeup that is not posted. Returns 0, or -1 and errno. */
int wakeup_init(struct wakeup_shm *wakeup);

/* Wakes the owner, now or at its next wakeup_wait. Does not block. A signal handler may call it. */
void wakeup_post(struct wakeup_shm *wakeup);

/* The same whether it is posted already or not. For a process that hears of a death: the dead may have been in the
 * middle of posting. A signal handler may call it. */
void wakeup_post_again(struct wakeup_shm *wakeup);

/* Waits for a post, for at most `milliseconds` (-1: for ever). True if it was posted, false when the time was
 * up or a signal came. Whatever was published before the post is seen after it. May be true once more
 * than there was something to see. */
bool wakeup_wait(struct wakeup_shm *wakeup, int milliseconds);

#endif
