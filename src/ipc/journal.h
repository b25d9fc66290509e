/* The undo journal: what the ground truth was before the holder of the lock changed it. */
#ifndef FORKCHAT_IPC_JOURNAL_H
#define FORKCHAT_IPC_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct journal_shm;

struct journal {
    struct journal_shm *shared;
    char *base;  /* of the region: the journal keeps offsets */
    size_t span; /* of the region */
    size_t capacity;
};

/* Bytes of shared memory for a journal that can hold `capacity` bytes of old contents. */
size_t journal_shm_size(size_t capacity);
void journal_attach(struct journal *journal, void *memory, size_t size, char *base, size_t span);

/* All with the lock held. Begin: the journal is empty and belongs to a transaction that is committed when
 * the ring's head is no longer `head`. */
void journal_begin_locked(struct journal *journal, uint64_t head);

/* Keeps the `length` bytes at `bytes`, which lie in the region and are about to change. Aborts if the
 * journal is too small for a transaction: that is our mistake, found by tests, not the world's. */
void journal_save_locked(struct journal *journal, const void *bytes, size_t length);

/* The transaction is over, whatever came of it: forget. */
void journal_end_locked(struct journal *journal);

/* After the owner died: puts everything back, last change first, unless
 * `head` says that the transaction was committed. */
void journal_recover_locked(struct journal *journal, uint64_t head);

#endif
