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
#include "owned_nicks.h"
#include "penalties.h"
#include "origins.h"
#include "recorder.h"
#include "whowas.h"

/* The arrays behind the head, each from a new cache line. */
struct offsets {
    uint64_t users, connections, channels, members, masks, nick_buckets, channel_buckets;
    uint64_t bans, whowas, monitors;
    uint64_t attendances, counters;
    uint64_t metadata;
    uint64_t delivery_marks, recorders, penalties, guesses, origins, reach, owned_nicks, end;
};

static uint64_t after(uint64_t offset, uint64_t count, uint64_t size)
{
    return (offset + count * size + 63) & ~UINT64_C(63);
}

static struct offsets offsets_of(const struct world_limits *limits)
{
    struct offsets offsets;
    offsets.users = after(0, 1, sizeof(struct world_shm));
    offsets.connections = after(offsets.users, limits->users, sizeof(struct user_shm));
    offsets.channels = after(offsets.connections, limits->connections, sizeof(struct connection_shm));
    offsets.members = after(offsets.channels, limits->channels, sizeof(struct channel_shm));
    offsets.masks = after(offsets.members, limits->members, sizeof(struct member_shm));
    offsets.nick_buckets = after(offsets.masks, limits->masks, sizeof(struct mask_shm));
    offsets.channel_buckets = after(offsets.nick_buckets, world_buckets(limits->users), sizeof(uint32_t));
    offsets.bans = after(offsets.channel_buckets, world_buckets(limits->channels), sizeof(uint32_t));
    offsets.whowas = after(offsets.bans, BANS, sizeof(struct ban_shm));
    offsets.monitors = after(offsets.whowas, WHOWAS, sizeof(struct whowas_shm));
    offsets.metadata = after(offsets.monitors, monitor_limit(limits), sizeof(struct monitor_shm));
    offsets.attendances = after(offsets.metadata, metadata_limit(limits), sizeof(struct metadata_shm));
    offsets.counters = after(offsets.attendances, ATTENDANCES, sizeof(struct attendance_shm));
    offsets.delivery_marks = after(offsets.counters, 1, counters_size(limits));
    offsets.recorders = after(offsets.delivery_marks, limits->connections, sizeof(struct delivery_marks_shm));
    offsets.penalties = after(offsets.recorders, 1, recorders_size(limits));
    offsets.guesses = after(offsets.penalties, PENALTIES, sizeof(struct penalty_shm));
    offsets.origins = after(offsets.guesses, 1, guesses_size(limits));
    offsets.reach = after(offsets.origins, 1, origins_size(limits));
    offsets.owned_nicks = after(offsets.reach, 1, reach_size(limits));
    offsets.end = after(offsets.owned_nicks, 1, owned_nicks_size());
    return offsets;
}

size_t world_size(const struct world_limits *limits)
{
    uint64_t end = offsets_of(limits).end;
    return end < SIZE_MAX ? (size_t)end : SIZE_MAX;
}

static void repair(void *context)
{
    world_repair_locked(context);
}

static void lay_out(struct world *world, struct txn *txn, const struct world_limits *limits)
{
    char *base = txn_area(txn, NULL);
    struct offsets offsets = offsets_of(limits);
    *world = (struct world){.txn = txn,
                            .shm = (struct world_shm *)base,
                            .users = (struct user_shm *)(base + offsets.users),
                            .connections = (struct connection_shm *)(base + offsets.connections),
                            .channels = (struct channel_shm *)(base + offsets.channels),
                            .members = (struct member_shm *)(base + offsets.members),
                            .masks = (struct mask_shm *)(base + offsets.masks),
                            .nick_buckets = (uint32_t *)(base + offsets.nick_buckets),
                            .channel_buckets = (uint32_t *)(base + offsets.channel_buckets),
                            .bans = (struct ban_shm *)(base + offsets.bans),
                            .whowas = (struct whowas_shm *)(base + offsets.whowas),
                            .monitors = (struct monitor_shm *)(base + offsets.monitors),
                            .attendances = (struct attendance_shm *)(base + offsets.attendances),
                            .counters = (struct counters_shm *)(base + offsets.counters),
                            .metadata = (struct metadata_shm *)(base + offsets.metadata),
                            .delivery_marks = (struct delivery_marks_shm *)(base + offsets.delivery_marks),
                            .penalties = (struct penalty_shm *)(base + offsets.penalties),
                            .recorders = (struct recorder_shm *)(base + offsets.recorders),
                            .guesses = (struct guesses_shm *)(base + offsets.guesses),
                            .origins = (struct origin_shm *)(base + offsets.origins),
                            .reach = (uint32_t *)(base + offsets.reach),
                            .owned_nicks = (struct owned_nicks_shm *)(base + offsets.owned_nicks),
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
