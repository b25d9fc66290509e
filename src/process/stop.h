/* SIGTERM, for children that end by themselves when they have done what they are at. */
#ifndef FORKCHAT_PROCESS_STOP_H
#define FORKCHAT_PROCESS_STOP_H

#include <stdbool.h>

#include "ipc/wakeup.h"

/* Takes note of SIGTERM from now on, and posts the wakeup on which the process sleeps, or NULL: the signal interrupts
 * it wherever it waits. */
void stop_catch(struct wakeup_shm *wakeup);

/* Whether it came. */
bool stop_is_asked(void);

#endif
