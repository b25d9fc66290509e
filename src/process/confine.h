/* Giving up what a process does not need, before it sees a client's first byte. */
#ifndef FORKCHAT_PROCESS_CONFINE_H
#define FORKCHAT_PROCESS_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/sandbox.h"
#include "world/settings.h"

/* Who and where the children of a supervisor started as root shall be, and what those of any may do. */
struct confinement {
    bool drop; /* false: not root, nothing to give up */
    uid_t uid;
    gid_t gid;
    char *root; /* NULL: no chroot */
    bool sandbox;
    int64_t worker_memory; /* bytes; 0: no limit */
};

/* Looks up names, makes the empty folder, and says so if there will be no sandbox. Returns 0, or -1 after reporting what
 * is wrong. */
int confine_prepare(struct confinement *confinement, const struct settings *settings);

/* In the child, once it has opened all it needs: chroot, group, user, no way back, no core dumps, limits, sandbox. Exits
 * with 71 if it cannot be done. */
void confine(const struct confinement *confinement, enum sandbox_role role);

#endif
