/* The ring, state by state. The bytes of a ring are private to ring.c; where a case damages them it
 * knows that a record is 4 bytes of length, 4 of kind and 8 of number, then the payload, all in
 * units of 16. */
#include "ipc/ring.h"

#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "child.h"

#define SIZE  RING_MIN_SIZE
#define SLACK (ring_need(RING_RECORD_MAX) + 16) /* kept free: a padding and the head of the next record */

static struct ring ring;
static void *memory;
static char payload[RING_RECORD_MAX + 1];
static char copy[RING_RECORD_MAX];

static void start(void)
{
    memset(memory, 0, ring_shm_size(SIZE));
    CHECK(ring_init(&ring, memory, SIZE) == 0);
}

static void put(const char *bytes, size_t length)
{
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    ring_put_locked(&ring, &part, 1);
}

static void publish(const char *bytes, size_t length)
{
    ring_begin_locked(&ring);
    put(bytes, length);
    ring_commit_locked(&ring);
}

static void say(const char *text)
{
    publish(text, strlen(text));
}

/* Publishes until head is at `position`, a multiple of 16. */
static void publish_until(uint64_t position)
{
    while (ring_head(&ring) < position) {
        uint64_t need = position - ring_head(&ring);
        if (need > ring_need(RING_RECORD_MAX))
            need = ring_need(RING_RECORD_MAX);
        publish(payload, (size_t)need - 16);
    }
}

static bool reads(uint64_t *position, const char *text)
{
    struct ring_record record;
    return ring_read(&ring, position, &record) == RING_OK && record.length == strlen(text) &&
           memcmp(record.payload, text, record.length) == 0;
}

static bool is_empty(uint64_t position)
{
    struct ring_record record;
    return ring_read(&ring, &position, &record) == RING_EMPTY;
}

static bool is_broken(uint64_t position)
{
    struct ring_record record;
    return ring_read(&ring, &position, &record) == RING_BROKEN;
}

static bool has_room(size_t need)
{
    ring_begin_locked(&ring);
    return ring_has_room_locked(&ring, need);
}

static void sizes(void)
{
    CHECK(ring_init(&ring, memory, SIZE - 1) == -1 && errno == EINVAL);
    CHECK(ring_init(&ring, memory, SIZE / 2) == -1 && errno == EINVAL);
    CHECK(ring_init(&ring, memory, SIZE + 16) == -1 && errno == EINVAL);
    CHECK(ring_init(&ring, memory, 0) == -1 && errno == EINVAL);
    CHECK(ring_shm_size(SIZE) >= SIZE);
}

static void empty(void)
{
    start();
    CHECK(ring_head(&ring) == 0);
    CHECK(is_empty(0));
    uint64_t size;
    CHECK(ring_fill(&ring, &size) == 0 && size == SIZE);
    CHECK(has_room(SIZE - SLACK));
}

static void one_record(void)
{
    start();
    char now[] = "now", then[] = " and then";
    struct iovec parts[] = {{now, 3}, {NULL, 0}, {then, 9}};
    ring_begin_locked(&ring);
    ring_put_locked(&ring, parts, 3);
    ring_commit_locked(&ring);
    uint64_t position = 0;
    struct ring_record record;
    CHECK(ring_read(&ring, &position, &record) == RING_OK);
    CHECK(record.length == 12 && memcmp(record.payload, "now and then", 12) == 0);
    CHECK(record.position == 0 && record.sequence == 0);
    CHECK(position == ring_need(12) && position == ring_head(&ring));
    CHECK(is_empty(position));
}

static void attached(void)
{
    start();
    say("first");
    struct ring other;
    ring_attach(&other, memory);
    struct ring_record record;
    uint64_t position = 0;
    CHECK(ring_read(&other, &position, &record) == RING_OK && record.length == 5);
}

