/* Admission by address. Private to the supervisor, but for the penalties, which it writes to the tables.
 *
 * "Address" is a range here: one IPv4 address, and of IPv6 what one host has to itself (address-prefix).
 *
 * Two tables. The counts: how many clients each address and each network has, by open addressing with room for two
 * entries a slot, so that it never fills. The rate buckets: token buckets for connect-rate, of fixed size; an address
 * takes its own slot of a few, a free one, or the one least recently used. So an attacker with many addresses costs no
 * memory, and can at worst make the table forget. */
#include "admission.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/bucket.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/port.h"
#include "world/counters.h"

/* So that nobody outside can choose addresses that collide. */
static uint32_t seed;

static uint32_t hash_of(const struct net_range *range)
{
    uint32_t hash = HASH32_START ^ seed;
    for (int i = 0; i < 16; i++)
        hash = hash32_add(hash, range->bytes[i]);
    hash = hash32_add(hash, (uint32_t)range->bits);
    return hash ^ hash >> 15;
}

/* ---- counts per address ---- */

struct address_count {
    struct net_range range;
    uint32_t count; /* 0: free */
};

static struct address_counts {
    struct address_count *table;
    uint32_t size; /* a power of two */
    struct slot {
        bool taken;
        unsigned char host[16];
    } * slots; /* by number */
    uint32_t slot_count;
    struct setting_prefix address, network; /* those the table was counted with */
} hosts;

void admission_start(uint32_t slots)
{
    free(hosts.table);
    free(hosts.slots);
    hosts = (struct address_counts){.size = 64, .slot_count = slots};
    while (hosts.size < slots * 3)
        hosts.size *= 2;
    hosts.table = calloc(hosts.size, sizeof *hosts.table);
    hosts.slots = calloc(slots, sizeof *hosts.slots);
    if (!hosts.table || !hosts.slots)
        fatal(EX_OSERR, "out of memory");
    if (port_random(&seed, sizeof seed))
        log_warning("no random number for the tables of addresses");
}

/* Where that range is, or would be. */
static uint32_t look_up(const struct net_range *range)
{
    uint32_t at = hash_of(range) & (hosts.size - 1);
    while (hosts.table[at].count && !net_same_range(&hosts.table[at].range, range))
        at = (at + 1) & (hosts.size - 1);
    return at;
}

/* Empties a slot; what comes behind it, and would not be found across the gap, moves up. */
static void close_gap(uint32_t gap)
{
    uint32_t mask = hosts.size - 1;
    for (uint32_t at = (gap + 1) & mask; hosts.table[at].count; at = (at + 1) & mask) {
        uint32_t home = hash_of(&hosts.table[at].range) & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            hosts.table[gap] = hosts.table[at];
            gap = at;
        }
    }
    hosts.table[gap].count = 0;
}

static void count(const struct net_range *range, bool more)
{
    uint32_t at = look_up(range);
    struct address_count *entry = &hosts.table[at];
    if (more) {
        entry->range = *range;
        entry->count++;
    } else if (entry->count > 1) {
        entry->count--;
    } else if (entry->count == 1) {
        close_gap(at);
    }
}

static struct net_range range_of(const unsigned char host[16], const struct setting_prefix *prefix)
{
    return net_range_of(host, (int)prefix->ipv4, (int)prefix->ipv6);
}

static bool same_prefix(const struct setting_prefix *a, const struct setting_prefix *b)
{
    return a->ipv4 == b->ipv4 && a->ipv6 == b->ipv6;
}

/* A network that is an address as well is counted once. */
static void count_host(const unsigned char host[16], bool more)
{
    struct net_range address = range_of(host, &hosts.address), network = range_of(host, &hosts.network);
    count(&address, more);
    if (!net_same_range(&address, &network))
        count(&network, more);
}

/* Counts all over again if a reload has changed what an address or a network is. */
static void follow_prefixes(const struct settings *settings)
{
    if (same_prefix(&hosts.address, &settings->address_prefix) &&
        same_prefix(&hosts.network, &settings->network_prefix))
        return;
    hosts.address = settings->address_prefix;
    hosts.network = settings->network_prefix;
    memset(hosts.table, 0, hosts.size * sizeof *hosts.table);
    for (uint32_t i = 0; i < hosts.slot_count; i++)
        if (hosts.slots[i].taken)
            count_host(hosts.slots[i].host, true);
}

