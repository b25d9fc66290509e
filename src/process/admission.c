/* Connection rates by address. Private to the supervisor.
 *
 * A fixed table of token buckets: an address hashes to a few places, of which it takes its own, a free one, or the one
 * least recently used. So an attacker with many addresses costs no memory, and can at worst make the table forget. */
#include "admission.h"

#include <string.h>

#define PLACES 4096u
#define PROBES 8u

struct visitor {
    unsigned char host[16];
    int64_t tokens; /* in 1/1000 connections */
    int64_t seen;   /* clock_elapsed(), 0: free */
    int64_t filled; /* up to when tokens were counted, ms */
};

static struct visitor *find(const unsigned char host[16])
{
    static struct visitor visitors[PLACES];
    uint32_t hash = 2166136261u;
    for (int i = 0; i < 16; i++)
        hash = (hash ^ host[i]) * 16777619u;
    struct visitor *oldest = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        struct visitor *visitor = &visitors[(hash + i) % PLACES];
        if (visitor->seen && memcmp(visitor->host, host, 16) == 0)
            return visitor;
        if (!oldest || visitor->seen < oldest->seen)
            oldest = visitor;
    }
    *oldest = (struct visitor){.seen = 0};
    memcpy(oldest->host, host, 16);
    return oldest;
}

bool admission_rate(const struct settings *settings, const struct net_address *from, int64_t now)
{
    const struct setting_rate *rate = &settings->connect_rate;
    if (rate->count == 0)
        return true;
    unsigned char host[16];
    net_host_bytes(from, host);
    struct visitor *visitor = find(host);
    int64_t full = rate->count * 1000;
    int64_t span = rate->seconds * 1000;
    int64_t passed = now / 1000000 - visitor->filled;
    if (visitor->seen == 0 || passed >= span) {
        visitor->tokens = full;
        visitor->filled = now / 1000000;
    } else {
        /* Time that was too short for a whole token is not used up. */
        int64_t gained = passed * full / span;
        visitor->tokens += gained;
        visitor->filled += gained * span / full;
    }
    if (visitor->tokens > full)
        visitor->tokens = full;
    visitor->seen = now;
    if (visitor->tokens < 1000)
        return false;
    visitor->tokens -= 1000;
    return true;
}