static void invisible_until_commit(void)
{
    start();
    ring_begin_locked(&ring);
    put("one", 3);
    put("two", 3);
    CHECK(ring_head(&ring) == 0);
    CHECK(is_empty(0));
    ring_commit_locked(&ring);
    uint64_t position = 0;
    CHECK(reads(&position, "one") && reads(&position, "two") && is_empty(position));
}

static void nothing_committed(void)
{
    start();
    say("before");
    uint64_t head = ring_head(&ring);
    ring_begin_locked(&ring);
    ring_commit_locked(&ring);
    CHECK(ring_head(&ring) == head);
    say("after");
    uint64_t position = head;
    CHECK(reads(&position, "after"));
}

static void abandoned(void)
{
    start();
    say("zero");
    uint64_t position = ring_head(&ring);
    ring_begin_locked(&ring);
    put("never said", 10);
    put("nor this", 8);
    CHECK(is_empty(position));
    say("one");
    struct ring_record record;
    CHECK(ring_read(&ring, &position, &record) == RING_OK);
    CHECK(record.sequence == 1 && record.length == 3);
    CHECK(is_empty(position));
}

static void abandoned_at_edge(void)
{
    start();
    publish_until(SIZE - 32);
    uint64_t position = ring_head(&ring);
    uint64_t next = ring_sequence_locked(&ring, position);
    ring_begin_locked(&ring);
    put(payload, 100); /* padding, then the record at the start */
    CHECK(is_empty(position));
    publish("fits", 4); /* the padding's place is the record's now */
    struct ring_record record;
    CHECK(ring_read(&ring, &position, &record) == RING_OK);
    CHECK(record.sequence == next && record.position == SIZE - 32 && position == SIZE);
}

static void numbers(void)
{
    start();
    uint64_t position = 0;
    struct ring_record record;
    for (uint64_t i = 0; i < 20000; i++) {
        CHECK(ring_sequence_locked(&ring, ring_head(&ring)) == i);
        publish(payload, (size_t)(i * 7919 % 300));
        CHECK(ring_read(&ring, &position, &record) == RING_OK);
        CHECK(record.sequence == i && record.length == i * 7919 % 300);
        if (check_failed)
            return;
    }
    CHECK(position > 10 * SIZE);
}

static void needs(void)
{
    CHECK(ring_need(0) == 16);
    CHECK(ring_need(1) == 32 && ring_need(16) == 32 && ring_need(17) == 48);
    CHECK(ring_need(RING_RECORD_MAX) == RING_RECORD_MAX + 16);
}

static void extremes(void)
{
    start();
    for (size_t i = 0; i < RING_RECORD_MAX; i++)
        payload[i] = (char)(i * 31);
    publish(payload, RING_RECORD_MAX);
    publish(payload, 0);
    uint64_t position = 0;
    struct ring_record record;
    CHECK(ring_read(&ring, &position, &record) == RING_OK);
    CHECK(record.length == RING_RECORD_MAX && memcmp(record.payload, payload, RING_RECORD_MAX) == 0);
    CHECK(ring_read(&ring, &position, &record) == RING_OK && record.length == 0);
    CHECK(is_empty(position));
}

static void put_too_much(void)
{
    publish(payload, RING_RECORD_MAX + 1);
}

static void too_large(void)
{
    start();
    CHECK(child_aborts(put_too_much));
}

static void ask_too_much(void)
{
    has_room(SIZE - SLACK + 16);
}

static void ask_far_too_much(void)
{
    has_room(SIZE_MAX - 15);
}

static void never_fits(void)
{
    start();
    CHECK(child_aborts(ask_too_much));
    CHECK(child_aborts(ask_far_too_much));
}

static void exactly_at_edge(void)
{
    start();
    publish_until(SIZE - 64);
    uint64_t position = ring_head(&ring);
    publish(payload, 48);
    CHECK(ring_head(&ring) == SIZE);
    struct ring_record record;
    CHECK(ring_read(&ring, &position, &record) == RING_OK && record.length == 48);
    CHECK(position == SIZE && is_empty(position));
    say("round the corner");
    CHECK(reads(&position, "round the corner"));
    CHECK(position == SIZE + 32);
}

