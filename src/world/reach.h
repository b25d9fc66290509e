/* Which couriers have connections in a channel: only they need to wake for what is said there. Derived from memberships
 * and connections, and kept with every change of either. */
#ifndef FORKCHAT_WORLD_REACH_H
#define FORKCHAT_WORLD_REACH_H

#include "world.h"

size_t reach_size(const struct world_limits *limits);

/* The couriers that write to a connection of a member of the channel, as a set of ring readers: bits 1 << courier. */
uint64_t reach_of_channel_locked(const struct world *world, uint32_t channel);

/* The couriers that write to a connection of the user; none for NONE. */
uint64_t reach_of_user_locked(const struct world *world, uint32_t user);

/* The courier that writes to the connection; none for NONE. */
uint64_t reach_of_connection(const struct world *world, uint32_t connection);

#endif
