/* What is counted for insight: read by control and metrics, written by the processes concerned. All are relaxed
 * atomics: no lock, in no order with anything, and nobody waits for them. */
#ifndef FORKCHAT_WORLD_COUNTERS_H
#define FORKCHAT_WORLD_COUNTERS_H

#include "world.h"

/* COUNT(symbol, metric, label, meaning): of the daemon, by the supervisor. Rows of one metric stand together. */
#define COUNTS(COUNT)                                                                                                  \
    COUNT(WORKERS, "forks", "process=\"worker\"", "Processes forked.")                                                 \
    COUNT(COURIERS, "forks", "process=\"courier\"", "")                                                                \
    COUNT(CONTROLS, "forks", "process=\"control\"", "")                                                                \
    COUNT(KEEPERS, "forks", "process=\"keeper\"", "")                                                                  \
    COUNT(HISTORIANS, "forks", "process=\"history\"", "")                                                              \
    COUNT(WORKER_CRASHES, "crashes", "process=\"worker\"", "Processes that died by a signal or an error.")             \
    COUNT(COURIER_CRASHES, "crashes", "process=\"courier\"", "")                                                       \
    COUNT(CONTROL_CRASHES, "crashes", "process=\"control\"", "")                                                       \
    COUNT(KEEPER_CRASHES, "crashes", "process=\"keeper\"", "")                                                         \
    COUNT(HISTORIAN_CRASHES, "crashes", "process=\"history\"", "")                                                     \
    COUNT(REFUSED_BANNED, "refusals", "reason=\"banned\"", "Connections refused.")                                     \
    COUNT(REFUSED_RATE, "refusals", "reason=\"connect-rate\"", "")                                                     \
    COUNT(REFUSED_FULL, "refusals", "reason=\"max-clients\"", "")                                                      \
    COUNT(REFUSED_ADDRESS, "refusals", "reason=\"max-clients-per-address\"", "")                                       \
    COUNT(REFUSED_NETWORK, "refusals", "reason=\"max-clients-per-network\"", "")                                       \
    COUNT(REFUSED_PENALTY, "refusals", "reason=\"penalty\"", "")                                                       \
    COUNT(REFUSED_BUSY, "refusals", "reason=\"busy\"", "")                                                             \
    COUNT(PENALTY_CRASHES, "penalties", "reason=\"crash\"", "Penalties for what clients did.")                         \
    COUNT(PENALTY_PASSWORDS, "penalties", "reason=\"password\"", "")                                                   \
    COUNT(PENALTY_SILENCES, "penalties", "reason=\"silence\"", "")                                                     \
    COUNT(KEEPER_CALLS, "keeper_calls", "", "Questions that the keeper of accounts answered.")                         \
    COUNT(RELOADS, "reloads", "result=\"done\"", "Readings of the configuration.")                                     \
    COUNT(RELOADS_REFUSED, "reloads", "result=\"refused\"", "")

enum count {
#define COUNT(symbol, metric, label, meaning) COUNT_##symbol,
    COUNTS(COUNT)
#undef COUNT
        COUNT_KINDS
};

/* Of each courier. */
enum courier_count {
    COURIER_EVENTS,     /* records read */
    COURIER_MESSAGES,   /* of them, what people said; the same at every courier */
    COURIER_DELIVERIES, /* events given to a client */
    COURIER_DROPPED,    /* lines left out because a client reads too slowly */
    COURIER_HUNG_UP,    /* clients closed for it */
    COURIER_COUNTS
};

#define COUNTED_COURIERS 32u

struct counters_shm;
size_t counters_size(const struct world_limits *limits);

void count_add(const struct world *world, enum count count);
uint64_t count_get(const struct world *world, enum count count);
void courier_count_add(const struct world *world, uint32_t courier, enum courier_count count, uint64_t more);
uint64_t courier_count_get(const struct world *world, uint32_t courier, enum courier_count count);

/* Bytes that wait for the client of that connection to read. */
void connection_set_queue(const struct world *world, uint32_t connection, size_t bytes);
size_t connection_queue(const struct world *world, uint32_t connection);

#endif