static void wraps_with_padding(void)
{
    for (uint64_t left = 16; left <= 112; left += 16) {
        start();
        publish_until(SIZE - left);
        uint64_t position = ring_head(&ring);
        uint64_t next = ring_sequence_locked(&ring, position);
        publish(payload, 112); /* takes 128 */
        say("behind it");
        struct ring_record record;
        CHECK(ring_read(&ring, &position, &record) == RING_OK);
        CHECK(record.position == SIZE && record.sequence == next && record.length == 112);
        CHECK(position == SIZE + 128);
        CHECK(reads(&position, "behind it"));
    }
}

static void largest_padding(void)
{
    start();
    publish_until(SIZE - RING_RECORD_MAX);
    uint64_t position = ring_head(&ring);
    ring_open_reader_locked(&ring, 0, true, position - (SIZE - SLACK - ring_need(RING_RECORD_MAX)));
    CHECK(has_room(ring_need(RING_RECORD_MAX))); /* at its limit, and it pads as much as can be */
    publish(payload, RING_RECORD_MAX);
    CHECK(ring_head(&ring) == SIZE + ring_need(RING_RECORD_MAX));
    CHECK(ring_head(&ring) + 16 - ring_cursor(&ring, 0) <= SIZE);
    struct ring_record record;
    CHECK(ring_read(&ring, &position, &record) == RING_OK && record.position == SIZE);
}

static void full(void)
{
    start();
    ring_open_reader_locked(&ring, 3, true, 0);
    int count = 0;
    for (; has_room(ring_need(4000)); count++)
        publish(payload, 4000);
    CHECK((size_t)count == (SIZE - SLACK) / ring_need(4000));
    uint64_t position = 0;
    struct ring_record record;
    for (int i = 0; i < count; i++)
        CHECK(ring_read(&ring, &position, &record) == RING_OK && record.sequence == (uint64_t)i);
    CHECK(is_empty(position));
    CHECK(!has_room(ring_need(4000)));
    ring_advance(&ring, 3, position);
    CHECK(has_room(SIZE - SLACK));
}

static void room_to_the_byte(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    CHECK(has_room(SIZE - SLACK));
    publish(payload, 16); /* takes 32 */
    CHECK(has_room(SIZE - SLACK - 32));
    CHECK(!has_room(SIZE - SLACK - 16));
    ring_advance(&ring, 0, 16);
    CHECK(has_room(SIZE - SLACK - 16));
    publish_until(SIZE - SLACK + 16);
    CHECK(!has_room(16));
    CHECK(has_room(0));
    ring_advance(&ring, 0, 32);
    CHECK(has_room(16) && !has_room(32));
    uint64_t size;
    CHECK(ring_fill(&ring, &size) == SIZE - SLACK - 16);
}

static void room_counts_what_is_put(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    ring_begin_locked(&ring);
    put(payload, RING_RECORD_MAX);
    CHECK(ring_has_room_locked(&ring, SIZE - SLACK - ring_need(RING_RECORD_MAX)));
    CHECK(!ring_has_room_locked(&ring, SIZE - SLACK - ring_need(RING_RECORD_MAX) + 16));
}

static void slowest_counts(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    ring_open_reader_locked(&ring, 63, true, 0);
    ring_open_reader_locked(&ring, 7, false, 0);
    publish_until(SIZE - SLACK);
    ring_advance(&ring, 0, ring_head(&ring));
    CHECK(!has_room(16));
    ring_advance(&ring, 63, 4096);
    CHECK(has_room(4096) && !has_room(4096 + 16));
    ring_close_reader_locked(&ring, 63);
    CHECK(has_room(SIZE - SLACK));
    CHECK(!ring_reader_is_open(&ring, 63) && ring_reader_is_open(&ring, 0));
}

