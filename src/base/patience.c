/* Patience with other processes. Whoever waits for one uses it; writes no shared memory. */
#include "patience.h"

#include "clock.h"
#include "port.h"

/* Looks closer to one another are one: each costs some system calls. */
#define APART (20 * MS)

void patience_add(struct patience *patience, int64_t now, int64_t spent, bool ready)
{
    int64_t passed = now - patience->looked, used = spent - patience->spent;
    if (passed > PATIENCE_LOOK)
        passed = PATIENCE_LOOK;
    if (patience->looked && used > 0)
        patience->computed += used;
    if (patience->looked && !ready && passed > used)
        patience->idled += passed - (used > 0 ? used : 0);
    patience->looked = now;
    patience->spent = spent;
}

int64_t patience_look(struct patience *patience, pid_t pid)
{
    int64_t now = clock_monotonic();
    if (now - patience->looked >= APART)
        patience_add(patience, now, port_process_time(pid), port_process_is_ready(pid));
    return patience->computed + patience->idled;
}
