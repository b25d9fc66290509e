/* Floods of datagrams. Runs in the peer's main process. */
#include "base/clock.h"
#include "lan/flood.h"

#include <string.h>

#define HOST_RATE    100 /* datagrams a second; a host with several peers that offer much needs some */
#define HOST_BURST   400
#define ALL_RATE     1000
#define ALL_BURST    4000
#define REPORT_EVERY (10 * SECOND)

static bool spend(struct flood_bucket *host, int64_t rate, int64_t burst, int64_t now)
{
    host->last = now;
    bucket_fill(&host->datagrams, (struct bucket_rate){.count = burst, .span = burst * SECOND / rate}, now);
    return bucket_take(&host->datagrams);
}

/* The host's bucket; for a new host that of the one that has been quiet longest. */
static struct flood_bucket *find(struct flood *flood, const unsigned char host[16], int64_t now)
{
    struct flood_bucket *oldest = &flood->hosts[0];
    for (int i = 0; i < FLOOD_HOSTS; i++) {
        struct flood_bucket *bucket = &flood->hosts[i];
        if (bucket->last && memcmp(bucket->host, host, 16) == 0)
            return bucket;
        if (bucket->last < oldest->last)
            oldest = bucket;
    }
    *oldest = (struct flood_bucket){.last = now};
    memcpy(oldest->host, host, 16);
    return oldest;
}

bool flood_allows(struct flood *flood, const struct net_address *from, int64_t now, long *report)
{
    unsigned char host[16];
    *report = 0;
    net_host_bytes(from, host);
    struct flood_bucket *bucket = find(flood, host, now);
    if (!spend(bucket, HOST_RATE, HOST_BURST, now)) {
        bucket->dropped++;
        if (!bucket->reported || now - bucket->reported > REPORT_EVERY) {
            *report = bucket->dropped;
            bucket->dropped = 0;
            bucket->reported = now;
        }
        return false;
    }
    return spend(&flood->all, ALL_RATE, ALL_BURST, now);
}
