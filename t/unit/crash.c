/* Death at every crash point: a child dies at the first one it passes, the next child at the
 * second, and so on until one lives. After each death the next transaction must find all or nothing
 * of what the dead did.
 *
 * The layer is compiled into this test, with its crash points in, in place of the one in the
 * library. */
#define CRASHPOINTS
#include "ipc/wakeup.c"
#include "ipc/journal.c"
#include "ipc/lock.c"
#include "ipc/ring.c"
#include "ipc/txn.c"

#include "check.h"
#include "child.h"

enum { FIELDS = 5 };

struct truth {
    uint64_t fields[FIELDS]; /* all equal between transactions */
    uint64_t derived;
};

static struct txn txn;
static struct truth *truth;
static int points_left = -1; /* crash points to pass before death; -1 for ever */
static const char *died_at;

void crashpoint_pass(const char *name)
{
    if (points_left == 0) {
        died_at = name;
        child_die();
    }
    if (points_left > 0)
        points_left--;
}

static void repair(void *context)
{
    (void)context;
    CRASHPOINT("repairing");
    truth->derived = truth->fields[0] * 2;
}

static void set(uint64_t value)
{
    struct iovec part = {.iov_base = &value, .iov_len = sizeof value};
    txn_begin(&txn, 2 * ring_need(sizeof value));
    txn_publish(&txn, &part, 1, 1);
    for (int i = 0; i < FIELDS; i++) {
        txn_save(&txn, &truth->fields[i], sizeof truth->fields[i]);
        CRASHPOINT("between saving and changing");
        truth->fields[i] = value;
        CRASHPOINT("changed");
    }
    txn_publish(&txn, &part, 1, 1);
    truth->derived = 2 * value;
    txn_commit(&txn);
    txn_wake_readers(&txn);
}

static uint64_t next_value;
static uint64_t origin; /* where the ring begins */

static void change_and_die(void)
{
    set(next_value);
}

static void recover_and_die(void)
{
    txn_begin(&txn, 0);
    txn_commit(&txn);
}

/* What the ring says in pairs must be what the truth says. Returns it, and checks that all agree.
 */
static uint64_t consistent(uint64_t *place)
{
    static uint64_t last;
    txn_begin(&txn, 0);
    for (int i = 1; i < FIELDS; i++)
        CHECK(truth->fields[i] == truth->fields[0]);
    CHECK(truth->derived == 2 * truth->fields[0]);
    struct ring_record record;
    enum ring_result result;
    int records = 0;
    if (*place == origin)
        last = 0;
    while ((result = ring_read(&txn.ring, place, &record)) == RING_OK) {
        CHECK(record.length == sizeof last);
        memcpy(&last, record.payload, sizeof last);
        records++;
    }
    CHECK(result == RING_EMPTY && records % 2 == 0);
    CHECK(last == truth->fields[0]);
    ring_advance(&txn.ring, 0, *place);
    txn_commit(&txn);
    return last;
}

static uint64_t place;
static char name[REGION_NAME_SIZE];

static void start(void)
{
    child_name_region(name);
    CHECK(txn_create(&txn, name, 1, RING_MIN_SIZE, sizeof *truth) == 0);
    truth = txn_area(&txn, NULL);
    txn_set_repair(&txn, repair, NULL);
    place = origin = ring_head(&txn.ring);
    ring_open_reader_locked(&txn.ring, 0, true, place);
}

static void stop(void)
{
    region_unmap(&txn.region);
    region_unlink(name);
}

/* Runs `body` in children that die one crash point later each time. Returns how many points there
 * are. */
static int die_everywhere(void (*body)(void), bool dead_before)
{
    for (int point = 0; point < 1000 && !check_failed; point++) {
        uint64_t before = truth->fields[0];
        if (dead_before) {
            points_left = 12; /* in the middle of the changes */
            next_value = before + 1000;
            CHECK(child_was_killed(child_run(change_and_die)));
        }
        points_left = point;
        next_value = before + 1;
        int status = child_run(body);
        points_left = -1;
        uint64_t now = consistent(&place);
        CHECK(now == before || now == before + 1);
        if (status == 0)
            return point;
        CHECK(child_was_killed(status));
        while (wakeup_wait(ring_wakeup(&txn.ring, 0), 0)) /* whatever the dead left, */
            continue;
        set(now + 1); /* the next publisher is heard */
        CHECK(wakeup_wait(ring_wakeup(&txn.ring, 0), 0));
        CHECK(consistent(&place) == now + 1);
    }
    return 0;
}

