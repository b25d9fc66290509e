/* Transactions. Every process publishes through here.
 *
 * The order of a transaction: lock; room for all its records; begin journal; (save, change, put)*; head;
 * end journal; unlock; wakeups. The store of head is the commit point. Death before it: the next one to
 * lock is told, the journal puts the ground truth back, the repair function rebuilds what is derived, and
 * records beyond head never were. Death after it: everything counts, and the supervisor, which hears of
 * every death, posts the wakeups that were not posted. */
#include "txn.h"

#include <errno.h>

#include "base/crashpoint.h"
#include "base/log.h"

enum { AREA_LOCK, AREA_JOURNAL, AREA_RING, AREA_OWN, AREAS };

/* The largest transaction: a quit with a few hundred memberships, a channel destroyed with its lists. */
#define JOURNAL_CAPACITY ((size_t)1 << 20)

/* The slot of the process that makes a region. */
#define ALONE UINT32_MAX

static void attach(struct txn *txn)
{
    size_t size;
    txn->lock.shm = region_area(&txn->region, AREA_LOCK, NULL);
    void *journal = region_area(&txn->region, AREA_JOURNAL, &size);
    journal_attach(&txn->journal, journal, size, txn->region.base, txn->region.size);
}

int txn_create(struct txn *txn, const char *name, uint64_t layout, size_t ring_size, size_t area_size)
{
    size_t sizes[AREAS] = {[AREA_LOCK] = lock_size(),
                           [AREA_JOURNAL] = journal_shm_size(JOURNAL_CAPACITY),
                           [AREA_RING] = ring_shm_size(ring_size),
                           [AREA_OWN] = area_size};
    *txn = (struct txn){.lock.slot = ALONE};
    liveness_init(&txn->liveness);
    if (region_create(&txn->region, name, layout, sizes, AREAS))
        return -1;
    attach(txn);
    if (lock_init(txn->lock.shm) || ring_init(&txn->ring, region_area(&txn->region, AREA_RING, NULL), ring_size)) {
        int error = errno;
        region_unlink(name);
        region_unmap(&txn->region);
        errno = error;
        return -1;
    }
    return 0;
}

/* What lies in a region that was opened. */
static int open_parts(struct txn *txn)
{
    size_t lock_space, journal_space, ring_space;
    region_area(&txn->region, AREA_LOCK, &lock_space);
    region_area(&txn->region, AREA_JOURNAL, &journal_space);
    void *ring = region_area(&txn->region, AREA_RING, &ring_space);
    bool fits = lock_space >= lock_size() && journal_space == journal_shm_size(JOURNAL_CAPACITY) &&
                ring_space >= ring_shm_size(RING_MIN_SIZE);
    if (fits) {
        attach(txn);
        ring_attach(&txn->ring, ring);
        uint64_t size = txn->ring.mask + 1;
        fits = size >= RING_MIN_SIZE && (size & txn->ring.mask) == 0 && ring_shm_size(size) == ring_space;
    }
    if (!fits) {
        region_unmap(&txn->region);
        errno = EPROTO;
        return -1;
    }
    return 0;
}

int txn_open(struct txn *txn, const char *name, uint64_t layout)
{
    *txn = (struct txn){0};
    liveness_init(&txn->liveness);
    return region_open(&txn->region, name, layout) ? -1 : open_parts(txn);
}

int txn_open_file(struct txn *txn, int fd, const char *name, uint64_t layout)
{
    *txn = (struct txn){0};
    liveness_init(&txn->liveness);
    return region_open_file(&txn->region, fd, name, layout) ? -1 : open_parts(txn);
}

static bool is_slot_dead(const void *context, uint32_t slot)
{
    return liveness_pid(context, slot) == 0;
}

int txn_live(struct txn *txn, uint32_t slot)
{
    if (liveness_begin(&txn->liveness, slot))
        return -1;
    txn->lock.slot = slot;
    txn->lock.is_dead = is_slot_dead;
    txn->lock.context = &txn->liveness;
    return 0;
}

void txn_forget_slot(struct txn *txn)
{
    txn->lock.slot = LOCK_NOBODY;
}

void *txn_area(const struct txn *txn, size_t *size)
{
    return region_area(&txn->region, AREA_OWN, size);
}

void txn_set_repair(struct txn *txn, txn_repair *repair, void *context)
{
    txn->repair = repair;
    txn->repair_context = context;
}

/* The lock has just been taken. */
static void enter(struct txn *txn, enum lock_result result)
{
    CRASHPOINT("lock-taken");
    if (result == LOCK_DIED) {
        journal_recover_locked(&txn->journal, ring_head(&txn->ring));
        if (txn->repair)
            txn->repair(txn->repair_context);
        CRASHPOINT("repaired");
        txn->mended = true;
    }
    ring_begin_locked(&txn->ring);
    journal_begin_locked(&txn->journal, ring_head(&txn->ring));
}

/* Logging may block, so it waits until the lock is free again. */
static void leave(struct txn *txn)
{
    bool mended = txn->mended;
    txn->mended = false;
    lock_release(&txn->lock);
    if (mended)
        log_warning("a process died in the middle of a change; it was taken back");
}

void txn_begin(struct txn *txn, size_t need)
{
    int wait = LOCK_WAIT_LEAST_MS;
    txn->room = need;
    for (;;) {
        enter(txn, lock_take(&txn->lock));
        if (ring_has_room_locked(&txn->ring, need))
            return;
        ring_want_room_locked(&txn->ring);
        if (ring_has_room_locked(&txn->ring, need)) { /* a reader has just moved */
            ring_unwant_room(&txn->ring);
            return;
        }
        leave(txn);
        /* The reader that holds us up must be awake. The bound is for one that dies instead of reading, or whose wakeup
         * was silenced by the death of its poster. It grows, as that of the lock does. */
        txn->to_wake = ~UINT64_C(0);
        txn_wake_readers(txn);
        if (!ring_wait_room(&txn->ring, wait)) {
            ring_wake_again(&txn->ring, ~UINT64_C(0));
            wait = lock_wait_longer(wait);
        }
    }
}

void txn_begin_look(struct txn *txn)
{
    txn->room = 0;
    enter(txn, lock_take(&txn->lock));
}

bool txn_try_begin(struct txn *txn, size_t need)
{
    enum lock_result result = lock_try(&txn->lock);
    if (result == LOCK_BUSY)
        return false;
    enter(txn, result);
    txn->room = need;
    if (ring_has_room_locked(&txn->ring, need))
        return true;
    leave(txn);
    /* The reader that holds us up must be awake, and may not be: a process that died may have silenced its wakeup. */
    ring_wake_again(&txn->ring, ~UINT64_C(0));
    return false;
}

void txn_save(struct txn *txn, const void *bytes, size_t length)
{
    journal_save_locked(&txn->journal, bytes, length);
}

uint64_t txn_publish(struct txn *txn, const struct iovec *parts, int count, uint64_t readers)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (ring_need(length) > txn->room)
        bug("a transaction publishes more than it asked room for");
    txn->room -= ring_need(length);
    txn->to_wake |= readers;
    return ring_put_locked(&txn->ring, parts, count);
}

void txn_commit(struct txn *txn)
{
    CRASHPOINT("before-commit");
    ring_commit_locked(&txn->ring);
    journal_end_locked(&txn->journal);
    CRASHPOINT("before-unlock");
    leave(txn);
    CRASHPOINT("before-wakeups");
}

void txn_wake_readers(struct txn *txn)
{
    if (!txn->to_wake)
        return;
    uint64_t readers = txn->to_wake;
    txn->to_wake = 0;
    ring_wake(&txn->ring, readers);
}
