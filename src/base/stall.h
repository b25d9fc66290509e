/* Stalls: for how long a process has been stuck although it had processor time. One that was starved of it is
 * innocent. */
#ifndef FORKCHAT_BASE_STALL_H
#define FORKCHAT_BASE_STALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* All in nanoseconds. While the process waits for a processor (or for a page from a disk), only the processor time
 * it used counts; while it sleeps or is stopped, the time on the clock, and of that no more than STALL_STEP_MOST for
 * each measurement: a process that measures late was starved as well, or all were stopped together. */
struct stall {
    int64_t measured; /* clock_monotonic() of the last measurement; 0: none yet */
    int64_t spent;    /* processor time the process had used by then */
    int64_t computed; /* since the beginning: processor time it used ... */
    int64_t idled;    /* ... and time in which it did not want any */
};

/* The most that counts between two measurements; a process that waits measures at least once a second. */
#define STALL_STEP_MOST INT64_C(1500000000)

/* Measures the process; the first time only begins. Does not block.
 * Returns computed + idled: the time it could have used. */
int64_t stall_measure(struct stall *stall, pid_t pid);

/* The arithmetic of one measurement, for stall_measure: the time, the processor time used so far, whether it waits for
 * more. */
void stall_add(struct stall *stall, int64_t now, int64_t spent, bool ready);

#endif
