/* Processes that died of a signal or an error: the last of them. */
#ifndef FORKCHAT_WORLD_CRASHES_H
#define FORKCHAT_WORLD_CRASHES_H

#include "recorder.h"

/* So many are remembered; a new one takes the place of the oldest. */
#define CRASHES 32u

struct crash_shm {
    int64_t at;        /* ms since 1970 */
    int64_t monotonic; /* clock_monotonic() then */
    int32_t pid;
    int32_t by_signal; /* or else `number` is an exit status */
    int32_t number;
    uint32_t door;    /* DOOR_KINDS: none */
    char process[16]; /* worker, courier, control */
    char who[ADDRESS_SIZE];
    char address[ADDRESS_SIZE];
    struct recording recording;
};

void crash_add_locked(struct world *world, const struct crash_shm *crash);

/* Ends the texts of a copy, and its lines, where they end. */
void crash_seal(struct crash_shm *copy);

/* Walks back in time: the crash before *at, which starts as UINT64_MAX; NULL before the oldest. */
const struct crash_shm *crash_before_locked(const struct world *world, uint64_t *at);

#endif
