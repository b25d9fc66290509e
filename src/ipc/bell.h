/* A bell wakes one process that has something to look at. Ringing a bell that already rings is free. */
#ifndef FORKCHAT_IPC_BELL_H
#define FORKCHAT_IPC_BELL_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Lives in shared memory, one owner who waits, any number who ring. bell.c alone touches the fields. */
struct bell_shm {
    sem_t semaphore;
    _Atomic uint32_t rung;
};

/* Makes a silent bell. Returns 0, or -1 and errno. */
int bell_init(struct bell_shm *bell);

/* Wakes the owner, now or at its next bell_wait. Does not block. A signal handler may call it. */
void bell_ring(struct bell_shm *bell);

/* The same whether it rings already or not. For whoever hears that a process died: it may have died in
 * the middle of ringing. A signal handler may call it. */
void bell_ring_again(struct bell_shm *bell);

/* Waits for a ring, for at most `milliseconds` (-1: for ever). True if it rang, false when the time was
 * up or a signal came. Whatever was published before the ring is seen after it. May be true once more
 * than there was something to see. */
bool bell_wait(struct bell_shm *bell, int milliseconds);

#endif