static void observers_hold_nobody_back(void)
{
    start();
    ring_open_reader_locked(&ring, 5, false, 0);
    publish_until(3 * SIZE);
    CHECK(has_room(SIZE - SLACK));
    CHECK(ring_cursor(&ring, 5) == 0);
}

static void late(void)
{
    start();
    say("missed");
    ring_open_reader_locked(&ring, 0, true, ring_head(&ring));
    uint64_t position = ring_cursor(&ring, 0);
    CHECK(is_empty(position));
    say("heard");
    CHECK(reads(&position, "heard") && is_empty(position));
    ring_advance(&ring, 0, position);
    /* one that takes up where another still is reads what that one has not released */
    ring_open_reader_locked(&ring, 1, true, ring_cursor(&ring, 0));
    say("by both");
    uint64_t other = ring_cursor(&ring, 1);
    CHECK(reads(&other, "by both") && reads(&position, "by both"));
}

static void late_and_slower(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    publish_until(SIZE - SLACK);
    ring_advance(&ring, 0, SIZE - SLACK);
    CHECK(has_room(4096));
    /* one that joins at an older place that nobody has overwritten is waited for from then on */
    ring_open_reader_locked(&ring, 1, true, 0);
    CHECK(!has_room(16));
}

/* ---- waiting for room ---- */

static void read_everything_soon(void)
{
    clock_sleep(30);
    ring_advance(&ring, 0, ring_head(&ring));
}

static void waits_for_slowest(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    publish_until(SIZE - SLACK);
    CHECK(!has_room(16));
    int64_t before = clock_monotonic();
    ring_want_room_locked(&ring);
    pid_t child = child_start(read_everything_soon);
    CHECK(ring_wait_room(&ring, 20000));
    CHECK(clock_monotonic() - before < (int64_t)15 * 1000000000);
    CHECK(has_room(16));
    CHECK(child_wait(child) == 0);
}

static void waits_no_longer_than_told(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    publish_until(SIZE - SLACK);
    int64_t before = clock_monotonic();
    ring_want_room_locked(&ring);
    CHECK(!ring_wait_room(&ring, 20));
    CHECK(clock_monotonic() - before >= 19000000);
}

static void woken_late(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    publish_until(SIZE - SLACK);
    ring_want_room_locked(&ring);
    ring_advance(&ring, 0, 16); /* still more than three quarters full */
    CHECK(!ring_wait_room(&ring, 0));
    ring_want_room_locked(&ring);
    ring_advance(&ring, 0, SIZE / 2);
    CHECK(ring_wait_room(&ring, 0));
}

static void woken_by_leaving(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    publish_until(SIZE - SLACK);
    ring_want_room_locked(&ring);
    ring_close_reader_locked(&ring, 0);
    CHECK(ring_wait_room(&ring, 0));
}

static void no_stale_wakeups(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    for (int i = 0; i < 10; i++) {
        ring_want_room_locked(&ring);
        CHECK(!ring_wait_room(&ring, 0));
        ring_want_room_locked(&ring);
        ring_unwant_room(&ring);
    }
    ring_advance(&ring, 0, 0);
    ring_want_room_locked(&ring);
    ring_advance(&ring, 0, 0);
    ring_unwant_room(&ring); /* after it was told */
    ring_want_room_locked(&ring);
    CHECK(!ring_wait_room(&ring, 0));
}

/* ---- observers ---- */

static uint64_t position, expected, missed;
static struct ring_record seen;

static enum ring_result observe(void)
{
    missed = 0;
    return ring_observe(&ring, &position, &expected, &seen, copy, &missed);
}

static void observe_from(uint64_t place)
{
    position = place;
    expected = ring_sequence_locked(&ring, place);
}

