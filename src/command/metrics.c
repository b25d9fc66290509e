/* All numbers in the text format of Prometheus (version 0.0.4): names end in their unit, counters in _total. Run by
 * metrics processes; changes nothing. */
#include "metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "counts.h"
#include "world/bans.h"
#include "world/counters.h"

static void head(struct session *session, const char *name, const char *type, const char *help)
{
    char line[300];
    int length = snprintf(line, sizeof line, "# HELP forkchat_%s %s\n# TYPE forkchat_%s %s\n", name, help, name, type);
    session_say(session, line, (size_t)length);
}

/* `labels` as in door="plain", or "". */
static void sample(struct session *session, const char *name, const char *labels, uint64_t value)
{
    char line[300];
    int length = snprintf(line, sizeof line, "forkchat_%s%s%s%s %" PRIu64 "\n", name, *labels ? "{" : "", labels,
                          *labels ? "}" : "", value);
    session_say(session, line, (size_t)length);
}

static void gauge(struct session *session, const char *name, const char *help, uint64_t value)
{
    head(session, name, "gauge", help);
    sample(session, name, "", value);
}

static void of_each_courier(struct session *session, const char *name, enum courier_count count, const char *help)
{
    head(session, name, "counter", help);
    for (uint32_t i = 0; i < session->world->limits.couriers && i < COUNTED_COURIERS; i++) {
        char label[40];
        snprintf(label, sizeof label, "courier=\"%u\"", i);
        sample(session, name, label, courier_count_get(session->world, i, count));
    }
}

static void write_clients(struct session *session)
{
    struct counts counts;
    counts_take(session, &counts);
    head(session, "clients", "gauge", "Clients who are here, by door.");
    for (int i = 0; i < DOOR_KINDS; i++) {
        if (door_listed((enum door_kind)i) != (enum door_kind)i)
            continue;
        char label[60];
        snprintf(label, sizeof label, "door=\"%s\"", door_name((enum door_kind)i));
        sample(session, "clients", label, counts.doors[i]);
    }
    gauge(session, "clients_limit", "Clients there may be at one time.", (uint64_t)session->settings->max_clients);
    gauge(session, "operators", "Operators who are here.", counts.operators);
    gauge(session, "channels", "Channels there are.", counts.channels);
    head(session, "arrivals_total", "counter", "Clients who came.");
    sample(session, "arrivals_total", "", counts.arrivals);
}

static void write_couriers(struct session *session)
{
    const struct world *world = session->world;
    const struct ring *ring = &world->txn->ring;
    uint64_t size, fill = ring_fill(ring, &size), waiting = 0;
    head(session, "lines_total", "counter", "Lines that were said.");
    sample(session, "lines_total", "", courier_count_get(world, 0, COURIER_MESSAGES));
    of_each_courier(session, "deliveries_total", COURIER_DELIVERIES, "Events given to clients.");
    of_each_courier(session, "dropped_lines_total", COURIER_DROPPED, "Lines left out for clients who read too slowly.");
    of_each_courier(session, "slow_clients_closed_total", COURIER_HUNG_UP,
                    "Clients closed because they read too slowly.");
    head(session, "courier_lag_bytes", "gauge", "What a courier has not read of the ring yet.");
    for (uint32_t i = 0; i < world->limits.couriers && i < COUNTED_COURIERS; i++) {
        char label[40];
        uint64_t cursor = ring_cursor(ring, (int)i), at = ring_head(ring);
        snprintf(label, sizeof label, "courier=\"%u\"", i);
        sample(session, "courier_lag_bytes", label, at > cursor ? at - cursor : 0);
    }
    for (uint32_t i = 0; i < world->limits.connections; i++)
        waiting += connection_queue(world, i);
    gauge(session, "queue_bytes", "What waits for clients to read.", waiting);
    gauge(session, "ring_size_bytes", "Size of the ring.", size);
    gauge(session, "ring_fill_bytes", "What the slowest courier has not read of the ring yet.", fill);
    gauge(session, "shared_memory_bytes", "Size of the shared memory, used or not.", world->txn->region.size);
}

void metrics_write(struct session *session)
{
    const struct world *world = session->world;
    uint64_t bans = 0;
    head(session, "build_info", "gauge", "Always 1; the version is in the label.");
    sample(session, "build_info", "version=\"" FORKCHAT_VERSION "\"", 1);
    gauge(session, "start_time_seconds", "When the server was started, in seconds since 1970.",
          (uint64_t)world_started(world) / 1000);
    write_clients(session);
    write_couriers(session);
    if (session_begin(session, 0)) {
        for (uint32_t i = 0; i < bans_end_locked(world); i++)
            bans += ban_at_locked(world, i, clock_monotonic()) != NULL;
        session_commit(session);
    }
    gauge(session, "bans", "Bans that are kept.", bans);
    const char *last = "";
#define COUNT(symbol, metric, label, meaning)                                                                          \
    if (strcmp(last, metric) != 0)                                                                                     \
        head(session, metric "_total", "counter", meaning);                                                            \
    last = metric;                                                                                                     \
    sample(session, metric "_total", label, count_get(world, COUNT_##symbol));
    COUNTS(COUNT)
#undef COUNT
    (void)last;
}
