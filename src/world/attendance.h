/* Attendance: from when to when people were here; the last of those who left. Those who are still here are
 * in the tables. */
#ifndef FORKCHAT_WORLD_ATTENDANCE_H
#define FORKCHAT_WORLD_ATTENDANCE_H

#include "world.h"

/* So many are remembered; a new one takes the place of the oldest. */
#define ATTENDANCES 4096u

struct attendance_shm {
    int64_t from, to; /* clock_monotonic() */
    uint32_t door;
    char nick[NICK_SIZE]; /* the last one; their address if they never took one */
    char host[HOST_SIZE];
};

/* The user leaves now. */
void attendance_add_locked(struct world *world, uint32_t user);

/* Ends the texts of a copy, as user_seal. */
void attendance_seal(struct attendance_shm *copy);

/* One after the other, the oldest first: *at starts at 0; NULL after the last. */
const struct attendance_shm *attendance_next_locked(const struct world *world, uint64_t *at);

#endif
