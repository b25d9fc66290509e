/* Who may come in: how many of an address and a network are counted, how fast they may come, and what they owe; and
 * that none of it grows with the number of addresses. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "child.h"
#include "process/admission.h"

#define SLOTS 300u

static struct txn txn;
static struct world world;
static struct settings *settings;
static char name[REGION_NAME_SIZE];
static int64_t now, seconds;

static void start(void)
{
    struct world_limits limits = {
        .users = SLOTS, .connections = SLOTS, .channels = 10, .members = 2 * SLOTS, .masks = 50, .couriers = 1};
    child_name_region(name);
    CHECK(txn_create(&txn, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)) == 0);
    world_create(&world, &txn, &limits);
    settings = settings_new();
    admission_start(SLOTS);
    now = 1000 * SECOND;
}

static void stop(void)
{
    settings_free(settings);
    region_unmap(&txn.region);
    region_unlink(name);
}

static const unsigned char *bytes_of(const char *host)
{
    static unsigned char bytes[16];
    CHECK(net_parse_host(host, bytes));
    return bytes;
}

static void add(uint32_t slot, const char *host)
{
    admission_add(settings, slot, bytes_of(host));
}

static enum admission check(const char *host)
{
    return admission_check(settings, &world, bytes_of(host), now, &seconds);
}

static int64_t blame(uint32_t slot, enum penalty reason)
{
    txn_begin_look(&txn);
    int64_t refused = admission_blame_locked(settings, &world, slot, reason, now);
    txn_commit(&txn);
    return refused;
}

/* ---- counting ---- */

static void addresses(void)
{
    start();
    settings->max_clients_per_address = 2;
    add(0, "192.0.2.1");
    add(1, "192.0.2.1");
    CHECK(check("192.0.2.1") == ADMISSION_ADDRESS && check("::ffff:192.0.2.1") == ADMISSION_ADDRESS);
    CHECK(check("192.0.2.2") == ADMISSION_GRANTED);
    admission_remove(0);
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED);
    admission_remove(0); /* counted once, however often it is called */
    add(0, "192.0.2.1");
    add(0, "192.0.2.1");
    CHECK(check("192.0.2.1") == ADMISSION_ADDRESS);
    admission_remove(0);
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED);
    stop();
}

static void hosts_of_ipv6(void)
{
    start();
    settings->max_clients_per_address = 2;
    add(0, "2001:db8:1:1::1");
    add(1, "2001:db8:1:1:ffff::2");
    CHECK(check("2001:db8:1:1:2:3:4:5") == ADMISSION_ADDRESS);
    CHECK(check("2001:db8:1:2::1") == ADMISSION_GRANTED);
    add(2, "fe80::1%eth0");
    CHECK(check("::1") == ADMISSION_GRANTED);
    stop();
}

static void networks(void)
{
    start();
    settings->max_clients_per_network = 2;
    add(0, "192.0.2.1");
    add(1, "192.0.2.200");
    CHECK(check("192.0.2.3") == ADMISSION_NETWORK && check("192.0.3.1") == ADMISSION_GRANTED);
    add(2, "2001:db8:1:1::1");
    add(3, "2001:db8:1:2::1");
    CHECK(check("2001:db8:1:3::1") == ADMISSION_NETWORK && check("2001:db8:2::1") == ADMISSION_GRANTED);
    /* what is both at once is not counted twice */
    settings->max_clients_per_address = 3;
    settings->max_clients_per_network = 3;
    settings->address_prefix.ipv4 = 24;
    CHECK(check("192.0.2.3") == ADMISSION_GRANTED);
    stop();
}

