/* Transactions, the lock and the journal: whoever dies wherever, a change and its record are both
 * there or both not. t/unit/crash.c does the same at every crash point; here are the deaths that
 * have a name. */
#include "ipc/txn.h"

#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "child.h"
#include "slots.h"

/* What the caller of the layer keeps in its area: two numbers that are always equal, and their
 * double, which is derived. */
struct truth {
    uint64_t left, right;
    uint64_t derived;
    _Atomic int go; /* between the processes of a test, no part of any transaction */
};

static struct txn txn;
static struct truth *truth;
static char name[REGION_NAME_SIZE];
static uint64_t first; /* where the ring begins */
static int repairs;

static void repair(void *context)
{
    CHECK(context == &repairs);
    repairs++;
    truth->derived = truth->left + truth->right;
}

static void start(void)
{
    child_name_region(name);
    CHECK(txn_create(&txn, name, 1, RING_MIN_SIZE, sizeof *truth) == 0);
    size_t size;
    truth = txn_area(&txn, &size);
    CHECK(size == sizeof *truth);
    repairs = 0;
    txn_set_repair(&txn, repair, &repairs);
    slots_make(&txn.liveness);
    CHECK(txn_live(&txn, 1) == 0);
    first = ring_head(&txn.ring);
    ring_open_reader_locked(&txn.ring, 0, true, first);
    wakeup_wait(ring_wakeup(&txn.ring, 0), 0);
}

static void stop(void)
{
    liveness_close(&txn.liveness);
    region_unmap(&txn.region);
    region_unlink(name);
}

static const size_t need = 32;

static void publish(uint64_t value)
{
    struct iovec part = {.iov_base = &value, .iov_len = sizeof value};
    txn_publish(&txn, &part, 1, 1);
}

static void change(uint64_t value)
{
    txn_save(&txn, &truth->left, sizeof truth->left);
    truth->left = value;
    txn_save(&txn, &truth->right, sizeof truth->right);
    truth->right = value;
    truth->derived = 2 * value;
    publish(value);
}

static void set(uint64_t value)
{
    txn_begin(&txn, need);
    change(value);
    txn_commit(&txn);
    txn_wake_readers(&txn);
}

static bool is(uint64_t value)
{
    return truth->left == value && truth->right == value && truth->derived == 2 * value;
}

/* True if the ring holds exactly these values. */
static bool says(const uint64_t *values, int count)
{
    uint64_t position = first;
    struct ring_record record;
    for (int i = 0; i < count; i++)
        if (ring_read(&txn.ring, &position, &record) != RING_OK || record.length != 8 ||
            memcmp(record.payload, &values[i], 8) != 0 || record.sequence != (uint64_t)i)
            return false;
    return ring_read(&txn.ring, &position, &record) == RING_EMPTY;
}
#define SAYS(...) says((uint64_t[]){__VA_ARGS__}, (int)(sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)))

static bool rang(void)
{
    return wakeup_wait(ring_wakeup(&txn.ring, 0), 0);
}

static void committed(void)
{
    start();
    set(1);
    set(2);
    CHECK(is(2) && SAYS(1, 2) && repairs == 0);
    CHECK(rang() && !rang());
    stop();
}

static void wakeups_wait_for_their_time(void)
{
    start();
    txn_begin(&txn, need);
    change(1);
    txn_commit(&txn);
    CHECK(!rang());
    txn_wake_readers(&txn);
    CHECK(rang());
    txn_wake_readers(&txn);
    CHECK(!rang());
    stop();
}

static void die_at_once(void)
{
    txn_begin(&txn, need);
    child_die();
}

static void without_record(void)
{
    start();
    set(1);
    txn_begin(&txn, 0);
    txn_save(&txn, &truth->left, 8);
    txn_save(&txn, &truth->right, 8);
    truth->left = truth->right = 5;
    truth->derived = 10;
    txn_commit(&txn);
    CHECK(child_was_killed(child_run(die_at_once)));
    txn_begin(&txn, 0);
    txn_commit(&txn);
    CHECK(is(5) && SAYS(1) && repairs == 1);
    stop();
}

static void opened(void)
{
    start();
    set(1);
    struct txn mine = txn;
    CHECK(txn_open(&txn, name, 1) == 0);
    txn.liveness = mine.liveness;
    CHECK(txn_live(&txn, 2) == 0);
    truth = txn_area(&txn, NULL);
    CHECK(txn.region.base != mine.region.base);
    CHECK(is(1) && SAYS(1));
    set(2);
    region_unmap(&txn.region);
    txn = mine;
    truth = txn_area(&txn, NULL);
    CHECK(is(2) && SAYS(1, 2));
    CHECK(txn_open(&mine, name, 2) == -1 && errno == ENOTSUP);
    stop();
}

