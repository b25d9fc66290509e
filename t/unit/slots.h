/* Slots for tests whose processes take the lock at the same time, or live and die. */
#ifndef FORKCHAT_T_UNIT_SLOTS_H
#define FORKCHAT_T_UNIT_SLOTS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "ipc/liveness.h"

/* A directory of the test's own; slots_remove takes it away. Returns a descriptor. */
static inline int slots_directory(char path[64])
{
    snprintf(path, 64, "/tmp/forkchat-unit-XXXXXX");
    CHECK(mkdtemp(path));
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static inline void slots_remove(const char *path, int directory)
{
    liveness_unlink(directory);
    close(directory);
    rmdir(path);
}

/* Files without names. */
static inline void slots_make(struct liveness *liveness)
{
    char path[64];
    int directory = slots_directory(path);
    CHECK(liveness_make(liveness, directory) == 0);
    slots_remove(path, directory);
}

#endif
