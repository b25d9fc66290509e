/* What all tables have in common: their ends, their counts, the settings text, orders and the end. Written by any
 * process that changes the tables, under the lock, but for what header files say is written without it. */
#include "world.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "layout.h"

uint32_t world_buckets(uint32_t entries)
{
    uint32_t buckets = 64;
    while (buckets < entries && buckets < UINT32_C(1) << 31)
        buckets *= 2;
    return buckets;
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

uint32_t world_detached(const struct world *world)
{
    return world->shm->detached;
}

uint32_t world_detached_from_locked(const struct world *world, uint32_t user)
{
    return world->shm->detached_from[world->users[user].origin % ORIGINS];
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