static void broken_ring_size(void)
{
    start();
    size_t size;
    uint64_t *ring = region_area(&txn.region, 2, &size);
    uint64_t right = *ring;
    struct txn other;
    static const uint64_t wrong[] = {0, RING_MIN_SIZE * 2, RING_MIN_SIZE - 1, UINT64_MAX};
    for (int i = 0; i < 4; i++) {
        *ring = wrong[i];
        CHECK(txn_open(&other, name, 1) == -1 && errno == EPROTO);
    }
    *ring = right;
    CHECK(txn_open(&other, name, 1) == 0);
    region_unmap(&other.region);
    CHECK(txn_create(&other, name, 1, RING_MIN_SIZE + 1, 8) == -1 && errno == EINVAL);
    CHECK(txn_open(&other, name, 1) == -1 && errno == ENOENT);
    region_unmap(&txn.region);
}

/* Areas that are too small for what should lie in them. */
static void broken_areas(void)
{
    start();
    struct txn other;
    for (int area = 0; area < 3; area++) {
        uint64_t *size = (uint64_t *)txn.region.base + 3 + 2 * area + 1, right = *size;
        *size = 8;
        CHECK(txn_open(&other, name, 1) == -1 && errno == EPROTO);
        *size = right;
    }
    stop();
}

static void recover(void)
{
    journal_recover_locked(&txn.journal, 0);
}

static void save(void)
{
    journal_save_locked(&txn.journal, truth, sizeof *truth);
}

/* Lengths and places in the journal that lead outside of it or of the region. */
static void broken_journal(void)
{
    start();
    uint64_t *journal = region_area(&txn.region, 1, NULL), *used = &journal[1], *trailer = &journal[2];
    journal[0] = 0;
    *used = UINT64_MAX;
    CHECK(child_aborts(recover) && child_aborts(save));
    *used = (uint64_t)1 << 20 | 16;
    CHECK(child_aborts(recover) && child_aborts(save));
    static const uint64_t wrong[][2] = {{0, 1}, {UINT64_MAX, 0}, {0, UINT64_MAX}, {(uint64_t)1 << 40, 0}};
    for (int i = 0; i < 4; i++) {
        *used = 16;
        memcpy(trailer, wrong[i], sizeof wrong[i]);
        CHECK(child_aborts(recover));
    }
    *used = 0;
    set(7);
    stop();
}

/* ---- deaths ---- */

static void die_between_changes(void)
{
    txn_begin(&txn, need);
    txn_save(&txn, &truth->left, 8);
    truth->left = 99;
    child_die();
}

static void die_before_head(void)
{
    txn_begin(&txn, need);
    change(99);
    child_die();
}

static void die_behind_head(void)
{
    txn_begin(&txn, need);
    change(99);
    ring_commit_locked(&txn.ring);
    child_die();
}

static void die_before_wakeups(void)
{
    txn_begin(&txn, need);
    change(99);
    txn_commit(&txn);
    child_die();
}

static void die_without_lock(void)
{
    set(99);
    child_die();
}

static void owner_dead(void)
{
    start();
    set(1);
    CHECK(child_was_killed(child_run(die_at_once)));
    set(2);
    CHECK(is(2) && SAYS(1, 2) && repairs == 1);
    set(3);
    CHECK(repairs == 1); /* mended for good */
    stop();
}

static void half_changed(void)
{
    start();
    set(1);
    CHECK(child_was_killed(child_run(die_between_changes)));
    CHECK(truth->left == 99);
    txn_begin(&txn, 0);
    CHECK(is(1) && repairs == 1);
    txn_commit(&txn);
    stop();
}

static void bytes_without_head(void)
{
    start();
    set(1);
    CHECK(child_was_killed(child_run(die_before_head)));
    CHECK(SAYS(1)); /* even before anybody has repaired */
    txn_begin(&txn, 0);
    CHECK(is(1) && repairs == 1);
    txn_commit(&txn);
    CHECK(SAYS(1));
    set(2);
    CHECK(is(2) && SAYS(1, 2));
    stop();
}

static void head_without_wakeups(void)
{
    start();
    set(1);
    CHECK(rang());
    CHECK(child_was_killed(child_run(die_behind_head)));
    CHECK(SAYS(1, 99));
    txn_begin(&txn, 0);
    CHECK(is(99) && repairs == 1);
    txn_commit(&txn);
    CHECK(is(99) && SAYS(1, 99));
    CHECK(!rang());
    ring_wake_again(&txn.ring, ~UINT64_C(0));
    CHECK(rang());
    stop();
}

