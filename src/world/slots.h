/* Slots: a number for each process that lives in a world and takes its lock. Workers have those of their connections,
 * couriers, services and the supervisor their own, and all others (control processes, the console, those that look from
 * outside) share the rest. */
#ifndef FORKCHAT_WORLD_SLOTS_H
#define FORKCHAT_WORLD_SLOTS_H

#include "world.h"

/* Control processes and consoles, those of a supervisor that was killed among them. */
#define SLOT_OTHERS 128

uint32_t slot_of_worker(const struct world *world, uint32_t connection);
uint32_t slot_of_courier(const struct world *world, uint32_t courier);
uint32_t slot_of_collector(const struct world *world, uint32_t number);
uint32_t slot_of_archivist(const struct world *world, uint32_t number);
uint32_t slot_of_supervisor(const struct world *world);
uint32_t slot_of_keeper(const struct world *world, uint32_t keeper); /* 0: there is one */

/* The lowest of the others', of SLOT_OTHERS in a row: also how many slots of those before there are, which begin at 1.
 */
uint32_t slot_of_others(const struct world *world);

/* This process lives there from now on, until it ends, and takes the lock as that one (txn_live). Returns 0, or -1 and
 * errno: EAGAIN or EACCES if somebody else does. slot_live_among_others: EAGAIN if no slot is left. Before the sandbox.
 */
int slot_live(struct world *world, uint32_t slot);
int slot_live_among_others(struct world *world);

/* The pid of the process that lives there, as the kernel knows it; 0 if none does, LIVENESS_UNKNOWN if it does not say.
 * A process does not ask it of its own slot. */
pid_t slot_pid(const struct world *world, uint32_t slot);
bool slot_is_alive(const struct world *world, uint32_t slot);

#endif
