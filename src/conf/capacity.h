/* How many clients a host carries with these settings, and which of its limits comes first. */
#ifndef FORKCHAT_CONF_CAPACITY_H
#define FORKCHAT_CONF_CAPACITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct settings;
struct world_limits;

/* How many couriers there will be: as was said, or one for each processor. */
int capacity_couriers(const struct settings *settings);

/* How large the tables are for so many clients, and users without one. */
struct world_limits capacity_tables(int64_t clients, int64_t detached, int couriers);

/* How many clients so many couriers can hold the sockets of, each with so many descriptors. */
int64_t capacity_of_descriptors(int64_t descriptors, int couriers);

/* One limit of the host. */
struct capacity_limit {
    const char *name;
    int64_t clients; /* whom it allows */
    char why[200];
    const char *cure;
};

#define CAPACITY_LIMITS 9

struct capacity {
    int64_t configured; /* max-clients */
    int64_t clients;    /* what the host carries; those who are here included */
    int count;          /* of limits that are known; at least one */
    const struct capacity_limit *first;
    struct capacity_limit limits[CAPACITY_LIMITS];
};

/* Measures the host for a daemon with these settings, whose supervisor is `pid`; `runs`: it is there already, with its
 * shared memory and perhaps with clients. Takes as long as port_host. */
void capacity_measure(struct capacity *capacity, const struct settings *settings, pid_t pid, bool runs);

#endif
