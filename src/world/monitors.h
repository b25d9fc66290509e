/* Monitors: nicks that a connection wants to be told of when they come and go (MONITOR). Ground truth here, so that a
 * courier which is replaced finds them; those who deliver keep a copy by nick. */
#ifndef FORKCHAT_WORLD_MONITORS_H
#define FORKCHAT_WORLD_MONITORS_H

#include "world.h"

/* Most that one connection may have. */
#define MONITORS_OF_ONE 100u

enum monitor_state { MONITOR_FREE, MONITOR_LIVE };

struct monitor_shm {
    uint32_t state;
    uint32_t connection;
    char nick[NICK_SIZE];

    uint32_t next; /* derived: of the same connection, or free */
};

/* For every connection a few: most have none. */
#define MONITORS_PER_CONNECTION 4u

/* How many there can be in all. */
static inline uint32_t monitor_limit(const struct world_limits *limits)
{
    return limits->connections * MONITORS_PER_CONNECTION + 1000;
}

/* The connection's monitor of that nick, or NONE. */
uint32_t monitor_find_locked(const struct world *world, uint32_t connection, const char *nick);

/* Adds one that is not there yet; NONE if there is no room. */
uint32_t monitor_add_locked(struct world *world, uint32_t connection, const char *nick);
void monitor_remove_locked(struct world *world, uint32_t monitor);

#endif