static void reloads(void)
{
    start();
    settings->max_clients_per_address = 2;
    add(0, "192.0.2.1");
    add(1, "192.0.2.2");
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED);
    settings->address_prefix.ipv4 = 24;
    CHECK(check("192.0.2.3") == ADMISSION_ADDRESS);
    settings->address_prefix.ipv4 = 32;
    admission_remove(1);
    add(1, "192.0.2.1");
    CHECK(check("192.0.2.1") == ADMISSION_ADDRESS && check("192.0.2.3") == ADMISSION_GRANTED);
    stop();
}

static void exempt(void)
{
    start();
    settings->max_clients_per_address = 1;
    settings->connect_rate = (struct setting_rate){.count = 1, .seconds = 1000};
    settings->limit_exempt.count = 1;
    CHECK(net_parse_range("10.0.0.0/8", &settings->limit_exempt.list[0]));
    add(0, "10.1.2.3");
    for (int i = 0; i < 5; i++)
        CHECK(check("10.1.2.3") == ADMISSION_GRANTED);
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED && check("192.0.2.1") == ADMISSION_RATE);
    stop();
}

/* Any order of coming and going leaves the counts right: compared with a plain walk. */
static void many(void)
{
    static unsigned char hosts[SLOTS][16];
    static bool taken[SLOTS];
    unsigned random = 12345;
    start();
    settings->max_clients_per_address = 4;
    memset(taken, 0, sizeof taken);
    for (int step = 0; step < 100000; step++) {
        random = random * 1103515245u + 12345u;
        uint32_t slot = (random >> 8) % SLOTS;
        if (taken[slot]) {
            admission_remove(slot);
        } else {
            char host[40];
            snprintf(host, sizeof host, "10.0.%u.%u", (random >> 20) % 3, (random >> 24) % 40);
            memcpy(hosts[slot], bytes_of(host), 16);
            admission_add(settings, slot, hosts[slot]);
        }
        taken[slot] = !taken[slot];
        if (step % 97)
            continue;
        int count = 0;
        for (uint32_t i = 0; i < SLOTS; i++)
            count += taken[i] && memcmp(hosts[i], hosts[slot], 16) == 0;
        bool refused = admission_check(settings, &world, hosts[slot], now, &seconds) == ADMISSION_ADDRESS;
        CHECK(refused == (count >= 4));
    }
    stop();
}

/* ---- penalties ---- */

static void crash(void)
{
    start();
    add(0, "192.0.2.1");
    CHECK(blame(0, PENALTY_NONE) == 0 && check("192.0.2.1") == ADMISSION_GRANTED);
    CHECK(blame(0, PENALTY_CRASH) == 10);
    CHECK(check("192.0.2.1") == ADMISSION_PENALTY && seconds == 10);
    CHECK(check("192.0.2.2") == ADMISSION_GRANTED);
    now += 9 * SECOND + 1;
    CHECK(check("192.0.2.1") == ADMISSION_PENALTY && seconds == 1);
    now += SECOND;
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED);
    stop();
}

static void grows(void)
{
    static const int64_t expected[] = {10, 20, 40, 80, 160, 320, 600, 600, 600};
    start();
    add(0, "2001:db8::1");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        CHECK(blame(0, PENALTY_CRASH) == expected[i]);
        CHECK(check("2001:db8::ffff") == ADMISSION_PENALTY && seconds == expected[i]);
        now += expected[i] * SECOND;
        CHECK(check("2001:db8::1") == ADMISSION_GRANTED);
    }
    /* nine doublings were made, and one is forgotten for each longest that passes */
    now += 8 * 600 * SECOND;
    CHECK(blame(0, PENALTY_CRASH) == 20);
    now += 1000 * 600 * SECOND;
    CHECK(blame(0, PENALTY_CRASH) == 10);
    stop();
}

