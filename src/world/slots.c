/* Slots. Asked by every process; writes no shared memory. */
#include "slots.h"

#include <errno.h>

uint32_t slot_of_worker(const struct world *world, uint32_t connection)
{
    (void)world;
    return 1 + connection; /* 0 is LOCK_NOBODY */
}

uint32_t slot_of_courier(const struct world *world, uint32_t courier)
{
    return slot_of_worker(world, world->limits.connections) + courier;
}

uint32_t slot_of_collector(const struct world *world, uint32_t number)
{
    (void)number;
    return slot_of_courier(world, world->limits.couriers);
}

uint32_t slot_of_archivist(const struct world *world, uint32_t number)
{
    return slot_of_collector(world, number) + 1;
}

uint32_t slot_of_supervisor(const struct world *world)
{
    return slot_of_archivist(world, 0) + 1;
}

uint32_t slot_of_keeper(const struct world *world, uint32_t keeper)
{
    return slot_of_supervisor(world) + 1 + keeper;
}

uint32_t slot_of_others(const struct world *world)
{
    return slot_of_keeper(world, 0) + 1;
}

int slot_live(struct world *world, uint32_t slot)
{
    return txn_live(world->txn, slot);
}

int slot_live_among_others(struct world *world)
{
    uint32_t first = slot_of_others(world);
    for (uint32_t i = 0; i < SLOT_OTHERS; i++) {
        if (slot_live(world, first + i) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES)
            return -1;
    }
    errno = EAGAIN;
    return -1;
}

pid_t slot_pid(const struct world *world, uint32_t slot)
{
    return liveness_pid(&world->txn->liveness, slot);
}

bool slot_is_alive(const struct world *world, uint32_t slot)
{
    return slot_pid(world, slot) != 0;
}
