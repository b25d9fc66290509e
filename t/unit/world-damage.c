/* A process that was taken over may write anything into the region. What the supervisor does there, with all its
 * rights, must then come to its end, and neither read nor write outside: everything it ever calls is called here on
 * tables with damage at random, from a fixed seed. */
#include <string.h>

#include "chat/leave.h"
#include "check.h"
#include "child.h"
#include "world/attendance.h"
#include "world/bans.h"
#include "world/layout.h"
#include "world/whowas.h"
#include "world/metadata.h"
#include "world/monitors.h"

static const struct world_limits limits = {
    .users = 12, .connections = 12, .channels = 8, .members = 40, .masks = 30, .couriers = 2};
static struct txn txn;
static struct world world;
static char name[REGION_NAME_SIZE];

static uint64_t seed = 20260102;

static uint32_t below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % limit);
}

/* Some of everything, in every list. */
static void fill(void)
{
    struct ban_shm ban = {.state = BAN_LIVE, .mask = "*@192.0.2.*"};
    txn_begin_look(&txn);
    for (uint32_t i = 0; i < 5; i++) {
        char word[20];
        snprintf(word, sizeof word, "#c%u", i);
        channel_create_locked(&world, word, NONE);
    }
    for (uint32_t i = 0; i < limits.users; i++) {
        char word[20];
        CHECK(user_create_locked(&world, "192.0.2.1:9", "192.0.2.1") == i);
        user_attach_locked(&world, i, i, 1, 0, "192.0.2.1:9", "192.0.2.1");
        user_introduce_locked(&world, i);
        snprintf(word, sizeof word, "n%u", i);
        user_rename_locked(&world, i, word);
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t channel = (i + k * 2) % 6;
            member_add_locked(&world, i, channel, k);
            mask_add_locked(&world, channel, MASK_BAN, word, NONE);
            metadata_set_locked(&world, METADATA_OF_CHANNEL, channel, word, "value", NONE);
        }
        metadata_set_locked(&world, METADATA_OF_USER, i, word, "value", NONE);
        metadata_set_locked(&world, METADATA_SUBSCRIPTION, i, word, "", NONE);
        monitor_add_locked(&world, i, "toto");
        monitor_add_locked(&world, i, "tutu");
        snprintf(ban.mask, sizeof ban.mask, "u%u@192.0.2.*", i);
        ban_add_locked(&world, &ban, 1);
    }
    txn_commit(&txn);
}

/* A number as somebody would choose it who means harm. */
static uint32_t harm(void)
{
    static const uint32_t numbers[] = {0, 1, 2, 7, 39, 40, 1000, 1u << 20, UINT32_MAX / 2, UINT32_MAX - 1, UINT32_MAX};
    return below(3) ? numbers[below(sizeof numbers / sizeof *numbers)] : below(45);
}

/* Damages one record of a table: a number in it, or all of it. */
static void damage_record(void *table, uint32_t count, size_t size)
{
    char *record = (char *)table + below(count) * size;
    uint32_t number = harm();
    if (below(10) == 0)
        memset(record, below(2) ? 'x' : 0xff, size);
    else
        memcpy(record + below((uint32_t)(size / 4)) * 4, &number, sizeof number);
}

/* No text in a whole table has an end, and no number is one. */
static void fill_table(void)
{
    switch (below(6)) {
    case 0:
        memset(world.users, 'x', limits.users * sizeof *world.users);
        break;
    case 4:
        memset(world.connections, 'x', limits.connections * sizeof *world.connections);
        break;
    case 1:
        memset(world.channels, 'x', limits.channels * sizeof *world.channels);
        break;
    case 2:
        memset(world.masks, 'x', limits.masks * sizeof *world.masks);
        break;
    case 3:
        memset(world.bans, 'x', BANS * sizeof *world.bans);
        break;
    default:
        memset(world.monitors, 'x', 24 * sizeof *world.monitors);
    }
}

