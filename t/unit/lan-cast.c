/* Sets of blocks: what is still to be sent, and still to come. */
#include <string.h>

#include "check.h"
#include "lan/cast.h"

static const uint32_t sizes[] = {0, 1, 7, 8, 9, 100, CAST_WINDOW, CAST_WINDOW + 1};

#define SIZES (sizeof sizes / sizeof *sizes)

static void whole(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct cast_set set;
        CHECK(cast_set_init(&set, sizes[i]) == 0 && set.count == sizes[i]);
        for (uint32_t number = 0; number < sizes[i]; number++)
            CHECK(cast_set_has(&set, number));
        for (uint32_t number = sizes[i]; number < sizes[i] + 20; number++)
            CHECK(!cast_set_has(&set, number));
        CHECK(!cast_set_has(&set, UINT32_MAX));
        cast_set_free(&set);
    }
}

static void removing(void)
{
    struct cast_set set;
    CHECK(cast_set_init(&set, 9) == 0);
    cast_set_remove(&set, 3);
    cast_set_remove(&set, 3);
    cast_set_remove(&set, 9);
    CHECK(set.count == 8 && !cast_set_has(&set, 3) && cast_set_has(&set, 2) && cast_set_has(&set, 8));
    cast_set_free(&set);
}

/* Every window of one set, added to an empty one of the same size, makes the same set. */
static void windows(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct cast_set from, to;
        CHECK(cast_set_init(&from, sizes[i]) == 0 && cast_set_init(&to, sizes[i]) == 0);
        for (uint32_t number = 0; number < sizes[i]; number++) {
            cast_set_remove(&to, number);
            if (number % 3 == 0 || number % 100 > 60)
                cast_set_remove(&from, number);
        }
        CHECK(to.count == 0);
        for (uint32_t first = 0; first < sizes[i]; first += CAST_WINDOW) {
            const unsigned char *bitmap;
            size_t length = cast_set_window(&from, first, &bitmap);
            CHECK(length <= CAST_WINDOW / 8 && (length == 0 || bitmap[length - 1]));
            cast_set_add(&to, first, bitmap, length);
            cast_set_add(&to, first, bitmap, length);
        }
        CHECK(to.count == from.count);
        for (uint32_t number = 0; number < sizes[i]; number++)
            CHECK(cast_set_has(&to, number) == cast_set_has(&from, number));
        cast_set_free(&from);
        cast_set_free(&to);
    }
}

static void nothing_behind(void)
{
    unsigned char all[CAST_WINDOW / 8];
    struct cast_set set;
    memset(all, 0xff, sizeof all);
    CHECK(cast_set_init(&set, 9) == 0);
    for (uint32_t number = 0; number < 9; number++)
        cast_set_remove(&set, number);
    cast_set_add(&set, 16, all, sizeof all);
    cast_set_add(&set, UINT32_MAX - 7, all, sizeof all);
    CHECK(set.count == 0);
    cast_set_add(&set, 8, all, sizeof all);
    CHECK(set.count == 1 && cast_set_has(&set, 8) && !cast_set_has(&set, 9));
    cast_set_add(&set, 0, all, sizeof all);
    CHECK(set.count == 9);
    cast_set_free(&set);
}

int main(void)
{
    CASE("a whole set has each block of the file and none behind it", whole);
    CASE("a block is removed once", removing);
    CASE("windows of a set carry all of it, without zero bytes at the end", windows);
    CASE("what a bitmap says of blocks behind the last is nothing", nothing_behind);
    CHECK_DONE();
}
