/* The runtime directory: that only one daemon uses it, and what one that was killed left behind. */
#ifndef FORKCHAT_PROCESS_RUNTIME_H
#define FORKCHAT_PROCESS_RUNTIME_H

#include "ipc/shared.h"
#include "world/settings.h"
#include "world/world.h"

struct runtime {
    char pid_path[4096];
    int pid_file; /* locked by the supervisor alone */
    int family;   /* locked as long as any process of the daemon lives */
};

/* Takes the directory. If processes of a daemon whose supervisor was killed are still there, ends them.
 * Returns 0, or an exit status after reporting what is wrong. */
int runtime_take(struct runtime *runtime, const struct settings *settings);

/* Writes the pid file. */
void runtime_write_pid(const struct runtime *runtime);

/* Gives it back on a clean exit. */
void runtime_release(struct runtime *runtime);

/* Makes the shared memory for these settings, with `couriers` couriers whose readers are open. Returns 0, or
 * -1 after reporting. */
int runtime_create_world(struct shared *shared, struct world *world,
                         const struct settings *settings, int couriers);

#endif
