/* The ring under load: several processes publish, several reliable readers and an observer read.
 * Every reliable reader must see every record, whole, in the same order; the observer must see or
 * be told of every one. Then the same with publishers that are killed at random and replaced.
 *
 * ring-stress [RECORDS [SEED [KILLS]]] */
#include "ipc/txn.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "child.h"
#include "slots.h"

enum { PUBLISHERS = 3, READERS = 2, OBSERVER = READERS, RING = 1 << 20, LARGEST = 400 };

/* Head of a payload; what follows is a function of it. */
struct mark {
    uint32_t publisher;
    uint32_t length; /* of the payload */
    uint64_t number; /* of the record among the publisher's */
    uint64_t check;
};

/* In the caller's area. `published` is ground truth: it must be what the ring says. */
struct tally {
    uint64_t published[PUBLISHERS];
    struct {
        uint64_t records, hash, missed, bytes;
        uint64_t last[PUBLISHERS];
        bool broken;
    } seen[READERS + 1];
    _Atomic uint32_t done; /* nobody publishes any more */
};

static struct txn txn;
static struct tally *tally;
static uint64_t records_wanted = 4000000, seed, kills_wanted = 300;

static uint64_t mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

static uint64_t hash_bytes(const char *bytes, size_t length, uint64_t hash)
{
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    for (; length > 0; bytes++, length--)
        hash = (hash ^ (unsigned char)*bytes) * UINT64_C(1099511628211);
    return hash;
}

/* Publishes this publisher's records from where its predecessor ended, four to a transaction. */
static void publish_as(uint32_t publisher)
{
    static char filling[LARGEST];
    memset(filling, (int)('A' + publisher), sizeof filling);
    uint64_t share = records_wanted / PUBLISHERS;
    for (;;) {
        txn_begin(&txn, 4 * ring_need(sizeof(struct mark) + LARGEST));
        uint64_t number = tally->published[publisher];
        if (number >= share) {
            txn_commit(&txn);
            break;
        }
        txn_save(&txn, &tally->published[publisher], sizeof number);
        tally->published[publisher] = number + 4;
        for (uint64_t i = number; i < number + 4; i++) {
            size_t length = mix(seed ^ i * PUBLISHERS ^ publisher) % (i % 64 ? 120 : LARGEST);
            struct mark mark = {.publisher = publisher, .length = (uint32_t)(sizeof mark + length), .number = i};
            mark.check = hash_bytes(filling, length, mix(i << 8 | publisher));
            struct iovec parts[] = {{&mark, sizeof mark}, {filling, length}};
            txn_publish(&txn, parts, 2, (1 << (READERS + 1)) - 1);
        }
        txn_commit(&txn);
        txn_wake_readers(&txn);
    }
}

/* Checks one record and counts it. False if it is not as it was published. */
static bool take(int reader, const struct ring_record *record)
{
    struct mark mark;
    if (record->length < sizeof mark)
        return false;
    memcpy(&mark, record->payload, sizeof mark);
    const char *filling = record->payload + sizeof mark;
    size_t length = record->length - sizeof mark;
    if (mark.length != record->length || mark.publisher >= PUBLISHERS ||
        hash_bytes(filling, length, mix(mark.number << 8 | mark.publisher)) != mark.check)
        return false;
    uint64_t *last = &tally->seen[reader].last[mark.publisher];
    if (reader == OBSERVER ? mark.number < *last : mark.number != *last)
        return false;
    *last = mark.number + 1;
    tally->seen[reader].records++;
    tally->seen[reader].bytes += record->length;
    tally->seen[reader].hash =
        (tally->seen[reader].hash ^ mix(record->sequence) ^ mark.check) * UINT64_C(0x9e3779b97f4a7c15);
    return true;
}

static void read_as(int reader)
{
    uint64_t position = ring_cursor(&txn.ring, reader), records = 0;
    for (;;) {
        struct ring_record record;
        enum ring_result result = RING_OK;
        uint64_t before = position;
        bool done = atomic_load(&tally->done);
        for (int i = 0; i < 256 && (result = ring_read(&txn.ring, &position, &record)) == RING_OK; i++, records++)
            if (record.sequence != records || !take(reader, &record))
                result = RING_BROKEN, i = 256;
        if (position != before)
            ring_advance(&txn.ring, reader, position);
        if (result == RING_BROKEN) {
            tally->seen[reader].broken = true;
            break;
        }
        if (result == RING_EMPTY) {
            if (done)
                break;
            /* For ever: a wake-up that is lost shows as a test that does not end. */
            wakeup_wait(ring_wakeup(&txn.ring, reader), -1);
        }
    }
    if (!tally->seen[reader].broken)
        return;
    txn_begin(&txn, 0);
    ring_close_reader_locked(&txn.ring, reader); /* let the others finish */
    txn_commit(&txn);
}

static void observe(void)
{
    static char copy[RING_RECORD_MAX];
    uint64_t position = ring_cursor(&txn.ring, OBSERVER), expected = 0, missed, state = seed;
    for (;;) {
        struct ring_record record;
        bool done = atomic_load(&tally->done);
        switch (ring_observe(&txn.ring, &position, &expected, &record, copy, &missed)) {
        case RING_OK:
            if (!take(OBSERVER, &record)) {
                tally->seen[OBSERVER].broken = true;
                return;
            }
            state = mix(state + 1);
            if (state % 50000 == 0)
                clock_sleep(20); /* long enough to be lapped */
            break;
        case RING_MISSED:
            tally->seen[OBSERVER].missed += missed;
            break;
        case RING_EMPTY:
            if (done)
                return;
            wakeup_wait(ring_wakeup(&txn.ring, OBSERVER), 10);
            break;
        case RING_BROKEN:
            tally->seen[OBSERVER].broken = true;
            return;
        }
    }
}