static void small_ones(void)
{
    start();
    add(0, "192.0.2.1");
    CHECK(blame(0, PENALTY_PASSWORD) == 0 && check("192.0.2.1") == ADMISSION_GRANTED);
    CHECK(blame(0, PENALTY_SILENCE) == 10 && check("192.0.2.1") == ADMISSION_PENALTY);
    now += 10 * SECOND;
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED);
    add(1, "192.0.2.9");
    for (int i = 0; i < 10; i++, now += 5 * SECOND) /* slow enough */
        CHECK(blame(1, PENALTY_PASSWORD) == 0);
    settings->penalty.password = 0;
    for (int i = 0; i < 10; i++)
        CHECK(blame(1, PENALTY_PASSWORD) == 0);
    settings->penalty.longest = 3; /* less than it takes otherwise */
    CHECK(blame(1, PENALTY_CRASH) == 3);
    stop();
}

static void not_for_all(void)
{
    start();
    add(0, "127.0.0.1");
    add(1, "::1");
    CHECK(blame(0, PENALTY_CRASH) == 0 && blame(1, PENALTY_CRASH) == 0);
    settings->penalty_exempt.count = 0;
    CHECK(blame(0, PENALTY_CRASH) == 10 && check("127.0.0.1") == ADMISSION_PENALTY);
    settings->penalty_exempt.count = 2;
    CHECK(check("127.0.0.1") == ADMISSION_GRANTED);
    CHECK(blame(2, PENALTY_CRASH) == 0); /* nobody sits there */
    stop();
}

static void lifted(void)
{
    uint32_t at = 0;
    start();
    add(0, "192.0.2.1");
    blame(0, PENALTY_CRASH);
    txn_begin_look(&txn);
    const struct penalty_shm *penalty = penalty_next_locked(&world, &at, now);
    CHECK(penalty && penalty_owed(penalty, now) == 10 && !penalty_next_locked(&world, &at, now));
    penalty_lift_locked(&world, penalty);
    txn_commit(&txn);
    CHECK(check("192.0.2.1") == ADMISSION_GRANTED);
    CHECK(blame(0, PENALTY_CRASH) == 10);
    stop();
}

/* A million addresses, each of which crashes once and tries to come back; and one that owes more than they. */
static void million(void)
{
    start();
    settings->connect_rate = (struct setting_rate){.count = 5, .seconds = 10};
    settings->penalty.longest = 86400;
    add(0, "192.0.2.1");
    for (int i = 0; i < 8; i++)
        blame(0, PENALTY_CRASH);
    for (uint32_t i = 0; i < 1000000; i++) {
        char host[40];
        snprintf(host, sizeof host, "2001:db8:%x:%x::1", i >> 16, i & 0xffff);
        add(1, host);
        if (blame(1, PENALTY_CRASH) != 10 || check(host) != ADMISSION_PENALTY) {
            CHECK(false);
            break;
        }
        admission_remove(1);
    }
    CHECK(check("192.0.2.1") == ADMISSION_PENALTY);
    uint32_t at = 0, count = 0;
    txn_begin_look(&txn);
    while (penalty_next_locked(&world, &at, now))
        count++;
    txn_commit(&txn);
    CHECK(count > 1 && count <= PENALTIES);
    CHECK(check("198.51.100.1") == ADMISSION_GRANTED);
    stop();
}

int main(void)
{
    CASE("clients of one address are counted as they come and go", addresses);
    CASE("all of a /64 is one IPv6 client's address", hosts_of_ipv6);
    CASE("clients of one network are counted together", networks);
    CASE("a reload that changes what an address is has all of them counted anew", reloads);
    CASE("networks that are exempt may come as often as they like", exempt);
    CASE("counts stay right in any order of coming and going", many);
    CASE("a crash costs its address ten seconds, and no other's", crash);
    CASE("each further one costs twice as much, up to the longest, and peace is rewarded", grows);
    CASE("small troubles add up, and do nothing if they are far apart or off", small_ones);
    CASE("who is exempt owes nothing", not_for_all);
    CASE("a penalty that is lifted is over, and its doublings forgotten", lifted);
    CASE("a million addresses take no more room, and do not wash away one that owes much", million);
    CHECK_DONE();
}
