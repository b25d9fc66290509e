/* The ring: what happened, in order, in shared memory. Many publish, one at a time; each reader has its
 * own place in it. Knows nothing of what its records mean. */
#ifndef FORKCHAT_IPC_RING_H
#define FORKCHAT_IPC_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "wakeup.h"

#define RING_READERS    64
#define RING_RECORD_MAX ((size_t)32768) /* payload bytes of one record */
#define RING_MIN_SIZE   ((size_t)1 << 18)

enum ring_result {
    RING_OK,
    RING_EMPTY,  /* the reader has seen everything */
    RING_MISSED, /* an observer was lapped: it goes on at the newest record, told how many it missed */
    RING_BROKEN, /* the bytes at the reader's place are no record */
};

struct ring_shm;

/* One process's view of the ring. The fields belong to ring.c. */
struct ring {
    struct ring_shm *shared;
    char *bytes;
    uint64_t mask;
    uint64_t pending;  /* lock held: where the next record goes; everything beyond head is not yet real */
    uint64_t sequence; /* lock held: the number of the next record */
};

/* One record as a reader finds it. `payload` points into the ring: valid until the cursor moves past it
 * (reliable readers), or is a copy (observers). */
struct ring_record {
    uint64_t position;
    uint64_t sequence;
    const char *payload;
    size_t length;
};

/* Bytes of shared memory for a ring of `size` bytes (a power of two, RING_MIN_SIZE or more). */
size_t ring_shm_size(size_t size);

/* Makes an empty ring in zeroed memory; returns 0, or -1 and errno. ring_attach: uses one that is there. */
int ring_init(struct ring *ring, void *memory, size_t size);
void ring_attach(struct ring *ring, void *memory);

/* Has an empty ring begin at `position`, a multiple of 16: so that positions go on growing over restarts and
 * can serve as names of what is published. Before anybody reads or publishes. */
void ring_start_at(struct ring *ring, uint64_t position);

/* ---- Publishing. All of these with the lock held; none blocks. ---- */

/* Begins: forgets what an earlier publisher may have left beyond head. */
void ring_begin_locked(struct ring *ring);

/* True if records of `need` bytes in total (with ring_need for each) fit without passing a reliable
 * reader. Aborts if they would not fit into an empty ring either. */
bool ring_has_room_locked(const struct ring *ring, size_t need);

/* What a record with `length` bytes of payload takes. */
size_t ring_need(size_t length);

/* Puts a record behind head, not yet visible, and returns its position. The room must have been asked for.
 * Aborts if it is larger than RING_RECORD_MAX. */
uint64_t ring_put_locked(struct ring *ring, const struct iovec *parts, int count);

/* Makes all records since ring_begin_locked visible at once. */
void ring_commit_locked(struct ring *ring);

/* The position behind the last visible record. May be called without the lock. */
uint64_t ring_head(const struct ring *ring);

/* The number of the record at `position`, which is a place that a record or ring_head told and that has
 * not been overwritten; of the one to come at head. */
uint64_t ring_sequence_locked(const struct ring *ring, uint64_t position);

/* Waits for room, without the lock, for at most `milliseconds`. The caller takes the lock again and asks
 * again. ring_want_room_locked must have been called before the lock was released; ring_unwant_room takes
 * that back for who need not wait after all. True if a reader said that there is room. */
void ring_want_room_locked(struct ring *ring);
void ring_unwant_room(struct ring *ring);
bool ring_wait_room(struct ring *ring, int milliseconds);

/* ---- Reading. ---- */

/* Takes the reader slot `reader` (0 to RING_READERS - 1) for this process, to read from `position` on. A
 * reliable reader is never passed by publishers; an observer may be. Its wakeup is posted once for a start. Lock
 * held, unless nobody publishes. */
void ring_open_reader_locked(struct ring *ring, int reader, bool reliable, uint64_t position);
void ring_close_reader_locked(struct ring *ring, int reader);

/* The record at `position`, which is the reader's cursor or a place after it that a record told. Moves
 * *position behind it. Reliable readers: payload in place. */
enum ring_result ring_read(const struct ring *ring, uint64_t *position, struct ring_record *record);

/* The same for an observer: the payload is copied to `copy` (RING_RECORD_MAX bytes). *missed is how many records it
 * missed, with RING_MISSED. *expected is the sequence number it reads next; start it with ring_sequence_locked of the
 * position. */
enum ring_result ring_observe(const struct ring *ring, uint64_t *position, uint64_t *expected,
                              struct ring_record *record, char *copy, uint64_t *missed);

/* The reader is done with everything before `position`: publishers may use that room. */
void ring_advance(struct ring *ring, int reader, uint64_t position);

/* The oldest position from which nothing has been overwritten. Lock held. */
uint64_t ring_oldest_locked(const struct ring *ring);

/* Where the reader is; whether the slot is taken. */
uint64_t ring_cursor(const struct ring *ring, int reader);
bool ring_reader_is_open(const struct ring *ring, int reader);

/* The wakeup of a reader, and waking those in `readers` (bit i for reader i) that are open. */
struct wakeup_shm *ring_wakeup(struct ring *ring, int reader);
void ring_wake(struct ring *ring, uint64_t readers);

/* The same with wakeup_post_again: after any process has died. */
void ring_wake_again(struct ring *ring, uint64_t readers);

/* Bytes published and not yet read by the slowest reliable reader, and the size. For insight. */
uint64_t ring_fill(const struct ring *ring, uint64_t *size);

#endif
