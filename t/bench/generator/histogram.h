/* Times in buckets of 1.6 %: cheap enough for every single delivery, exact enough for percentiles.
 */
#ifndef FORKCHAT_T_BENCH_HISTOGRAM_H
#define FORKCHAT_T_BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS 6 /* 64 buckets for each doubling */

struct histogram {
    uint64_t count;
    int64_t most;
    uint64_t buckets[(64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS];
};

static inline void histogram_add(struct histogram *histogram, int64_t nanoseconds)
{
    uint64_t value = nanoseconds > 0 ? (uint64_t)nanoseconds : 0;
    unsigned shift = 0;
    if (value >> HISTOGRAM_BITS)
        shift = 63 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(value);
    histogram->buckets[((uint64_t)shift << HISTOGRAM_BITS) + (value >> shift)]++;
    histogram->count++;
    if (nanoseconds > histogram->most)
        histogram->most = nanoseconds;
}

/* The time that `part` (0 to 1) of all stayed within, in milliseconds; 0 if there are none. */
static inline double histogram_milliseconds(const struct histogram *histogram, double part)
{
    double wanted = part * (double)histogram->count, seen = 0;
    uint64_t last = sizeof histogram->buckets / sizeof *histogram->buckets;
    for (uint64_t i = 0; i < last; i++) {
        seen += (double)histogram->buckets[i];
        if (histogram->buckets[i] == 0 || seen < wanted)
            continue;
        uint64_t shift = i >> HISTOGRAM_BITS ? (i >> HISTOGRAM_BITS) - 1 : 0;
        uint64_t low = (i - (shift << HISTOGRAM_BITS)) << shift;
        return ((double)low + (double)(UINT64_C(1) << shift) / 2) / 1e6;
    }
    return 0;
}

#endif
