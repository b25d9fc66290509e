/* Token buckets: what may be done at once, and what time gives. */
#include "check.h"

#include "base/bucket.h"
#include "base/clock.h"

static const struct bucket_rate rate = {.count = 3, .span = 6 * SECOND};
static struct bucket bucket;

/* How many can be taken at that time. */
static int take_all(int64_t now)
{
    int taken = 0;
    bucket_fill(&bucket, rate, now);
    while (bucket_take(&bucket))
        taken++;
    return taken;
}

static void full(void)
{
    bucket = (struct bucket){0};
    CHECK(take_all(0) == 3);
    CHECK(take_all(0) == 0);
    bucket = (struct bucket){0};
    CHECK(take_all(1000 * SECOND) == 3);
}

static void filled(void)
{
    bucket = (struct bucket){0};
    take_all(100 * SECOND);
    CHECK(take_all(101 * SECOND) == 0);
    CHECK(take_all(102 * SECOND) == 1);
    CHECK(take_all(107 * SECOND) == 2);
    CHECK(take_all(108 * SECOND) == 1);
    CHECK(take_all(1000 * SECOND) == 3);
}

static void kept(void)
{
    static const struct bucket_rate slow = {.count = 1, .span = 3600 * SECOND};
    bucket = (struct bucket){0};
    bucket_fill(&bucket, slow, SECOND);
    CHECK(bucket_take(&bucket));
    for (int64_t at = 1; at < 3600; at++) {
        bucket_fill(&bucket, slow, (1 + at) * SECOND);
        CHECK(!bucket_take(&bucket));
    }
    bucket_fill(&bucket, slow, 3601 * SECOND);
    CHECK(bucket_take(&bucket));
}

static void owed(void)
{
    bucket = (struct bucket){0};
    CHECK(take_all(SECOND) == 3);
    bucket.tokens -= 2 * BUCKET_TOKEN;
    CHECK(bucket_wait(&bucket, rate) == 6000);
    CHECK(take_all(SECOND + 5999 * MS) == 0);
    CHECK(bucket_wait(&bucket, rate) >= 1 && bucket_wait(&bucket, rate) <= 2); /* time that was kept is not counted */
    CHECK(take_all(7 * SECOND) == 1);
    bucket_fill(&bucket, rate, 9 * SECOND);
    CHECK(bucket_wait(&bucket, rate) == 0);
}

static void changed(void)
{
    static const struct bucket_rate less = {.count = 1, .span = SECOND};
    bucket = (struct bucket){0};
    bucket_fill(&bucket, rate, SECOND);
    bucket_fill(&bucket, less, SECOND);
    CHECK(bucket_take(&bucket) && !bucket_take(&bucket));
}

int main(void)
{
    CASE("a new bucket is full, whatever the time", full);
    CASE("time gives tokens evenly, and no more than the bucket holds", filled);
    CASE("time that is too short for a token is kept for the next", kept);
    CASE("what is owed must be waited for, and so long as is told", owed);
    CASE("a bucket that has become smaller holds less at once", changed);
    CHECK_DONE();
}
