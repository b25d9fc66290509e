/* Measures for how long another process has been stuck. Run by processes that wait for it; writes no shared memory. */
#include "stall.h"

#include "clock.h"
#include "port.h"

/* Measurements closer to one another are one: each costs some system calls. */
#define APART (20 * MS)

void stall_add(struct stall *stall, int64_t now, int64_t spent, bool ready)
{
    int64_t passed = now - stall->measured, used = spent - stall->spent;
    if (passed > STALL_STEP_MOST)
        passed = STALL_STEP_MOST;
    if (stall->measured && used > 0)
        stall->computed += used;
    if (stall->measured && !ready && passed > used)
        stall->idled += passed - (used > 0 ? used : 0);
    stall->measured = now;
    stall->spent = spent;
}

int64_t stall_measure(struct stall *stall, pid_t pid)
{
    int64_t now = clock_monotonic();
    if (now - stall->measured >= APART)
        stall_add(stall, now, port_process_time(pid), port_process_is_ready(pid));
    return stall->computed + stall->idled;
}