static void observes(void)
{
    start();
    observe_from(0);
    CHECK(observe() == RING_EMPTY);
    say("seen");
    CHECK(observe() == RING_OK);
    CHECK(seen.payload == copy && seen.length == 4 && memcmp(copy, "seen", 4) == 0);
    CHECK(expected == 1 && position == ring_head(&ring));
    CHECK(observe() == RING_EMPTY);
}

static void lapped(void)
{
    start();
    observe_from(0);
    say("one");
    CHECK(observe() == RING_OK);
    for (int i = 0; i < 1000; i++)
        publish(payload, 1000);
    CHECK(observe() == RING_MISSED);
    CHECK(missed == 1000);
    CHECK(observe() == RING_EMPTY);
    say("goes on");
    CHECK(observe() == RING_OK && seen.sequence == 1001 && memcmp(copy, "goes on", 7) == 0);
    for (int i = 0; i < 300; i++)
        publish(payload, 1000);
    CHECK(observe() == RING_MISSED && missed == 300);
}

static void lapped_exactly(void)
{
    start();
    observe_from(0);
    publish(payload, 16);
    publish_until(SIZE - 16);
    say("");                         /* 16 bytes: up to the edge */
    CHECK(ring_head(&ring) == SIZE); /* the next record's head lies on the observer's first record */
    CHECK(observe() == RING_MISSED);
    CHECK(missed == ring_sequence_locked(&ring, SIZE));

    start();
    observe_from(0);
    publish_until(SIZE - 16);
    CHECK(observe() == RING_OK && seen.sequence == 0);
}

static void lapped_before_first(void)
{
    start();
    for (int i = 0; i < 5; i++)
        say("long before");
    observe_from(ring_head(&ring));
    for (int i = 0; i < 1000; i++)
        publish(payload, 1000);
    CHECK(observe() == RING_MISSED && missed == 1000);
}

static void lapped_by_nothing(void)
{
    start();
    observe_from(0);
    say("overwritten by what never was");
    publish_until(SIZE - 4096);
    ring_begin_locked(&ring);
    for (int i = 0; i < 3; i++)
        put(payload, 4000);
    /* here the publisher dies; the next one writes less */
    say("x");
    uint64_t last = ring_sequence_locked(&ring, ring_head(&ring));
    CHECK(ring_head(&ring) < SIZE - 16);
    CHECK(observe() == RING_MISSED);
    CHECK(missed == last);
}

/* ---- broken bytes ---- */

static void damage(uint64_t place, uint32_t length, uint32_t kind)
{
    memcpy(ring.bytes + place % SIZE, &length, sizeof length);
    memcpy(ring.bytes + place % SIZE + 4, &kind, sizeof kind);
}

static uint32_t kind_of(uint64_t place)
{
    uint32_t kind;
    memcpy(&kind, ring.bytes + place % SIZE + 4, sizeof kind);
    return kind;
}

static void broken(void)
{
    start();
    publish(payload, 100);
    publish(payload, 100);
    uint32_t data = kind_of(0);
    CHECK(!is_broken(0));
    damage(0, 100, 0);
    CHECK(is_broken(0));
    damage(0, 100, 0xffffffff);
    CHECK(is_broken(0));
    damage(0, 241, data); /* beyond head */
    CHECK(is_broken(0));
    damage(0, RING_RECORD_MAX + 1, data);
    CHECK(is_broken(0));
    damage(0, 0xffffffff, data);
    CHECK(is_broken(0));
    damage(0, 0xfffffff1, data);
    CHECK(is_broken(0));
    CHECK(is_broken(8));
    CHECK(is_broken(ring_head(&ring) + 16));
    CHECK(is_broken(UINT64_MAX - 15));
    observe_from(0);
    CHECK(observe() == RING_BROKEN);
    CHECK(position == 0);
}

