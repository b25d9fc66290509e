/* Token buckets: so many at once, and as many more in each span of time. Private to their owner. */
#ifndef FORKCHAT_BASE_BUCKET_H
#define FORKCHAT_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* What one costs, in the unit that `tokens` is counted in. */
#define BUCKET_TOKEN 1000

/* All zero: full, and not used yet. */
struct bucket {
    int64_t tokens; /* may be negative: it is owed */
    int64_t filled; /* up to when time has given them, clock_monotonic() */
    bool begun;
};

/* How fast a bucket fills: `count` tokens, which are also all it holds, in `span` nanoseconds, a millisecond or more.
 */
struct bucket_rate {
    int64_t count, span;
};

/* Gives what time has given until `now` (clock_monotonic()). */
void bucket_fill(struct bucket *bucket, struct bucket_rate rate, int64_t now);

/* Takes one token of a bucket that was just filled. False if there is none. */
bool bucket_take(struct bucket *bucket);

/* How many milliseconds it takes until there is one, rounded up; 0 if there is. */
int64_t bucket_wait(const struct bucket *bucket, struct bucket_rate rate);

#endif
