/* Transactions. Every process publishes through here.
 *
 * The order of a transaction: lock; room for all its records; begin journal; (save, change, put)*; head;
 * end journal; unlock; bells. The store of head is the commit point. Death before it: the next one to
 * lock is told, the journal puts the ground truth back, the repair function rebuilds what is derived, and
 * records beyond head never were. Death after it: everything counts, and the supervisor, which hears of
 * every death, rings the bells that were not rung. */
#include "shared.h"

#include <errno.h>

#include "base/crashpoint.h"
#include "base/log.h"

enum { AREA_LOCK, AREA_JOURNAL, AREA_RING, AREA_OWN, AREAS };

/* The largest transaction: a quit with a few hundred memberships, a channel destroyed with its lists. */
#define JOURNAL_CAPACITY ((size_t)1 << 20)

static void attach(struct shared *shared)
{
    size_t size;
    shared->lock = region_area(&shared->region, AREA_LOCK, NULL);
    void *journal = region_area(&shared->region, AREA_JOURNAL, &size);
    journal_attach(&shared->journal, journal, size, shared->region.base, shared->region.size);
}

int shared_create(struct shared *shared, const char *name, uint64_t layout, size_t ring_size,
                  size_t area_size)
{
    size_t sizes[AREAS] = {[AREA_LOCK] = lock_size(),
                           [AREA_JOURNAL] = journal_shm_size(JOURNAL_CAPACITY),
                           [AREA_RING] = ring_shm_size(ring_size),
                           [AREA_OWN] = area_size};
    *shared = (struct shared){0};
    if (region_create(&shared->region, name, layout, sizes, AREAS))
        return -1;
    attach(shared);
    if (lock_init(shared->lock) ||
        ring_init(&shared->ring, region_area(&shared->region, AREA_RING, NULL), ring_size)) {
        int error = errno;
        region_unlink(name);
        region_unmap(&shared->region);
        errno = error;
        return -1;
    }
    return 0;
}

/* What lies in a region that was opened. */
static int open_parts(struct shared *shared)
{
    size_t lock_space, journal_space, ring_space;
    region_area(&shared->region, AREA_LOCK, &lock_space);
    region_area(&shared->region, AREA_JOURNAL, &journal_space);
    void *ring = region_area(&shared->region, AREA_RING, &ring_space);
    bool fits = lock_space >= lock_size() && journal_space == journal_shm_size(JOURNAL_CAPACITY) &&
                ring_space >= ring_shm_size(RING_MIN_SIZE);
    if (fits) {
        attach(shared);
        ring_attach(&shared->ring, ring);
        uint64_t size = shared->ring.mask + 1;
        fits = size >= RING_MIN_SIZE && (size & shared->ring.mask) == 0 && ring_shm_size(size) == ring_space;
    }
    if (!fits) {
        region_unmap(&shared->region);
        errno = EPROTO;
        return -1;
    }
    return 0;
}

int shared_open(struct shared *shared, const char *name, uint64_t layout)
{
    *shared = (struct shared){0};
    return region_open(&shared->region, name, layout) ? -1 : open_parts(shared);
}

int shared_open_file(struct shared *shared, int fd, const char *name, uint64_t layout)
{
    *shared = (struct shared){0};
    return region_open_file(&shared->region, fd, name, layout) ? -1 : open_parts(shared);
}

void *shared_area(const struct shared *shared, size_t *size)
{
    return region_area(&shared->region, AREA_OWN, size);
}

void shared_set_repair(struct shared *shared, shared_repair *repair, void *context)
{
    shared->repair = repair;
    shared->repair_context = context;
}

/* The lock has just been taken. */
static void enter(struct shared *shared, enum lock_result result)
{
    CRASHPOINT("lock-taken");
    if (result == LOCK_DIED) {
        journal_recover_locked(&shared->journal, ring_head(&shared->ring));
        if (shared->repair)
            shared->repair(shared->repair_context);
        CRASHPOINT("repaired");
        lock_mended(shared->lock);
        shared->mended = true;
    }
    ring_begin_locked(&shared->ring);
    journal_begin_locked(&shared->journal, ring_head(&shared->ring));
}

/* Logging may block, so it waits until the lock is free again. */
static void leave(struct shared *shared)
{
    bool mended = shared->mended;
    shared->mended = false;
    lock_release(shared->lock);
    if (mended)
        log_warning("a process died in the middle of a change; it was taken back");
}

void shared_begin(struct shared *shared, size_t need)
{
    shared->room = need;
    for (;;) {
        enter(shared, lock_take(shared->lock));
        if (ring_has_room_locked(&shared->ring, need))
            return;
        ring_want_room_locked(&shared->ring);
        if (ring_has_room_locked(&shared->ring, need)) { /* a reader has just moved */
            ring_unwant_room(&shared->ring);
            return;
        }
        leave(shared);
        /* Whoever holds us up must be awake. The bound is for a reader that dies instead of reading, or
         * whose bell was silenced by the death of its ringer. */
        shared->bells = ~UINT64_C(0);
        shared_ring_bells(shared);
        if (!ring_wait_room(&shared->ring, 100))
            ring_bells_again(&shared->ring, ~UINT64_C(0));
    }
}

void shared_begin_look(struct shared *shared)
{
    shared->room = 0;
    enter(shared, lock_take(shared->lock));
}

bool shared_try_begin(struct shared *shared, size_t need)
{
    enum lock_result result = lock_try(shared->lock);
    if (result == LOCK_BUSY)
        return false;
    enter(shared, result);
    shared->room = need;
    if (ring_has_room_locked(&shared->ring, need))
        return true;
    leave(shared);
    /* Whoever holds us up must be awake, and may not be: those who died may have silenced its bell. */
    ring_bells_again(&shared->ring, ~UINT64_C(0));
    return false;
}

void shared_save(struct shared *shared, const void *bytes, size_t length)
{
    journal_save_locked(&shared->journal, bytes, length);
}

uint64_t shared_publish(struct shared *shared, const struct iovec *parts, int count, uint64_t readers)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (ring_need(length) > shared->room)
        bug("a transaction publishes more than it asked room for");
    shared->room -= ring_need(length);
    shared->bells |= readers;
    return ring_put_locked(&shared->ring, parts, count);
}

void shared_commit(struct shared *shared)
{
    CRASHPOINT("before-commit");
    ring_commit_locked(&shared->ring);
    journal_end_locked(&shared->journal);
    CRASHPOINT("before-unlock");
    leave(shared);
    CRASHPOINT("before-bells");
}

void shared_ring_bells(struct shared *shared)
{
    if (!shared->bells)
        return;
    uint64_t readers = shared->bells;
    shared->bells = 0;
    ring_bells(&shared->ring, readers);
}
