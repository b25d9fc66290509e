/* How much of one host's datagrams is looked at. */
#ifndef FORKCHAT_LAN_FLOOD_H
#define FORKCHAT_LAN_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"
#include "base/net.h"

#define FLOOD_HOSTS 128

/* A bucket for each host, and one for all of them: many forged sources are no way around. */
struct flood {
    struct flood_bucket {
        unsigned char host[16];
        struct bucket datagrams;
        int64_t last;     /* when one came; clock_monotonic() */
        int64_t reported; /* when the flood was last reported */
        long dropped;     /* since then */
    } hosts[FLOOD_HOSTS], all;
};

/* Shall a datagram from there be looked at? If not, and it is time to say so, *report is how many have
 * been dropped since the last report (else 0). */
bool flood_allows(struct flood *flood, const struct net_address *from, int64_t now, long *report);

#endif
