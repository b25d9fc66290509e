/* Giving up what a process does not need, before it sees a client's first byte. */
#ifndef FORKCHAT_PROCESS_CONFINE_H
#define FORKCHAT_PROCESS_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/sandbox.h"
#include "conf/settings.h"

/* The user and root directory of children of a supervisor started as root, and what the children of any may do. */
struct confinement {
    bool drop; /* false: not root, nothing to give up */
    uid_t uid;
    gid_t gid;
    int root; /* a descriptor, so that it may lose its name; -1: no chroot */
    bool sandbox;
    int64_t worker_memory; /* bytes; 0: no limit */
    int64_t worker_cpu;    /* seconds; 0: no limit */
};

/* Looks up names, makes the empty folder, and says so if there will be no sandbox. Returns 0, or -1 after reporting
 * what is wrong. */
int confine_prepare(struct confinement *confinement, const struct settings *settings);

/* In the child, once it has opened all it needs: chroot, group, user, no way back, no core dumps, limits, sandbox.
 * Exits with 71 if it cannot be done. */
void confine(const struct confinement *confinement, enum sandbox_role role);

/* In a worker that works as it should: its processor time is counted from now on. A life of months may take any amount
 * of it; a worker that goes round and round is ended (SIGXCPU). Costs two system calls a second at most. */
void confine_renew(const struct confinement *confinement);

#endif
