/* Lock, journal and ring as one: transactions. What a transaction changes in the region and the records it
 * publishes become real together, at one store, or not at all, whenever and however its process dies. */
#ifndef FORKCHAT_IPC_SHARED_H
#define FORKCHAT_IPC_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal.h"
#include "lock.h"
#include "region.h"
#include "ring.h"

/* Called with the lock held after an owner died: the journal has put ground truth back; rebuild what is
 * derived from it. */
typedef void shared_repair(void *context);

struct shared {
    struct region region;
    struct lock_shm *lock;
    struct journal journal;
    struct ring ring;
    shared_repair *repair;
    void *repair_context;
    uint64_t bells; /* readers to ring for what was committed and not yet told */
    size_t room;    /* what the running transaction may still publish */
    bool mended;    /* it began with taking back what a dead process left */
};

/* Makes the region `name` with a lock, a journal, a ring of `ring_size` bytes and an area of `area_size`
 * bytes for the caller. Returns 0, or -1 and errno. */
int shared_create(struct shared *shared, const char *name, uint64_t layout, size_t ring_size,
                  size_t area_size);

/* Uses a region that exists; -1 and errno as region_open, region_open_file. */
int shared_open(struct shared *shared, const char *name, uint64_t layout);

int shared_open_file(struct shared *shared, int fd, const char *name, uint64_t layout);

/* The caller's area. */
void *shared_area(const struct shared *shared, size_t *size);

void shared_set_repair(struct shared *shared, shared_repair *repair, void *context);

/* Begins a transaction: the lock is held and there is room for `need` bytes of records (the sum of
 * ring_need). Waits, without the lock, until there is. Rings outstanding bells before it waits. */
void shared_begin(struct shared *shared, size_t need);

/* Takes the lock without asking for room: for a look, or a change that publishes nothing. Ends like any. */
void shared_begin_look(struct shared *shared);

/* The same for who must not wait: false, with nothing held, if the lock is taken or there is no room. In the latter
 * case all readers are woken, whatever their bells say of themselves. */
bool shared_try_begin(struct shared *shared, size_t need);

/* Keeps bytes that are about to change. */
void shared_save(struct shared *shared, const void *bytes, size_t length);

/* Publishes a record, which the `need` at the beginning must have allowed for, and returns its position. The
 * readers whose bits are set in `readers` are told of it at shared_ring_bells; the others come across it
 * the next time they look. */
uint64_t shared_publish(struct shared *shared, const struct iovec *parts, int count, uint64_t readers);

/* Ends the transaction: makes all of it real. Releases the lock. */
void shared_commit(struct shared *shared);

/* Tells the readers of everything committed since the last time. No lock needed. */
void shared_ring_bells(struct shared *shared);

#endif
