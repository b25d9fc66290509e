/* The worker process: one client. */
#ifndef FORKCHAT_PROCESS_WORKER_H
#define FORKCHAT_PROCESS_WORKER_H

#include <signal.h>

#include "child_start.h"
#include "world/penalties.h"

/* Serves the client until it leaves. Returns the status for the process to exit with. */
int worker_main(const struct child_start *start);

/* What the client of a worker that ended in that way is to be blamed for, or PENALTY_NONE. */
enum penalty worker_trouble(const siginfo_t *death);

/* Whether a child died of a signal or an error. */
bool worker_has_crashed(const siginfo_t *death);

#endif
