/* One who looks at the tables of a daemon that runs, from outside. */
#ifndef FORKCHAT_T_CHAOS_OBSERVER_H
#define FORKCHAT_T_CHAOS_OBSERVER_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "world/slots.h"

/* Attaches to the region of the daemon with that runtime directory and lives there among others, as whoever takes the
 * lock has to. Returns 0, or -1 and errno. */
static inline int observer_attach(const char *runtime, struct txn *txn, struct world *world)
{
    static char path[4096];
    char name[REGION_NAME_SIZE];
    if (!realpath(runtime, path))
        return -1;
    region_name(path, name);
    int directory = open(path, O_RDONLY | O_DIRECTORY);
    int status = directory < 0 || txn_open(txn, name, WORLD_LAYOUT) || world_attach(world, txn) ||
                 liveness_open(&txn->liveness, directory) || slot_live_among_others(world);
    if (directory >= 0)
        close(directory);
    return status ? -1 : 0;
}

#endif