static void released_without_wakeups(void)
{
    start();
    CHECK(child_was_killed(child_run(die_before_wakeups)));
    CHECK(is(99) && SAYS(99) && !rang());
    set(1);
    CHECK(repairs == 0 && SAYS(99, 1) && rang());
    stop();
}

static void died_later(void)
{
    start();
    CHECK(child_was_killed(child_run(die_without_lock)));
    set(1);
    CHECK(repairs == 0 && SAYS(99, 1));
    stop();
}

static void repair_and_die(void *context)
{
    (void)context;
    truth->derived = 12345;
    child_die();
}

static void die_repairing(void)
{
    txn_set_repair(&txn, repair_and_die, NULL);
    txn_begin(&txn, need);
}

static void recovery_died(void)
{
    start();
    set(1);
    CHECK(child_was_killed(child_run(die_before_head)));
    for (int i = 0; i < 3; i++)
        CHECK(child_was_killed(child_run(die_repairing)));
    set(2);
    CHECK(is(2) && SAYS(1, 2) && repairs == 1);
    stop();
}

static void hold(void)
{
    CHECK(txn_live(&txn, 2) == 0);
    txn_begin(&txn, need);
    atomic_store(&truth->go, 1);
    while (atomic_load(&truth->go) != 2)
        clock_sleep(1);
    txn_commit(&txn);
}

static void wait_until(int value)
{
    while (atomic_load(&truth->go) != value)
        clock_sleep(1);
}

static void busy(void)
{
    start();
    pid_t child = child_start(hold);
    wait_until(1);
    CHECK(!txn_try_begin(&txn, need));
    uint32_t turn, again;
    CHECK(lock_owner(&txn.lock, &turn) == 2 && liveness_pid(&txn.liveness, 2) == child);
    CHECK(lock_owner(&txn.lock, &again) == 2 && again == turn);
    atomic_store(&truth->go, 2);
    CHECK(child_wait(child) == 0);
    CHECK(lock_owner(&txn.lock, &again) == LOCK_NOBODY && again == turn);
    CHECK(txn_try_begin(&txn, need));
    CHECK(lock_owner(&txn.lock, &again) == 1 && again > turn);
    txn_commit(&txn);
    CHECK(repairs == 0);
    stop();
}

static void try_after_death(void)
{
    start();
    set(1);
    CHECK(child_was_killed(child_run(die_before_head)));
    CHECK(txn_try_begin(&txn, need));
    CHECK(is(1) && repairs == 1);
    change(2);
    txn_commit(&txn);
    CHECK(is(2) && SAYS(1, 2));
    stop();
}

static void fill(void)
{
    while (txn_try_begin(&txn, need)) {
        publish(0);
        txn_commit(&txn);
    }
}

static void no_room(void)
{
    start();
    fill();
    CHECK(!txn_try_begin(&txn, need));
    uint32_t turn;
    CHECK(lock_owner(&txn.lock, &turn) == LOCK_NOBODY);
    CHECK(txn_try_begin(&txn, 0)); /* a change without a record needs no room */
    txn_commit(&txn);
    ring_advance(&txn.ring, 0, ring_head(&txn.ring));
    CHECK(txn_try_begin(&txn, need));
    txn_commit(&txn);
    stop();
}

static void read_when_rung(void)
{
    while (!wakeup_wait(ring_wakeup(&txn.ring, 0), -1))
        continue;
    ring_advance(&txn.ring, 0, ring_head(&txn.ring));
}

/* A poster died in the middle, and its post never came. */
static void silence(void)
{
    while (wakeup_wait(ring_wakeup(&txn.ring, 0), 0))
        continue;
    atomic_store(&ring_wakeup(&txn.ring, 0)->posted, 1);
}

static void waits_for_room(void)
{
    start();
    fill();
    uint64_t before = ring_head(&txn.ring);
    while (wakeup_wait(ring_wakeup(&txn.ring, 0), 0))
        continue;
    pid_t child = child_start(read_when_rung);
    set(1); /* rings the reader although nobody did before */
    CHECK(ring_head(&txn.ring) == before + need);
    CHECK(child_wait(child) == 0);
    stop();
}

static void waits_for_a_silenced_reader(void)
{
    start();
    fill();
    silence();
    pid_t child = child_start(read_when_rung);
    set(1);
    CHECK(child_wait(child) == 0);
    stop();
}

