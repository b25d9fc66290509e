/* A small world without a name, for targets that need one. Include driver.h first. */
#ifndef FORKCHAT_T_FUZZ_WORLD_H
#define FORKCHAT_T_FUZZ_WORLD_H

#include <unistd.h>

#include "ipc/region.h"
#include "transport/door.h"

static struct txn fuzz_shared;
static struct world fuzz_world;
static struct settings *fuzz_settings;

/* Once. The log goes nowhere from then on. */
static void fuzz_make_world(void)
{
    struct world_limits limits = {
        .users = 8, .connections = 4, .channels = 20, .members = 40, .masks = 50, .couriers = 1};
    char name[REGION_NAME_SIZE];
    if (fuzz_settings)
        return;
    snprintf(name, sizeof name, "/forkchat-fuzz-%ld", (long)getpid());
    fuzz_hush();
    if (txn_create(&fuzz_shared, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)))
        abort();
    region_unlink(name);
    world_create(&fuzz_world, &fuzz_shared, &limits);
    fuzz_settings = settings_new();
    settings_complete(fuzz_settings);
    fuzz_settings->flood.count = 0;
}

static inline void claim_world(void)
{
    txn_begin_look(&fuzz_shared);
    const char *wrong = world_check_locked(&fuzz_world);
    if (wrong)
        printf("%s\n", wrong);
    CLAIM(!wrong);
    txn_commit(&fuzz_shared);
}

#endif