static void broken_at_edge(void)
{
    start();
    publish_until(SIZE - 32);
    uint64_t place = ring_head(&ring);
    publish(payload, 100);
    uint32_t pad = kind_of(place), data = kind_of(0);
    CHECK(!is_broken(place));
    damage(place, 17, data); /* over the edge, though not beyond head */
    CHECK(is_broken(place));
    damage(place, 16, pad);
    CHECK(is_broken(place));
    damage(place, 0, pad);
    CHECK(is_broken(place));
    damage(place, 64, pad);
    CHECK(is_broken(place));
    damage(place, 32, pad);
    CHECK(!is_broken(place));
    start();
    publish(payload, 100);
    damage(0, SIZE, pad); /* up to the edge, but beyond head */
    CHECK(is_broken(0));
}

/* A head where none can be: what is published next must not lie across the edge, let alone beyond it. */
static void damaged_head(void)
{
    start();
    static char guard[64];
    char *end = (char *)memory + ring_shm_size(SIZE);
    memcpy(guard, end, sizeof guard);
    ring_start_at(&ring, SIZE - 7);
    say("something");
    CHECK(ring_head(&ring) % 16 == 0 && ring_head(&ring) > SIZE);
    CHECK(memcmp(guard, end, sizeof guard) == 0);
}

static void random_bytes(void)
{
    uint64_t state = 88172645463325252;
    for (int round = 0; round < 2000; round++) {
        start();
        publish_until(SIZE + 4096);
        for (int i = 0; i < 64; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            ring.bytes[state % 512 + (state >> 32) % 2 * (SIZE - 512)] = (char)(state >> 40);
        }
        uint64_t place = SIZE - 16 * (state % 32);
        struct ring_record record;
        enum ring_result result;
        while ((result = ring_read(&ring, &place, &record)) == RING_OK)
            CHECK(record.length <= RING_RECORD_MAX && record.payload >= ring.bytes &&
                  record.payload + record.length <= ring.bytes + SIZE && place <= ring_head(&ring));
        CHECK(result == RING_BROKEN || (result == RING_EMPTY && place == ring_head(&ring)));
    }
}

static void wakeups(void)
{
    start();
    ring_open_reader_locked(&ring, 0, true, 0);
    ring_open_reader_locked(&ring, 63, true, 0);
    CHECK(wakeup_wait(ring_wakeup(&ring, 0), 0)); /* every reader looks once at the start */
    CHECK(wakeup_wait(ring_wakeup(&ring, 63), 0));
    CHECK(!wakeup_wait(ring_wakeup(&ring, 0), 0));
    ring_wake(&ring, UINT64_C(1) << 63 | 1 << 5);
    CHECK(!wakeup_wait(ring_wakeup(&ring, 0), 0));
    CHECK(!wakeup_wait(ring_wakeup(&ring, 5), 0)); /* nobody there */
    CHECK(wakeup_wait(ring_wakeup(&ring, 63), 0));
    ring_wake(&ring, 0);
    CHECK(!wakeup_wait(ring_wakeup(&ring, 0), 0));
    ring_wake_again(&ring, ~UINT64_C(0));
    CHECK(wakeup_wait(ring_wakeup(&ring, 0), 0) && wakeup_wait(ring_wakeup(&ring, 63), 0));
    CHECK(!wakeup_wait(ring_wakeup(&ring, 5), 0));
}

/* Every number of a reader is a bit, the first and the last as well. */
static void every_reader(void)
{
    start();
    for (int i = 0; i < RING_READERS; i++) {
        ring_open_reader_locked(&ring, i, true, 0);
        CHECK(wakeup_wait(ring_wakeup(&ring, i), 0));
    }
    publish_until(SIZE - SLACK);
    ring_wake(&ring, ~UINT64_C(0));
    for (int i = 0; i < RING_READERS; i++) {
        CHECK(wakeup_wait(ring_wakeup(&ring, i), 0));
        CHECK(!has_room(16)); /* whoever is left is waited for */
        ring_close_reader_locked(&ring, i);
    }
    CHECK(has_room(16));
    ring_wake_again(&ring, ~UINT64_C(0));
    for (int i = 0; i < RING_READERS; i++)
        CHECK(!wakeup_wait(ring_wakeup(&ring, i), 0));
}

