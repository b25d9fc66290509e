/* Attaches to the region of a daemon that runs, by its runtime directory, and walks the tables. Prints how many places
 * are taken and what is wrong; status 1 then. The lock is taken as everybody takes it, so a death that nobody has
 * mended yet is mended first. */
#include <stdio.h>
#include <sysexits.h>

#include "observer.h"
#include "world/connections.h"

int main(int argc, char **argv)
{
    struct txn txn;
    struct world world;
    unsigned taken = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: check RUNTIME-DIRECTORY\n");
        return EX_USAGE;
    }
    if (observer_attach(argv[1], &txn, &world)) {
        perror("check");
        return EX_UNAVAILABLE;
    }
    txn_begin_look(&txn);
    const char *wrong = world_check_locked(&world);
    for (uint32_t i = 0; i < world_connections_end_locked(&world); i++)
        taken += world_connection(&world, i)->state != CONNECTION_FREE;
    txn_commit(&txn);
    printf("%u places taken, tables: %s\n", taken, wrong ? wrong : "whole");
    return wrong != NULL;
}
