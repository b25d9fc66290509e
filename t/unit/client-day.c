/* When a new day is told of. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "client/day.h"

#define HOUR INT64_C(3600000)
#define NOON INT64_C(1796040000000) /* Monday, 30 November 2026, 12:00 UTC is 1796040000 s */

static char name[64];

static int look(struct day *day, int64_t time)
{
    *name = '\0';
    return day_has_changed(day, time, name, sizeof name);
}

static void zone(const char *tz)
{
    setenv("TZ", tz, 1);
    tzset();
}

static void midnights(void)
{
    struct day day = {0};
    zone("UTC0");
    CHECK(!look(&day, NOON) && !look(&day, NOON + 12 * HOUR - 1));
    CHECK(look(&day, NOON + 12 * HOUR) && strcmp(name, "Tuesday, 01 December 2026") == 0);
    CHECK(!look(&day, NOON + 12 * HOUR + 1) && !look(&day, NOON + 35 * HOUR));
    CHECK(look(&day, NOON + 240 * HOUR) && strcmp(name, "Thursday, 10 December 2026") == 0);
}

static void set_back(void)
{
    struct day day = {0};
    zone("UTC0");
    look(&day, NOON);
    CHECK(look(&day, NOON + 12 * HOUR + 100));
    CHECK(!look(&day, NOON + 12 * HOUR - 1000) && !look(&day, NOON + 11 * HOUR) && !look(&day, NOON + 13 * HOUR));
    CHECK(look(&day, NOON - 240 * HOUR) && look(&day, NOON));
}

static void zones(void)
{
    struct day day = {0};
    zone("EST5");
    look(&day, NOON);
    CHECK(!look(&day, NOON + 12 * HOUR) && look(&day, NOON + 17 * HOUR));
    zone("CET-1CEST,M3.5.0,M10.5.0/3");
    day = (struct day){0};
    look(&day, NOON);
    CHECK(!look(&day, NOON + 11 * HOUR - 1) && look(&day, NOON + 11 * HOUR));
}

static void waits(void)
{
    zone("UTC0");
    CHECK(day_wait(NOON) == 60000 && day_wait(NOON + 12 * HOUR - 1) == 1);
    CHECK(day_wait(NOON + 12 * HOUR - 30500) == 30500 && day_wait(NOON + 12 * HOUR) == 60000);
}

int main(void)
{
    CASE("a day begins at midnight, once, and those slept through are one", midnights);
    CASE("a clock set back over midnight does not begin the day again; one set to another day does", set_back);
    CASE("midnight is that of the zone", zones);
    CASE("the clock is looked at again at midnight, and each minute", waits);
    CHECK_DONE();
}