void admission_add(const struct settings *settings, uint32_t number, const unsigned char host[16])
{
    struct slot *slot = &hosts.slots[number];
    admission_remove(number);
    follow_prefixes(settings);
    slot->taken = true;
    memcpy(slot->host, host, sizeof slot->host);
    count_host(host, true);
}

void admission_remove(uint32_t number)
{
    struct slot *slot = &hosts.slots[number];
    if (slot->taken)
        count_host(slot->host, false);
    slot->taken = false;
}

bool admission_counts(uint32_t number)
{
    return hosts.slots[number].taken;
}

/* ---- rate buckets ---- */

#define SLOTS  4096u
#define PROBES 8u

struct rate_bucket {
    struct net_range address;
    struct bucket connections;
    int64_t seen; /* clock_monotonic(), 0: free */
};

static struct rate_bucket *find_bucket(const struct net_range *address)
{
    static struct rate_bucket buckets[SLOTS];
    uint32_t hash = hash_of(address);
    struct rate_bucket *oldest = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        struct rate_bucket *bucket = &buckets[(hash + i) % SLOTS];
        if (bucket->seen && net_same_range(&bucket->address, address))
            return bucket;
        if (!oldest || bucket->seen < oldest->seen)
            oldest = bucket;
    }
    *oldest = (struct rate_bucket){.address = *address};
    return oldest;
}

static bool is_slow_enough(const struct setting_rate *rate, const struct net_range *address, int64_t now)
{
    if (rate->count == 0)
        return true;
    struct rate_bucket *bucket = find_bucket(address);
    bucket_fill(&bucket->connections, (struct bucket_rate){.count = rate->count, .span = rate->seconds * SECOND}, now);
    bucket->seen = now;
    return bucket_take(&bucket->connections);
}

/* ---- both ---- */

enum admission admission_check(const struct settings *settings, const struct world *world, const unsigned char host[16],
                               int64_t now, int64_t *seconds)
{
    follow_prefixes(settings);
    struct net_range address = range_of(host, &hosts.address), network = range_of(host, &hosts.network);
    *seconds = settings_hold(&settings->penalty_exempt, host) ? 0 : penalty_left(world, &address, now);
    if (*seconds > 0)
        return ADMISSION_PENALTY;
    if (settings_hold(&settings->limit_exempt, host))
        return ADMISSION_GRANTED;
    if (!is_slow_enough(&settings->connect_rate, &address, now))
        return ADMISSION_RATE;
    if (settings->max_clients_per_address && hosts.table[look_up(&address)].count >= settings->max_clients_per_address)
        return ADMISSION_ADDRESS;
    if (settings->max_clients_per_network && hosts.table[look_up(&network)].count >= settings->max_clients_per_network)
        return ADMISSION_NETWORK;
    return ADMISSION_GRANTED;
}

int64_t admission_blame_locked(const struct settings *settings, struct world *world, uint32_t number,
                               enum penalty reason, int64_t now)
{
    static const enum count counts[] = {[PENALTY_CRASH] = COUNT_PENALTY_CRASHES,
                                        [PENALTY_PASSWORD] = COUNT_PENALTY_PASSWORDS,
                                        [PENALTY_SILENCE] = COUNT_PENALTY_SILENCES};
    const struct setting_penalty *penalty = &settings->penalty;
    const int64_t costs[] = {
        [PENALTY_CRASH] = penalty->crash, [PENALTY_PASSWORD] = penalty->password, [PENALTY_SILENCE] = penalty->silence};
    const struct slot *slot = &hosts.slots[number];
    if (reason == PENALTY_NONE || costs[reason] == 0 || !slot->taken ||
        settings_hold(&settings->penalty_exempt, slot->host))
        return 0;
    follow_prefixes(settings);
    struct net_range address = range_of(slot->host, &hosts.address);
    count_add(world, counts[reason]);
    if (!penalty_add_locked(world, &address, reason, costs[reason], penalty->longest, now))
        return 0;
    return penalty_left(world, &address, now);
}

void admission_tell(uint32_t number, enum penalty reason, int64_t seconds)
{
    char text[NET_TEXT_SIZE];
    if (seconds == 0)
        return;
    struct net_range address = range_of(hosts.slots[number].host, &hosts.address);
    net_format_range(&address, text);
    log_warning("penalty for %s: %s: refused for %lld s", text, penalty_word(reason), (long long)seconds);
}