/* ---- the processes ---- */

static char name[REGION_NAME_SIZE];
static pid_t publishers[PUBLISHERS], readers[READERS + 1];

static uint32_t role;
static void be_publisher(void)
{
    if (txn_live(&txn, 1 + role))
        _exit(1); /* somebody lives there who should be dead */
    publish_as(role);
}
static void be_reader(void)
{
    if (role == OBSERVER)
        observe();
    else
        read_as((int)role);
}

static void start(void)
{
    child_name_region(name);
    CHECK(txn_create(&txn, name, 1, RING, sizeof *tally) == 0);
    slots_make(&txn.liveness);
    tally = txn_area(&txn, NULL);
    for (role = 0; role <= OBSERVER; role++)
        ring_open_reader_locked(&txn.ring, (int)role, role < READERS, ring_head(&txn.ring));
    for (role = 0; role <= OBSERVER; role++)
        readers[role] = child_start(be_reader);
    for (role = 0; role < PUBLISHERS; role++)
        publishers[role] = child_start(be_publisher);
}

static void finish(void)
{
    for (int i = 0; i < PUBLISHERS; i++)
        CHECK(child_wait(publishers[i]) == 0);
    atomic_store(&tally->done, 1);
    ring_wake_again(&txn.ring, ~UINT64_C(0));
    for (int i = 0; i <= READERS; i++)
        CHECK(child_wait(readers[i]) == 0);

    uint64_t published = 0;
    for (int i = 0; i < PUBLISHERS; i++)
        published += tally->published[i];
    CHECK(published >= records_wanted / PUBLISHERS * PUBLISHERS);
    CHECK(ring_sequence_locked(&txn.ring, ring_head(&txn.ring)) == published);
    for (int i = 0; i < READERS; i++) {
        CHECK(!tally->seen[i].broken);
        CHECK(tally->seen[i].records == published);
        CHECK(tally->seen[i].hash == tally->seen[0].hash);
        CHECK(ring_cursor(&txn.ring, i) == ring_head(&txn.ring));
    }
    CHECK(!tally->seen[OBSERVER].broken);
    CHECK(tally->seen[OBSERVER].records + tally->seen[OBSERVER].missed == published);
    printf("# %" PRIu64 " records, %" PRIu64 " MB; the observer missed %" PRIu64 "\n", published,
           tally->seen[0].bytes >> 20, tally->seen[OBSERVER].missed);
    region_unmap(&txn.region);
    region_unlink(name);
}

static void load(void)
{
    int64_t began = clock_monotonic();
    start();
    finish();
    double seconds = (double)(clock_monotonic() - began) / 1e9;
    printf("# %.2f s: %.0f records/s, each published once and read %d times on the same cores\n", seconds,
           (double)records_wanted / seconds, READERS + 1);
}

static void killing(void)
{
    printf("# seed %" PRIu64 "\n", seed);
    uint64_t state = seed, kills = 0;
    start();
    while (kills < kills_wanted) {
        state = mix(state + 1);
        struct timespec span = {.tv_nsec = (long)(state % 3000000)};
        nanosleep(&span, NULL);
        role = (uint32_t)(state >> 40) % PUBLISHERS;
        kill(publishers[role], SIGKILL);
        int status = child_wait(publishers[role]);
        CHECK(status == 0 || child_was_killed(status));
        kills += status != 0;
        if (status == 0) /* nothing left to publish */
            break;
        ring_wake_again(&txn.ring, ~UINT64_C(0)); /* as the supervisor does */
        publishers[role] = child_start(be_publisher);
    }
    if (kills < kills_wanted)
        publishers[role] = child_start(be_publisher);
    printf("# %" PRIu64 " publishers killed\n", kills);
    finish();
}

/* One process alone: what a record costs without waiting for anybody. */
static void cost(void)
{
    enum { RECORDS = 400000, BATCH = 16 };
    child_name_region(name);
    CHECK(txn_create(&txn, name, 1, RING, sizeof *tally) == 0);
    ring_open_reader_locked(&txn.ring, 0, true, ring_head(&txn.ring));
    char payload[100] = "";
    struct iovec part = {payload, sizeof payload};
    int64_t publishing = 0, reading = 0;
    uint64_t position = ring_head(&txn.ring), read = 0;
    for (int i = 0; i < RECORDS; i += BATCH) {
        int64_t began = clock_monotonic();
        for (int j = 0; j < BATCH; j++) {
            txn_begin(&txn, ring_need(sizeof payload));
            txn_publish(&txn, &part, 1, 1);
            txn_commit(&txn);
        }
        txn_wake_readers(&txn);
        int64_t between = clock_monotonic();
        struct ring_record record;
        while (ring_read(&txn.ring, &position, &record) == RING_OK)
            read++;
        ring_advance(&txn.ring, 0, position);
        wakeup_wait(ring_wakeup(&txn.ring, 0), 0);
        publishing += between - began;
        reading += clock_monotonic() - between;
    }
    CHECK(read == RECORDS);
    printf("# alone: %.0f ns to publish a record of 100 bytes in its own transaction, %.1f ns to "
           "read it\n",
           (double)publishing / RECORDS, (double)reading / RECORDS);
    region_unmap(&txn.region);
    region_unlink(name);
}

int main(int argc, char **argv)
{
    seed = (uint64_t)clock_monotonic() % 1000000;
    if (argc > 1)
        records_wanted = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    if (argc > 3)
        kills_wanted = strtoull(argv[3], NULL, 10);
    int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    CASE("publishing and reading cost what they cost", cost);
    CASE("all readers see all records of all publishers in one order", load);
    CASE("publishers killed at random leave no half record and lose none", killing);
    CHECK_DONE();
}
