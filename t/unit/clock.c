/* Time. */
#include "base/clock.h"

#include <stdbool.h>
#include <string.h>

#include "check.h"

static bool stamps(int64_t realtime, const char *expected)
{
    char stamp[CLOCK_STAMP_SIZE];
    size_t length = clock_stamp(realtime, stamp);
    if (strcmp(stamp, expected) != 0)
        printf("# it is: %s\n", stamp);
    return length == strlen(expected) && strcmp(stamp, expected) == 0;
}

static void stamp(void)
{
    CHECK(stamps(0, "1970-01-01T00:00:00.000Z"));
    CHECK(stamps(INT64_C(1795253400123), "2026-11-21T09:30:00.123Z"));
    CHECK(stamps(INT64_C(1709164800007), "2024-02-29T00:00:00.007Z"));
    CHECK(stamps(INT64_C(4102444799999), "2099-12-31T23:59:59.999Z"));
    CHECK(stamps(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"));
    setenv("TZ", "Asia/Kathmandu", 1);
    tzset();
    CHECK(stamps(0, "1970-01-01T00:00:00.000Z"));
}

static void stamp_bounded(void)
{
    char stamp_bytes[CLOCK_STAMP_SIZE];
    CHECK(clock_stamp(INT64_C(253402300800000), stamp_bytes) <= CLOCK_STAMP_SIZE - 1);
    CHECK(clock_stamp(INT64_MAX, stamp_bytes) <= CLOCK_STAMP_SIZE - 1);
    CHECK(clock_stamp(INT64_MIN, stamp_bytes) <= CLOCK_STAMP_SIZE - 1);
    CHECK(strlen(stamp_bytes) < CLOCK_STAMP_SIZE);
    CHECK(stamps(-1, "1969-12-31T23:59:59.999Z"));
    CHECK(stamps(-1000, "1969-12-31T23:59:59.000Z"));
}

static void monotonic(void)
{
    int64_t before = clock_monotonic();
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic();
        CHECK(now >= before);
        before = now;
    }
    clock_sleep(10);
    CHECK(clock_monotonic() - before >= 9000000);
}

static void told(void)
{
    CHECK(clock_realtime() / 1000 - (int64_t)time(NULL) <= 1);
    CHECK((int64_t)time(NULL) - clock_realtime() / 1000 <= 1);
}

static void date(void)
{
    static const int64_t spans[] = {0, 1, -1, 999, 86400000, -86400000};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        int64_t before = clock_realtime(), date = clock_date(clock_monotonic() + spans[i] * MS);
        CHECK(date >= before + spans[i] - 1 && date <= clock_realtime() + spans[i] + 1);
    }
}

int main(void)
{
    CASE("a stamp is UTC with milliseconds", stamp);
    CASE("a stamp is right before 1970 and never too long after 9999", stamp_bounded);
    CASE("monotonic time never goes back", monotonic);
    CASE("told time is the wall clock's", told);
    CASE("the date of a time is as far from now as the time is", date);
    CHECK_DONE();
}
