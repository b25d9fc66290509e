/* The tables as a whole: layout and settings text. Created by the supervisor, used by all.
 *
 * Every record is ground truth (saved in the journal before it changes, so that a half-made change can be
 * taken back) followed by derived fields (hash chains, member lists, counts: not saved, but rebuilt by
 * world_repair_locked from the ground truth). */
#include "world.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/port.h"
#include "attendance.h"
#include "bans.h"
#include "counters.h"
#include "guesses.h"
#include "layout.h"
#include "whowas.h"
#include "metadata.h"
#include "penalties.h"
#include "recorder.h"
#include "delivery_marks.h"
#include "monitors.h"

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

uint32_t world_buckets(uint32_t entries)
{
    uint32_t buckets = 64;
    while (buckets < entries && buckets < UINT32_C(1) << 31)
        buckets *= 2;
    return buckets;
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

void world_note_supervisor(struct world *world, pid_t pid)
{
    atomic_store(&world->shm->supervisor, (int32_t)pid); /* pairs with the load in world_noted_supervisor */
}

pid_t world_noted_supervisor(const struct world *world)
{
    return atomic_load(&world->shm->supervisor);
}

void world_add_claim(struct world *world)
{
    atomic_fetch_add(&world->shm->claims, 1); /* pairs with the load in world_claims */
}

uint32_t world_claims(const struct world *world)
{
    return atomic_load(&world->shm->claims);
}

void world_retire(struct world *world, uint32_t courier)
{
    atomic_store(&world->shm->retiring, courier + 1); /* pairs with the load in world_retiring */
}

uint32_t world_retiring(const struct world *world)
{
    return atomic_load(&world->shm->retiring) - 1;
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

uint64_t world_hash(const struct world *world, const void *bytes, size_t length)
{
    uint64_t sum = HASH64_START ^ world->shm->seed;
    for (size_t i = 0; i < length; i++)
        sum = hash64_add(sum, ((const unsigned char *)bytes)[i]);
    return sum ^ sum >> 32;
}

uint32_t world_extend_locked(struct world *world, uint32_t *end, uint32_t limit)
{
    if (*end >= limit)
        return NONE;
    txn_save(world->txn, end, sizeof *end);
    return (*end)++;
}

struct user_shm *world_user(const struct world *world, uint32_t index)
{
    return index < world->limits.users ? &world->users[index] : NULL;
}

uint32_t world_users_end_locked(const struct world *world)
{
    return world_bound(world->shm->users_end, world->limits.users);
}

uint32_t world_channels_end_locked(const struct world *world)
{
    return world_bound(world->shm->channels_end, world->limits.channels);
}

uint32_t world_courier(const struct world *world, uint32_t connection)
{
    return connection % world->limits.couriers;
}

uint32_t world_present_locked(const struct world *world)
{
    return world->shm->present;
}

struct world_counts world_counts_locked(const struct world *world)
{
    return world->shm->counts;
}

uint32_t world_most_present_locked(const struct world *world)
{
    return world->shm->most_present;
}

uint64_t world_arrivals_locked(const struct world *world)
{
    return world->shm->arrivals;
}

int64_t world_started(const struct world *world)
{
    return world->shm->started_at;
}

int64_t world_uptime(const struct world *world)
{
    return (clock_monotonic() - world->shm->started_monotonic) / (1000 * MS);
}

void world_set_settings_locked(struct world *world, const char *text, size_t length)
{
    struct world_shm *shm = world->shm;
    txn_save(world->txn, &shm->settings_length, sizeof shm->settings_length);
    txn_save(world->txn, shm->settings, world_bound(shm->settings_length, SETTINGS_TEXT_SIZE));
    shm->settings_length = (uint32_t)length;
    memcpy(shm->settings, text, length);
    atomic_fetch_add(&shm->settings_version, 1); /* pairs with the load in world_settings_version */
}

uint32_t world_settings_version(const struct world *world)
{
    return atomic_load(&world->shm->settings_version);
}

size_t world_get_settings_locked(const struct world *world, char *text)
{
    size_t length = world_bound(world->shm->settings_length, SETTINGS_TEXT_SIZE);
    memcpy(text, world->shm->settings, length);
    return length;
}

void world_count_command(struct world *world, uint32_t number)
{
    if (number < COMMAND_COUNTS)
        atomic_fetch_add_explicit(&world->shm->command_counts[number], 1, memory_order_relaxed);
}

uint64_t world_command_count(const struct world *world, uint32_t number)
{
    if (number >= COMMAND_COUNTS)
        return 0;
    return atomic_load_explicit(&world->shm->command_counts[number], memory_order_relaxed);
}

void world_give_order(struct world *world, enum world_order order)
{
    atomic_fetch_or(&world->shm->orders, order); /* pairs with the exchange in world_take_orders */
}

uint32_t world_take_orders(struct world *world)
{
    return atomic_exchange(&world->shm->orders, 0);
}

void world_set_stop_locked(struct world *world, const struct stop_shm *stop)
{
    txn_save(world->txn, &world->shm->stop, sizeof world->shm->stop);
    world->shm->stop = *stop;
}

struct stop_shm world_stop_locked(const struct world *world)
{
    struct stop_shm stop = world->shm->stop;
    TEXT_END(stop.text);
    return stop;
}

void world_set_silence_locked(struct world *world, bool silence)
{
    txn_save(world->txn, &world->shm->silence, sizeof world->shm->silence);
    world->shm->silence = silence;
}

bool world_is_silent_locked(const struct world *world)
{
    return world->shm->silence;
}

void world_end(struct world *world)
{
    atomic_store(&world->shm->over, 1); /* pairs with the load in world_is_over */
}

bool world_is_over(const struct world *world)
{
    return atomic_load(&world->shm->over) != 0;
}
