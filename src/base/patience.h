/* How long another process that does not get on could have got on: who was starved of processor time is innocent. */
#ifndef FORKCHAT_BASE_PATIENCE_H
#define FORKCHAT_BASE_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* All in nanoseconds. While the process waits for a processor (or for a page from a disk), only the processor time it used
 * counts; while it sleeps or is stopped, the time on the clock, and of that no more than PATIENCE_LOOK for each look: who
 * looks late was starved as well, or all were stopped together. */
struct patience {
    int64_t looked;   /* clock_monotonic() of the last look; 0: none yet */
    int64_t spent;    /* processor time the process had used by then */
    int64_t computed; /* since the beginning: processor time it used ... */
    int64_t idled;    /* ... and time in which it did not want any */
};

/* The most that counts between two looks; whoever waits looks at least once a second. */
#define PATIENCE_LOOK INT64_C(1500000000)

/* Looks at the process; the first look only begins. Does not block. Returns computed + idled: what it had. */
int64_t patience_look(struct patience *patience, pid_t pid);

/* The reckoning of one look, for patience_look: the time, the processor time used so far, whether it waits for more. */
void patience_add(struct patience *patience, int64_t now, int64_t spent, bool ready);

#endif
