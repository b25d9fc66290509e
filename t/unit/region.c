/* The region: one name, one layout, all areas inside. */
#include "ipc/region.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "child.h"

static const size_t sizes[] = {100, 4096, 0, 5000};
static struct region region, other;
static char name[REGION_NAME_SIZE];

static void start(void)
{
    child_name_region(name);
    CHECK(region_create(&region, name, 7, sizes, 4) == 0);
}

static void stop(void)
{
    region_unmap(&region);
    region_unlink(name);
}

static bool refused(int error)
{
    errno = 0;
    return region_open(&other, name, 7) == -1 && errno == error;
}

static void names(void)
{
    char first[REGION_NAME_SIZE], second[REGION_NAME_SIZE], again[REGION_NAME_SIZE];
    region_name("/run/forkchat", first);
    region_name("/run/forkchat2", second);
    region_name("/run/forkchat", again);
    CHECK(strcmp(first, again) == 0 && strcmp(first, second) != 0);
    CHECK(first[0] == '/' && !strchr(first + 1, '/') && strlen(first) < 32);
    region_name("", second);
    CHECK(second[0] == '/');
}

static void areas(void)
{
    start();
    char *end = NULL;
    for (int i = 0; i < 4; i++) {
        size_t size;
        char *area = region_area(&region, i, &size);
        CHECK(size == sizes[i]);
        CHECK((uintptr_t)area % 4096 == 0 && area >= end);
        for (size_t at = 0; at < size; at++)
            CHECK(area[at] == 0);
        memset(area, i + 1, size);
        end = area + size;
    }
    CHECK(end <= region.base + region.size);
    stop();
}

static void opened(void)
{
    start();
    strcpy(region_area(&region, 3, NULL), "seen by both");
    CHECK(region_open(&other, name, 7) == 0);
    size_t size;
    CHECK(strcmp(region_area(&other, 3, &size), "seen by both") == 0 && size == 5000);
    CHECK(strcmp(other.name, name) == 0 && other.size == region.size);
    strcpy(region_area(&other, 0, NULL), "and back");
    CHECK(strcmp(region_area(&region, 0, NULL), "and back") == 0);
    region_unmap(&other);
    stop();
}

static void missing(void)
{
    child_name_region(name);
    CHECK(refused(ENOENT));
}

static void other_layout(void)
{
    start();
    CHECK(region_open(&other, name, 8) == -1 && errno == ENOTSUP);
    stop();
}

static void resize(off_t size)
{
    int fd = shm_open(name, O_RDWR, 0);
    CHECK(fd >= 0 && ftruncate(fd, size) == 0);
    close(fd);
}

static void truncated(void)
{
    start();
    resize((off_t)region.size - 4096);
    CHECK(refused(EPROTO));
    resize((off_t)region.size + 4096);
    CHECK(refused(EPROTO));
    resize(20);
    CHECK(refused(EPROTO));
    resize(0);
    CHECK(refused(EPROTO));
    stop();
}

static void damaged(void)
{
    start();
    char saved[256];
    memcpy(saved, region.base, sizeof saved);
    for (size_t at = 0; at < 3 + 4 * 2; at++) { /* magic, layout, size, offset and size of each area */
        uint64_t value = UINT64_MAX - 4095;
        memcpy(region.base + at * 8, &value, sizeof value);
        CHECK(refused(at == 1 ? ENOTSUP : EPROTO));
        memcpy(region.base, saved, sizeof saved);
    }
    CHECK(region_open(&other, name, 7) == 0);
    region_unmap(&other);
    stop();
}

/* What stands in the region is believed once, when it is opened. */
static void damaged_later(void)
{
    start();
    size_t size;
    uint64_t *first_area = (uint64_t *)region.base + 3, offset = *first_area;
    *first_area = offset + 8; /* no page begins there */
    CHECK(refused(EPROTO));
    *first_area = offset;
    CHECK(region_open(&other, name, 7) == 0);
    char *area = region_area(&other, 0, NULL);
    memset(first_area, 0xff, 64);
    CHECK(region_area(&other, 0, &size) == area && size == sizes[0]);
    region_unmap(&other);
    CHECK(refused(EPROTO));
    stop();
}

static void replaced(void)
{
    start();
    strcpy(region_area(&region, 0, NULL), "old");
    size_t size = 200;
    struct region replacement;
    CHECK(region_create(&replacement, name, 9, &size, 1) == 0);
    CHECK(*(char *)region_area(&replacement, 0, NULL) == 0);
    CHECK(strcmp(region_area(&region, 0, NULL), "old") == 0); /* who has the old one keeps it */
    CHECK(refused(ENOTSUP));
    CHECK(region_open(&other, name, 9) == 0);
    region_unmap(&other);
    region_unmap(&replacement);
    stop();
}

static void unlinked(void)
{
    start();
    region_unlink(name);
    CHECK(refused(ENOENT));
    strcpy(region_area(&region, 0, NULL), "still here");
    region_unlink(name);
    region_unmap(&region);
    CHECK(region.base == NULL);
}

static void too_large(void)
{
    child_name_region(name);
    if (SIZE_MAX > UINT32_MAX) { /* there may be room for all that 32 bits can count */
        size_t huge = (size_t)(UINT64_C(1) << 46);
        CHECK(region_create(&region, name, 7, &huge, 1) == -1 && errno != 0);
        CHECK(refused(ENOENT));
    }
    size_t endless[] = {4096, SIZE_MAX, 4096}; /* the sum of which would be small */
    CHECK(region_create(&region, name, 7, endless, 3) == -1 && errno == ENOMEM);
    CHECK(refused(ENOENT));
}

static void private(void)
{
    start();
    int fd = shm_open(name, O_RDONLY, 0);
    struct stat status;
    CHECK(fd >= 0 && fstat(fd, &status) == 0 && (status.st_mode & 0777) == 0600);
    close(fd);
    stop();
}

/* All areas but the head are full of what is no end. */
static void no_ends(void)
{
    size_t size;
    start();
    char *last = region_area(&region, 3, &size), *first = region_area(&region, 0, NULL);
    memset(first, 'x', (size_t)(region.base + region.size - first));
    CHECK(strlen(last + size - 1) == (size_t)(region.base + region.size - (last + size - 1)));
    CHECK(strlen(first) == (size_t)(region.base + region.size - first));
    CHECK(region_open(&other, name, 7) == 0);
    CHECK(strlen(other.base + (first - region.base)) == strlen(first));
    region_unmap(&other);
    stop();
}

int main(void)
{
    CASE("the same directory has the same name, another has another", names);
    CASE("areas are zero, aligned to pages and apart from each other", areas);
    CASE("who opens a region sees the same bytes", opened);
    CASE("a region that is not there is ENOENT", missing);
    CASE("a region of another layout is not opened", other_layout);
    CASE("a truncated or grown region is not opened", truncated);
    CASE("a region whose head is damaged is not opened", damaged);
    CASE("damage done after a region was opened moves no area", damaged_later);
    CASE("creating replaces a region of that name, and those who mapped the old one keep it", replaced);
    CASE("a string that has lost its end ends where the region does", no_ends);
    CASE("unlinking takes the name away, twice without harm", unlinked);
    CASE("a region larger than the system has room for is refused and leaves nothing", too_large);
    CASE("nobody else may open a region", private);
    CHECK_DONE();
}
