/* Token buckets. Any process; no shared memory. */
#include "bucket.h"

#include "clock.h"

/* Beyond so many spans a bucket is full whatever it owed, within reason. */
#define SPANS_MOST 1000

void bucket_fill(struct bucket *bucket, struct bucket_rate rate, int64_t now)
{
    int64_t full = rate.count * BUCKET_TOKEN, span = rate.span / MS;
    int64_t passed = now / MS - bucket->filled / MS, spans = bucket->begun ? passed / span : SPANS_MOST;
    if (spans > 0) {
        bucket->tokens += full * (spans < SPANS_MOST ? spans : SPANS_MOST);
        bucket->filled = now;
        bucket->begun = true;
    } else {
        /* Time that was too short for a whole token is not used up: else a slow rate would never fill. */
        int64_t gained = passed * full / span;
        bucket->tokens += gained;
        bucket->filled += gained * span / full * MS;
    }
    if (bucket->tokens > full)
        bucket->tokens = full;
}

bool bucket_take(struct bucket *bucket)
{
    if (bucket->tokens < BUCKET_TOKEN)
        return false;
    bucket->tokens -= BUCKET_TOKEN;
    return true;
}

int64_t bucket_wait(const struct bucket *bucket, struct bucket_rate rate)
{
    int64_t full = rate.count * BUCKET_TOKEN, missing = BUCKET_TOKEN - bucket->tokens;
    return missing > 0 ? (missing * (rate.span / MS) + full - 1) / full : 0;
}
