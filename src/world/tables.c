/* Where each table lies in the region: laid out by the supervisor that makes it, found by all who attach to it.
 *
 * Every record is ground truth (saved in the journal before it changes, so that a half-made change can be
 * taken back) followed by derived fields (hash chains, member lists, counts: not saved, but rebuilt by
 * world_repair_locked from the ground truth). */
#include <errno.h>

#include "attendance.h"
#include "bans.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"
#include "counters.h"
#include "delivery_marks.h"
#include "guesses.h"
#include "layout.h"
#include "metadata.h"
#include "monitors.h"
#include "penalties.h"
#include "recorder.h"
#include "whowas.h"

/* The arrays behind the head, each from a new cache line. */
struct places {
    uint64_t users, connections, channels, members, masks, nick_buckets, channel_buckets;
    uint64_t bans, whowas, monitors;
    uint64_t attendances, counters;
    uint64_t metadata;
    uint64_t delivery_marks, recorders, penalties, guesses, end;
};

static uint64_t after(uint64_t offset, uint64_t count, uint64_t size)
{
    return (offset + count * size + 63) & ~UINT64_C(63);
}

static struct places place(const struct world_limits *limits)
{
    struct places places;
    places.users = after(0, 1, sizeof(struct world_shm));
    places.connections = after(places.users, limits->users, sizeof(struct user_shm));
    places.channels = after(places.connections, limits->connections, sizeof(struct connection_shm));
    places.members = after(places.channels, limits->channels, sizeof(struct channel_shm));
    places.masks = after(places.members, limits->members, sizeof(struct member_shm));
    places.nick_buckets = after(places.masks, limits->masks, sizeof(struct mask_shm));
    places.channel_buckets =
        after(places.nick_buckets, world_buckets(limits->users), sizeof(uint32_t));
    places.bans = after(places.channel_buckets, world_buckets(limits->channels), sizeof(uint32_t));
    places.whowas = after(places.bans, BANS, sizeof(struct ban_shm));
    places.monitors = after(places.whowas, WHOWAS, sizeof(struct whowas_shm));
    places.metadata = after(places.monitors, monitor_limit(limits), sizeof(struct monitor_shm));
    places.attendances = after(places.metadata, metadata_limit(limits), sizeof(struct metadata_shm));
    places.counters = after(places.attendances, ATTENDANCES, sizeof(struct attendance_shm));
    places.delivery_marks = after(places.counters, 1, counters_size(limits));
    places.recorders = after(places.delivery_marks, limits->connections, sizeof(struct delivery_marks_shm));
    places.penalties = after(places.recorders, 1, recorders_size(limits));
    places.guesses = after(places.penalties, PENALTIES, sizeof(struct penalty_shm));
    places.end = after(places.guesses, 1, guesses_size(limits));
    return places;
}

size_t world_size(const struct world_limits *limits)
{
    uint64_t end = place(limits).end;
    return end < SIZE_MAX ? (size_t)end : SIZE_MAX;
}

static void repair(void *context)
{
    world_repair_locked(context);
}

static void lay_out(struct world *world, struct txn *txn, const struct world_limits *limits)
{
    char *base = txn_area(txn, NULL);
    struct places places = place(limits);
    *world = (struct world){.txn = txn,
                            .shm = (struct world_shm *)base,
                            .users = (struct user_shm *)(base + places.users),
                            .connections = (struct connection_shm *)(base + places.connections),
                            .channels = (struct channel_shm *)(base + places.channels),
                            .members = (struct member_shm *)(base + places.members),
                            .masks = (struct mask_shm *)(base + places.masks),
                            .nick_buckets = (uint32_t *)(base + places.nick_buckets),
                            .channel_buckets = (uint32_t *)(base + places.channel_buckets),
                            .bans = (struct ban_shm *)(base + places.bans),
                            .whowas = (struct whowas_shm *)(base + places.whowas),
                            .monitors = (struct monitor_shm *)(base + places.monitors),
                            .attendances = (struct attendance_shm *)(base + places.attendances),
                            .counters = (struct counters_shm *)(base + places.counters),
                            .metadata = (struct metadata_shm *)(base + places.metadata),
                            .delivery_marks = (struct delivery_marks_shm *)(base + places.delivery_marks),
                            .penalties = (struct penalty_shm *)(base + places.penalties),
                            .recorders = (struct recorder_shm *)(base + places.recorders),
                            .guesses = (struct guesses_shm *)(base + places.guesses),
                            .limits = *limits};
    txn_set_repair(txn, repair, world);
}

void world_create(struct world *world, struct txn *txn, const struct world_limits *limits)
{
    lay_out(world, txn, limits);
    world->shm->limits = *limits;
    world->shm->started_at = clock_realtime();
    world->shm->started_monotonic = clock_monotonic();
    if (port_random(&world->shm->seed, sizeof world->shm->seed))
        log_warning("no random number for the tables");
    world_repair_locked(world); /* nobody else is here yet */
    txn_begin(txn, 0);
    channel_set_modes_locked(world, channel_create_locked(world, LOBBY_NAME, NONE),
                             CHANNEL_NO_EXTERNAL | CHANNEL_TOPIC_LOCK);
    txn_commit(txn);
}

int world_attach(struct world *world, struct txn *txn)
{
    size_t size;
    const struct world_shm *shm = txn_area(txn, &size);
    if (size < sizeof *shm) {
        errno = EPROTO;
        return -1;
    }
    struct world_limits limits = shm->limits;
    if (limits.users > size || limits.connections > size || limits.channels > size || limits.couriers == 0 ||
        limits.couriers > COUNTED_COURIERS || world_size(&limits) > size) {
        errno = EPROTO;
        return -1;
    }
    lay_out(world, txn, &limits);
    return 0;
}
