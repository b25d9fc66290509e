/* What a worker that was taken over could write: attaches to the region of a daemon that runs, by its runtime directory,
 * and has every life held by PID, as far as the region says. Prints how many were changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ipc/lock.h"
#include "world/world.h"

/* Where the holder stands in a lock is the lock's secret: where its pid is. */
static int forge(struct lock_shm *life, pid_t pid)
{
    pid_t holder = lock_owner(life);
    char *end = (char *)life + lock_size();
    for (char *at = (char *)life; at + sizeof holder <= end; at += sizeof holder) {
        if (memcmp(at, &holder, sizeof holder) != 0)
            continue;
        memcpy(at, &pid, sizeof pid);
        if (lock_owner(life) == pid)
            return 1;
        memcpy(at, &holder, sizeof holder);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char path[4096];
    char name[REGION_NAME_SIZE];
    struct txn txn;
    struct world world;
    int forged = 0;
    if (argc != 3 || !realpath(argv[1], path)) {
        fprintf(stderr, "usage: forge RUNTIME-DIRECTORY PID\n");
        return EX_USAGE;
    }
    region_name(path, name);
    if (txn_open(&txn, name, WORLD_LAYOUT) || world_attach(&world, &txn)) {
        perror("forge");
        return EX_UNAVAILABLE;
    }
    for (uint32_t i = 0; i < world.limits.users + world.limits.couriers; i++)
        if (!lock_dead(world_life(&world, i)))
            forged += forge(world_life(&world, i), atoi(argv[2]));
    printf("%d\n", forged);
    return 0;
}