static void changing(void)
{
    start();
    CHECK(die_everywhere(change_and_die, false) >= 20);
    stop();
}

static void recovering(void)
{
    start();
    CHECK(die_everywhere(recover_and_die, true) >= 5);
    stop();
}

static void recovering_and_changing(void)
{
    start();
    CHECK(die_everywhere(change_and_die, true) >= 25);
    stop();
}

static void die_twice(void)
{
    /* from one end of the ring to the other, so that paddings and wraps die too */
    start();
    for (int i = 0; i < 4000 && !check_failed; i++) {
        uint64_t before = truth->fields[0];
        points_left = i % 41;
        next_value = before + 1;
        int first = child_run(change_and_die);
        points_left = i / 41 % 17;
        int second = child_run(recover_and_die);
        points_left = -1;
        CHECK(first == 0 || child_was_killed(first));
        CHECK(second == 0 || child_was_killed(second));
        uint64_t now = consistent(&place);
        CHECK(now == before || (now == before + 1));
        set(now + 1);
    }
    CHECK(place - origin > RING_MIN_SIZE / 2);
    stop();
}

static void open_and_close(void)
{
    txn_begin(&txn, 0);
    ring_open_reader_locked(&txn.ring, 5, true, ring_head(&txn.ring));
    txn_commit(&txn);
    txn_begin(&txn, 0);
    ring_close_reader_locked(&txn.ring, 5);
    txn_commit(&txn);
}

/* Whether those who look at the bits of open readers alone pass none by. */
static bool open_bits_suffice(void)
{
    uint64_t open = atomic_load(&txn.ring.shared->open);
    for (int i = 0; i < RING_READERS; i++)
        if (ring_reader_is_open(&txn.ring, i) && !(open >> i & 1))
            return false;
    return true;
}

/* A bit too many is there after some deaths, and harmless: the state decides. */
static void opening_and_closing(void)
{
    start();
    const uint64_t others = atomic_load(&txn.ring.shared->open);
    int deaths = 0, bits_too_many = 0;
    for (bool done = false; !done && !check_failed;) {
        points_left = deaths;
        int status = child_run(open_and_close);
        points_left = -1;
        done = status == 0;
        CHECK(done || child_was_killed(status));
        CHECK(open_bits_suffice());
        bits_too_many += atomic_load(&txn.ring.shared->open) != others && !ring_reader_is_open(&txn.ring, 5);
        open_and_close();
        CHECK(atomic_load(&txn.ring.shared->open) == others && !ring_reader_is_open(&txn.ring, 5));
        set(truth->fields[0] + 1);
        CHECK(consistent(&place) == truth->fields[0]);
        deaths++;
    }
    CHECK(deaths > 4 && bits_too_many == 1);
    /* Whoever dies in the middle of closing leaves one too. */
    ring_open_reader_locked(&txn.ring, 5, true, ring_head(&txn.ring));
    while (wakeup_wait(ring_wakeup(&txn.ring, 5), 0))
        continue;
    atomic_store(&txn.ring.shared->readers[5].state, READER_CLOSED);
    CHECK(open_bits_suffice() && slowest(&txn.ring) == ring_cursor(&txn.ring, 0));
    set(truth->fields[0] + 1);
    ring_wake_again(&txn.ring, ~UINT64_C(0));
    CHECK(!wakeup_wait(ring_wakeup(&txn.ring, 5), 0));
    CHECK(consistent(&place) == truth->fields[0]);
    CHECK(slowest(&txn.ring) == ring_head(&txn.ring));
    open_and_close();
    CHECK(atomic_load(&txn.ring.shared->open) == others);
    stop();
}

int main(void)
{
    int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    CASE("a publisher may die at every crash point", changing);
    CASE("one that recovers from a death may die at every crash point", recovering);
    CASE("one that recovers and then publishes may die at every crash point", recovering_and_changing);
    CASE("deaths in pairs, one in a change and one in its recovery, through much of the ring", die_twice);
    CASE("whoever opens or closes a reader may die at every crash point", opening_and_closing);
    CHECK_DONE();
}
