/* What a worker that was taken over could write: attaches to the region of a daemon, by its runtime directory, and has
 * all pids in it be PID. Prints how many were changed. */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "world/connections.h"

int main(int argc, char **argv)
{
    static char path[4096];
    char name[REGION_NAME_SIZE];
    struct txn txn;
    struct world world;
    int forged = 1;
    if (argc != 3 || !realpath(argv[1], path)) {
        fprintf(stderr, "usage: forge RUNTIME-DIRECTORY PID\n");
        return EX_USAGE;
    }
    region_name(path, name);
    if (txn_open(&txn, name, WORLD_LAYOUT) || world_attach(&world, &txn)) {
        perror("forge");
        return EX_UNAVAILABLE;
    }
    world_note_supervisor(&world, atoi(argv[2]));
    for (uint32_t i = 0; i < world.limits.connections; i++)
        if (world.connections[i].state != CONNECTION_FREE) {
            world.connections[i].pid = atoi(argv[2]);
            forged++;
        }
    printf("%d\n", forged);
    return 0;
}