static void trying_wakes_a_silenced_reader(void)
{
    start();
    fill();
    silence();
    pid_t child = child_start(read_when_rung);
    CHECK(!txn_try_begin(&txn, need));
    CHECK(child_wait(child) == 0);
    CHECK(txn_try_begin(&txn, need));
    txn_commit(&txn);
    stop();
}

/* ---- mistakes of ours ---- */

static void save_too_much(void)
{
    txn_begin(&txn, 0);
    for (int i = 0; i < 100000; i++)
        txn_save(&txn, &truth->left, sizeof truth->left);
}

static void save_elsewhere(void)
{
    char here[8];
    txn_begin(&txn, 0);
    txn_save(&txn, here, sizeof here);
}

static void save_over_the_end(void)
{
    txn_begin(&txn, 0);
    txn_save(&txn, txn.region.base + txn.region.size - 4, 8);
}

static void publish_too_much(void)
{
    txn_begin(&txn, need);
    publish(1);
    publish(2);
}

static void our_mistakes(void)
{
    start();
    set(1);
    CHECK(child_aborts(save_too_much));
    CHECK(child_aborts(save_elsewhere));
    CHECK(child_aborts(save_over_the_end));
    CHECK(child_aborts(publish_too_much));
    set(2); /* and they harm nobody else */
    CHECK(is(2) && SAYS(1, 2));
    stop();
}

static void save_often_and_die(void)
{
    txn_begin(&txn, 0);
    for (uint64_t i = 10; i < 20; i++) {
        txn_save(&txn, &truth->left, 8);
        truth->left = i;
    }
    txn_save(&txn, truth, 16);
    memset(truth, 0xff, 16);
    txn_save(&txn, truth, 0);
    child_die();
}

static void put_back_backwards(void)
{
    start();
    set(1);
    CHECK(child_was_killed(child_run(save_often_and_die)));
    txn_begin(&txn, 0);
    CHECK(is(1));
    txn_commit(&txn);
    stop();
}

static uint32_t next_slot;

static void set_often(void)
{
    CHECK(txn_live(&txn, next_slot) == 0);
    for (int i = 0; i < 2000; i++) {
        txn_begin(&txn, need);
        if (!is(truth->left))
            _exit(1);
        change(truth->left + 1);
        txn_commit(&txn);
    }
}

static void exclusive(void)
{
    start();
    ring_close_reader_locked(&txn.ring, 0);
    pid_t children[4];
    for (int i = 0; i < 4; i++) {
        next_slot = 2 + (uint32_t)i;
        children[i] = child_start(set_often);
    }
    for (int i = 0; i < 4; i++)
        CHECK(child_wait(children[i]) == 0);
    CHECK(is(8000));
    stop();
}

int main(void)
{
    /* What the layer says of deaths belongs to the log, not to the result. */
    int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    CASE("a committed change and its record are both there, and the wakeup is posted", committed);
    CASE("wakeups are posted when they are told to, once for all that was committed", wakeups_wait_for_their_time);
    CASE("a change without a record is committed too", without_record);
    CASE("who opens the region elsewhere in memory takes part", opened);
    CASE("a region with a broken ring is not opened", broken_ring_size);
    CASE("a region with areas that are too small is not opened", broken_areas);
    CASE("a damaged journal is not followed", broken_journal);
    CASE("a process that dies with the lock leaves it to the next, who repairs once", owner_dead);
    CASE("a death between two changes takes the first back", half_changed);
    CASE("a death between bytes and head: no record, and the journal puts back", bytes_without_head);
    CASE("a death between head and wakeups: the record is there and the change stays", head_without_wakeups);
    CASE("a death between unlock and wakeups needs no repair", released_without_wakeups);
    CASE("a death without the lock needs no repair", died_later);
    CASE("deaths during recovery leave it to the next", recovery_died);
    CASE("trying is busy while another holds the lock, and the holder is told", busy);
    CASE("trying repairs after a death as well", try_after_death);
    CASE("trying fails without room, and holds nothing then", no_room);
    CASE("beginning waits for room and wakes the reader that it waits for", waits_for_room);
    CASE("beginning wakes also a reader whose wakeup was silenced by a death", waits_for_a_silenced_reader);
    CASE("trying without room wakes a reader whose wakeup was silenced by a death", trying_wakes_a_silenced_reader);
    CASE("saving or publishing more than there is room for aborts and is taken back", our_mistakes);
    CASE("what was saved several times comes back as it was first", put_back_backwards);
    CASE("four processes change the same thing and none sees it half changed", exclusive);
    CHECK_DONE();
}
