/* Lock, journal and ring as one: transactions. What a transaction changes in the region and the records it
 * publishes become real together, at one store, or not at all, whenever and however its process dies. */
#ifndef FORKCHAT_IPC_TXN_H
#define FORKCHAT_IPC_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal.h"
#include "liveness.h"
#include "lock.h"
#include "region.h"
#include "ring.h"

/* Called with the lock held after an owner died: the journal has put ground truth back; rebuild what is
 * derived from it. */
typedef void txn_repair(void *context);

struct txn {
    struct region region;
    struct lock lock;
    struct liveness liveness; /* opened where the region is, and by txn_live */
    struct journal journal;
    struct ring ring;
    txn_repair *repair;
    void *repair_context;
    uint64_t to_wake; /* readers to wake for what was committed */
    size_t room;      /* what the running transaction may still publish */
    bool mended;      /* it began with taking back what a dead process left */
};

/* Makes the region `name` with a lock, a journal, a ring of `ring_size` bytes and an area of `area_size`
 * bytes for the caller, who uses it alone until it lives in a slot: txn_live. Returns 0, or -1 and errno. */
int txn_create(struct txn *txn, const char *name, uint64_t layout, size_t ring_size, size_t area_size);

/* Uses a region that exists, for txn_live; -1 and errno as region_open, region_open_file. */
int txn_open(struct txn *txn, const char *name, uint64_t layout);

int txn_open_file(struct txn *txn, int fd, const char *name, uint64_t layout);

/* This process lives in that slot until it ends, and takes the lock as that one; `liveness` is open. Returns 0, or -1
 * and errno as liveness_begin, with everything as before. A process that does so again with the same slot, say after an
 * exec, has no predecessor there. */
int txn_live(struct txn *txn, uint32_t slot);

/* In a child: the slot it finds is its parent's, and the lock not for it before it lives in another. */
void txn_forget_slot(struct txn *txn);

/* The caller's area. */
void *txn_area(const struct txn *txn, size_t *size);

void txn_set_repair(struct txn *txn, txn_repair *repair, void *context);

/* Begins a transaction: the lock is held and there is room for `need` bytes of records (the sum of
 * ring_need). Waits, without the lock, until there is. Posts outstanding wakeups before it waits. */
void txn_begin(struct txn *txn, size_t need);

/* Takes the lock without asking for room: for a look, or a change that publishes nothing. Ends like any. */
void txn_begin_look(struct txn *txn);

/* The same without a wait: false, with nothing held, if the lock is taken or there is no room. In the latter
 * case all readers are woken, whatever their wakeups say of themselves. */
bool txn_try_begin(struct txn *txn, size_t need);

/* Keeps bytes that are about to change. */
void txn_save(struct txn *txn, const void *bytes, size_t length);

/* Publishes a record, which the `need` at the beginning must have allowed for, and returns its position. The
 * readers whose bits are set in `readers` are told of it at txn_wake_readers; the others come across it
 * the next time they look. */
uint64_t txn_publish(struct txn *txn, const struct iovec *parts, int count, uint64_t readers);

/* Ends the transaction: makes all of it real. Releases the lock. */
void txn_commit(struct txn *txn);

/* Tells the readers of everything committed since the last time. No lock needed. */
void txn_wake_readers(struct txn *txn);

#endif
