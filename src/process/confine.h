/* Giving up what a process does not need, before it sees a client's first byte. */
#ifndef FORKCHAT_PROCESS_CONFINE_H
#define FORKCHAT_PROCESS_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "world/settings.h"

/* Who and where the children of a supervisor started as root shall be. */
struct confinement {
    bool drop; /* false: not root, nothing to give up */
    uid_t uid;
    gid_t gid;
    char *root; /* NULL: no chroot */
};

/* Looks up names and makes the empty folder. Returns 0, or -1 after reporting what is wrong. */
int confine_prepare(struct confinement *confinement, const struct settings *settings);

/* In the child: chroot, group, user, no way back, no core dumps. Exits with 71 if it cannot be done. */
void confine(const struct confinement *confinement);

#endif
