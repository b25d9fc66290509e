/* A shutdown that is announced as the time runs down. Kept by the supervisor. */
#ifndef FORKCHAT_PROCESS_COUNTDOWN_H
#define FORKCHAT_PROCESS_COUNTDOWN_H

#include <stdbool.h>

#include "world/world.h"

struct countdown {
    bool unread;  /* an operator changed it; not yet looked at */
    int64_t at;   /* clock_monotonic() of the end; 0: none */
    int64_t told; /* seconds left at the last announcement */
    char text[STOP_TEXT_SIZE];
};

/* An operator has set or cancelled one: world_stop_locked says which. */
void countdown_start(struct countdown *countdown);

/* Announces what is to be announced now. Returns after how many nanoseconds it wants to be called again at the latest;
 * 0: the time is up. Never waits for the lock. */
int64_t countdown_step(struct countdown *countdown, struct world *world, const char *server_name, int64_t now);

#endif