static void opened_twice(void)
{
    start();
    ring_open_reader_locked(&ring, 2, true, 0);
    ring_open_reader_locked(&ring, 2, true, 0); /* whoever takes the place of one that died */
    CHECK(wakeup_wait(ring_wakeup(&ring, 2), 0));
    publish_until(SIZE - SLACK);
    CHECK(!has_room(16));
    ring_close_reader_locked(&ring, 2);
    CHECK(has_room(16) && !ring_reader_is_open(&ring, 2));
    ring_close_reader_locked(&ring, 2);
    CHECK(has_room(16));
}

int main(void)
{
    memory = child_share(ring_shm_size(SIZE) + 4096);
    CASE("only a power of two, and not too small, is a size", sizes);
    CASE("an empty ring has nothing to read and all its room", empty);
    CASE("a record of several parts is read as one, and then the ring is empty", one_record);
    CASE("another process's view finds the same records", attached);
    CASE("records are invisible until the commit, and then all there at once", invisible_until_commit);
    CASE("a commit without a record changes nothing", nothing_committed);
    CASE("what a publisher left beyond head is forgotten", abandoned);
    CASE("also when it was padding and a record behind the edge", abandoned_at_edge);
    CASE("records are numbered without a gap through many rounds", numbers);
    CASE("a record takes a head and its payload, in units of 16", needs);
    CASE("the largest and the empty record come out as they went in", extremes);
    CASE("a record over the largest aborts", too_large);
    CASE("asking for more than an empty ring has aborts, as it would wait for ever", never_fits);
    CASE("a record that ends exactly at the edge needs no padding", exactly_at_edge);
    CASE("a record that would wrap comes behind padding, whatever is left to the edge", wraps_with_padding);
    CASE("the largest padding before the largest record is allowed for", largest_padding);
    CASE("a full ring has no room until the reader moves, and loses nothing", full);
    CASE("room is counted to the byte", room_to_the_byte);
    CASE("room counts what the transaction has put already", room_counts_what_is_put);
    CASE("the slowest reliable reader counts, and none that has left", slowest_counts);
    CASE("observers hold nobody back", observers_hold_nobody_back);
    CASE("a reader that joins late reads what comes from then on", late);
    CASE("a reader that joins at an older place is waited for", late_and_slower);
    CASE("a publisher that waits is woken by the slowest reader", waits_for_slowest);
    CASE("a publisher waits no longer than told", waits_no_longer_than_told);
    CASE("a publisher is woken when a quarter is free, not for every record", woken_late);
    CASE("a publisher is woken when the slowest reader leaves", woken_by_leaving);
    CASE("who gave up waiting leaves no wake-up behind", no_stale_wakeups);
    CASE("an observer reads copies, in order", observes);
    CASE("an observer that was lapped is told exactly how many records it missed", lapped);
    CASE("an observer is lapped by the very head that lies on its record, not before", lapped_exactly);
    CASE("an observer lapped before it read anything is told what came since it joined", lapped_before_first);
    CASE("an observer does not read what a publisher wrote that died", lapped_by_nothing);
    CASE("bytes that are no record are refused", broken);
    CASE("records and paddings that do not end where they must are refused", broken_at_edge);
    CASE("a record after a damaged head does not lie across the edge", damaged_head);
    CASE("random bytes never lead a reader outside", random_bytes);
    CASE("each of all the readers is woken and waited for until it leaves", every_reader);
    CASE("a reader that is opened again is one reader", opened_twice);
    CASE("wakeups are posted for the open readers that were named, and only those", wakeups);
    CHECK_DONE();
}