static void damage(void)
{
    struct world_shm *shm = world.shm;
    uint32_t number = harm();
    switch (below(12)) {
    case 9:
        damage_record(world.connections, limits.connections, sizeof *world.connections);
        break;
    case 10:
        memcpy(&world.connections[below(limits.connections)].next_of_user + below(4), &number, sizeof number);
        break;
    case 0:
        damage_record(world.users, limits.users, sizeof *world.users);
        break;
    case 1: /* the derived part, which is a few numbers of many */
        memcpy(&world.users[below(limits.users)].first_membership + below(6), &number, sizeof number);
        break;
    case 2:
        memcpy(&world.channels[below(limits.channels)].first_member + below(7), &number, sizeof number);
        break;
    case 3:
    case 4:
        damage_record(world.members, limits.members, sizeof *world.members);
        break;
    case 5:
        damage_record(world.masks, limits.masks, sizeof *world.masks);
        break;
    case 6:
        damage_record(world.monitors, 24, sizeof *world.monitors);
        break;
    case 7:
        damage_record(world.metadata, 60, sizeof *world.metadata);
        break;
    case 8:
        damage_record(world.bans, 12, sizeof *world.bans);
        (below(2) ? world.nick_buckets : world.channel_buckets)[below(64)] = harm();
        break;
    default:
        memcpy((char *)shm + sizeof shm->limits + below(60) * 4, &number, sizeof number);
        memcpy(&shm->present + below(10), &number, sizeof number);
        shm->settings_length = harm();
    }
}

static void look_at_everything(void)
{
    static char text[SETTINGS_TEXT_SIZE];
    uint64_t at = 0, back = UINT64_MAX;
    for (uint32_t i = 0; i < bans_end_locked(&world); i++) {
        const struct ban_shm *ban = ban_at_locked(&world, i, 1);
        if (ban)
            ban_matches_host(ban, "192.0.2.1", 1);
    }
    CHECK(world_get_settings_locked(&world, text) <= sizeof text);
    CHECK(world_users_end_locked(&world) <= limits.users && world_channels_end_locked(&world) <= limits.channels);
    world_stop_locked(&world);
    user_find_locked(&world, "nobody");
    user_find_locked(&world, "192.0.2.7:1");
    channel_find_locked(&world, "#none");
    while (attendance_next_locked(&world, &at) && at % 4096 != 0)
        continue;
    for (int i = 0; i < 2000 && whowas_before_locked(&world, &back); i++)
        continue;
}

/* As the supervisor does it with the slots of the dead. */
static void reap_all(void)
{
    for (uint32_t i = 0; i < limits.connections; i++) {
        txn_begin(&txn, EVENT_NEED_LEAVE + EVENT_NEED_MAX);
        if (world.connections[i].state == CONNECTION_FREE) {
            connection_skip_locked(&world, i);
        } else {
            if (connection_is_open_locked(&world, i))
                chat_lose_locked(&world, i, QUIT_CRASHED, "", "");
            connection_free_locked(&world, i);
        }
        txn_commit(&txn);
    }
}

static void damaged(void)
{
    size_t size;
    child_name_region(name);
    CHECK(txn_create(&txn, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)) == 0);
    world_create(&world, &txn, &limits);
    fill();
    char *tables = txn_area(&txn, &size), *whole = malloc(size);
    memcpy(whole, tables, size);
    for (int i = 0; i < 3000 && !check_failed; i++) {
        memcpy(tables, whole, size);
        for (uint32_t wounds = 1 + below(12); wounds > 0; wounds--)
            damage();
        if (below(20) == 0)
            fill_table();
        if (below(2))
            world_repair_locked(&world);
        look_at_everything();
        reap_all();
        world_repair_locked(&world);
        look_at_everything();
    }
    free(whole);
    region_unmap(&txn.region);
    region_unlink(name);
}

int main(void)
{
    CASE("what the supervisor does on damaged tables ends, and stays inside of them", damaged);
    CHECK_DONE();
}
