/* The courier process: follows the ring and writes to clients. */
#ifndef FORKCHAT_PROCESS_COURIER_H
#define FORKCHAT_PROCESS_COURIER_H

#include "conf/settings.h"
#include "inherited.h"
#include "world/world.h"

/* What a worker sends with its client's socket. */
struct handover {
    uint32_t connection;
    uint32_t generation;
};

struct owners;

/* Runs courier `number`, which knows those owners of slots, until all is over (world_end), then delivers what is left
 * for at most a second, and returns. Returns as well, once no client is owed anything, when it is to make way for
 * another (world_retire, SIGTERM). */
void courier_run(struct world *world, const struct settings *settings, int number, const struct inherited *inherited,
                 struct owners *owners);

#endif
