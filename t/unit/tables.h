/* Tables for tests that change them, and that die in the middle of changing them. The test has the lock all the time.
 */
#ifndef FORKCHAT_T_UNIT_TABLES_H
#define FORKCHAT_T_UNIT_TABLES_H

#include <string.h>
#include <sys/wait.h>

#include "check.h"
#include "child.h"
#include "world/connections.h"

static struct txn txn;
static struct world world;
static char tables_name[REGION_NAME_SIZE];

/* Room for 20 users, 10 channels, and so many masks. */
static inline void tables_start(uint32_t masks)
{
    struct world_limits limits = {
        .users = 20, .connections = 20, .channels = 10, .members = 40, .masks = masks, .couriers = 4};
    child_name_region(tables_name);
    CHECK(txn_create(&txn, tables_name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)) == 0);
    world_create(&world, &txn, &limits);
    txn_begin_look(&txn);
}

/* A new user, who must be the `user`th, with a connection in the slot of the same number. */
static inline uint32_t tables_attach(uint32_t user, const char *address, const char *host)
{
    CHECK(user_create_locked(&world, address, host) == user);
    user_attach_locked(&world, user, user, 1, 0, address, host);
    return user;
}

/* And leaves; the slot is free again. */
static inline void tables_leave(uint32_t user)
{
    user_leave_locked(&world, user);
    connection_free_locked(&world, user);
}

static inline bool tables_are_consistent(void)
{
    const char *wrong = world_check_locked(&world);
    if (wrong)
        printf("# %s\n", wrong);
    return !wrong;
}

static inline void tables_stop(void)
{
    CHECK(tables_are_consistent());
    world_repair_locked(&world);
    CHECK(tables_are_consistent());
    txn_commit(&txn);
    region_unmap(&txn.region);
    region_unlink(tables_name);
}

/* A child begins a change and dies with the lock held. */
static inline void tables_die_in(void (*change)(uint32_t which), uint32_t which)
{
    txn_commit(&txn);
    pid_t child = fork();
    if (child == 0) {
        txn_begin(&txn, 0);
        change(which);
        raise(SIGKILL);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    txn_begin_look(&txn);
    CHECK(tables_are_consistent());
}

#endif
