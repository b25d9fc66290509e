/* The ring. Written by every publisher under the lock; read without it.
 *
 * Positions are 64 bits and only grow; position & mask is the place in the bytes.
 *
 *      oldest reliable cursor            head            pending
 *  ...........|===== readable =====|--- put, not real ---|..........
 *
 * Invariants
 *  - Bytes from a reliable reader's cursor to head are never written to.
 *  - head is stored once per commit, with release, after all bytes before it. It is the commit point: a
 *    publisher that dies earlier has published nothing, one that dies later has published all of it.
 *  - Every record starts with a head of 16 bytes and has a multiple of 16, so a head never wraps. A record
 *    that would wrap is preceded by a padding record up to the edge.
 *  - At head itself lies the head of the record to come, with its sequence number. So the number needs no
 *    field of its own that could disagree with head after a crash.
 *  - claimed is stored before any byte is overwritten, and only grows: what a publisher that died or gave
 *    up has overwritten stays overwritten. An observer copies, then looks whether what it copied had been
 *    claimed meanwhile.
 *  - `open` has a bit for each reader whose state is not closed. The bit is set before the state is and cleared after
 * it, so whoever dies in between leaves a bit too many, never one too few; the state decides.
 *
 * Locking: `pending` and `sequence` are private to the holder of the lock. Readers are opened and closed under it.
 * `waiting` is counted under the lock and taken back by readers without it. */
#include "ring.h"

#include <errno.h>
#include <string.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"

#define HEAD ((size_t)16)

/* Atomics that need a lock have one for each process, which is none at all between processes. */
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2, "positions must be read and written at once");

/* Bounds for loops over what is in shared memory, so that damage there holds nobody up: publishers that wait, and
 * heads that an observer sees pass. */
#define WAITING_MOST  (UINT32_C(1) << 20)
#define OBSERVE_TRIES 1000

enum record_kind { RECORD_STUB = 0, RECORD_DATA = 0x64617461, RECORD_PAD = 0x70616464 };

/* The head of a record: how many bytes of payload follow (padding: bytes to skip, head included). */
struct record_head {
    uint32_t length;
    uint32_t kind;
    uint64_t sequence;
};

enum reader_state { READER_CLOSED, READER_RELIABLE, READER_OBSERVER };

struct reader_shm {
    _Alignas(64) _Atomic uint64_t cursor;
    _Atomic uint32_t state;
    struct wakeup_shm wakeup;
};

struct ring_shm {
    uint64_t size;
    _Atomic uint64_t open; /* lock held for writing: bit i for reader i; nobody need look at the others */
    _Alignas(64) _Atomic uint64_t head;
    _Atomic uint64_t claimed;
    _Atomic uint64_t floor;                /* lock held: no reliable reader is before it */
    _Alignas(64) _Atomic uint32_t waiting; /* publishers that wait for room */
    sem_t room;
    struct reader_shm readers[RING_READERS];
};

static size_t head_space(void)
{
    return (sizeof(struct ring_shm) + 4095) & ~(size_t)4095;
}

size_t ring_shm_size(size_t size)
{
    return head_space() + size;
}

int ring_init(struct ring *ring, void *memory, size_t size)
{
    if (size < RING_MIN_SIZE || (size & (size - 1))) {
        errno = EINVAL;
        return -1;
    }
    struct ring_shm *shared = memory;
    shared->size = size;
    if (sem_init(&shared->room, 1, 0))
        return -1;
    for (int i = 0; i < RING_READERS; i++)
        if (wakeup_init(&shared->readers[i].wakeup))
            return -1;
    ring_attach(ring, memory);
    return 0;
}

void ring_attach(struct ring *ring, void *memory)
{
    struct ring_shm *shared = memory;
    *ring = (struct ring){.shared = shared, .bytes = (char *)memory + head_space(), .mask = shared->size - 1};
}

void ring_start_at(struct ring *ring, uint64_t position)
{
    atomic_store(&ring->shared->head, position);
    atomic_store(&ring->shared->claimed, position);
}

uint64_t ring_head(const struct ring *ring)
{
    /* pairs with the store in ring_commit_locked */
    return atomic_load(&ring->shared->head);
}

static struct record_head read_head(const struct ring *ring, uint64_t position)
{
    struct record_head head;
    memcpy(&head, ring->bytes + (position & ring->mask), sizeof head);
    return head;
}

static void write_head(struct ring *ring, uint64_t position, struct record_head head)
{
    memcpy(ring->bytes + (position & ring->mask), &head, sizeof head);
}

size_t ring_need(size_t length)
{
    return HEAD + ((length + HEAD - 1) & ~(HEAD - 1));
}

/* The cursor of the slowest reliable reader, or head if there is none. */
static uint64_t slowest(const struct ring *ring)
{
    uint64_t least = ring_head(ring);
    uint64_t open = atomic_load(&ring->shared->open); /* pairs with the bit set in ring_open_reader_locked */
    for (int i = 0; open; i++, open >>= 1) {
        const struct reader_shm *reader = &ring->shared->readers[i];
        if (!(open & 1) || atomic_load(&reader->state) != READER_RELIABLE)
            continue;
        uint64_t cursor = atomic_load(&reader->cursor); /* pairs with the store in ring_advance */
        if (cursor < least)
            least = cursor;
    }
    return least;
}

bool ring_has_room_locked(const struct ring *ring, size_t need)
{
    if (need == 0)
        return true;
    /* Besides the records: one padding, shorter than the largest record, and the stub behind the last. */
    uint64_t whole = need + ring_need(RING_RECORD_MAX) + HEAD;
    if (need > ring->mask || whole > ring->mask + 1)
        bug("%zu bytes of records would not fit into an empty ring", need);
    /* Asking every reader costs more than the rest of a publication, so what they said last time is
     * tried first. They only move on; ring_open_reader_locked sees to those who join. */
    struct ring_shm *shared = ring->shared;
    uint64_t end = ring->pending + whole;
    if (end - atomic_load_explicit(&shared->floor, memory_order_relaxed) <= ring->mask + 1)
        return true;
    uint64_t least = slowest(ring);
    atomic_store_explicit(&shared->floor, least, memory_order_relaxed);
    return end - least <= ring->mask + 1;
}

void ring_begin_locked(struct ring *ring)
{
    ring->pending = ring_head(ring) & ~(uint64_t)(HEAD - 1); /* damaged or not, a head does not wrap */
    ring->sequence = read_head(ring, ring->pending).sequence;
}

uint64_t ring_sequence_locked(const struct ring *ring, uint64_t position)
{
    return read_head(ring, position).sequence;
}

static void claim(struct ring *ring, uint64_t end)
{
    if (end + HEAD > atomic_load_explicit(&ring->shared->claimed, memory_order_relaxed))
        atomic_store_explicit(&ring->shared->claimed, end + HEAD, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst); /* pairs with the fence in ring_observe */
}

uint64_t ring_put_locked(struct ring *ring, const struct iovec *parts, int count)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (length > RING_RECORD_MAX)
        bug("a record of %zu bytes is larger than any reader takes", length);

    size_t need = ring_need(length);
    size_t to_edge = (size_t)(ring->mask + 1 - (ring->pending & ring->mask));
    if (need > to_edge) {
        claim(ring, ring->pending + to_edge + need);
        struct record_head pad = {.length = (uint32_t)to_edge, .kind = RECORD_PAD, .sequence = ring->sequence};
        write_head(ring, ring->pending, pad);
        ring->pending += to_edge;
    } else {
        claim(ring, ring->pending + need);
    }
    struct record_head head = {.length = (uint32_t)length, .kind = RECORD_DATA, .sequence = ring->sequence++};
    write_head(ring, ring->pending, head);
    char *to = ring->bytes + (ring->pending & ring->mask) + HEAD;
    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len == 0) /* may have no address either */
            continue;
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
        to += parts[i].iov_len;
    }
    ring->pending += need;
    CRASHPOINT("ring-put");
    return ring->pending - need;
}

void ring_commit_locked(struct ring *ring)
{
    if (ring->pending == ring_head(ring))
        return;
    write_head(ring, ring->pending, (struct record_head){.kind = RECORD_STUB, .sequence = ring->sequence});
    CRASHPOINT("ring-before-commit");
    /* pairs with the load in ring_head: whoever sees this head sees every byte before it */
    atomic_store(&ring->shared->head, ring->pending);
    CRASHPOINT("ring-committed");
}

void ring_want_room_locked(struct ring *ring)
{
    atomic_fetch_add(&ring->shared->waiting, 1); /* pairs with the load in ring_advance */
}

void ring_unwant_room(struct ring *ring)
{
    uint32_t waiting = atomic_load(&ring->shared->waiting);
    while (waiting > 0 && !atomic_compare_exchange_weak(&ring->shared->waiting, &waiting, waiting - 1))
        continue;
    /* A reader counted us meanwhile: its post is ours and nobody else's. */
    if (waiting == 0)
        sem_trywait(&ring->shared->room);
}

bool ring_wait_room(struct ring *ring, int milliseconds)
{
    if (port_semaphore_wait(&ring->shared->room, milliseconds) == 0)
        return true;
    ring_unwant_room(ring);
    return false;
}

void ring_open_reader_locked(struct ring *ring, int reader, bool reliable, uint64_t position)
{
    struct reader_shm *slot = &ring->shared->readers[reader];
    if (reliable && position < atomic_load_explicit(&ring->shared->floor, memory_order_relaxed))
        atomic_store_explicit(&ring->shared->floor, position, memory_order_relaxed);
    atomic_store(&slot->cursor, position);
    /* pairs with the loads in slowest and open_among */
    atomic_fetch_or(&ring->shared->open, UINT64_C(1) << reader);
    CRASHPOINT("reader-half-open");
    atomic_store(&slot->state, reliable ? READER_RELIABLE : READER_OBSERVER);
    wakeup_post_again(&slot->wakeup); /* whatever state the last owner's death left it in */
}

bool ring_reader_is_open(const struct ring *ring, int reader)
{
    return atomic_load(&ring->shared->readers[reader].state) != READER_CLOSED;
}

uint64_t ring_cursor(const struct ring *ring, int reader)
{
    return atomic_load(&ring->shared->readers[reader].cursor);
}

/* The record at *position, once it is known to lie before `head`. Skips padding. */
static enum ring_result look(const struct ring *ring, uint64_t *position, uint64_t head, struct ring_record *record)
{
    for (;;) {
        if (*position == head)
            return RING_EMPTY;
        if (*position > head || (*position & (HEAD - 1)))
            return RING_BROKEN;
        struct record_head found = read_head(ring, *position);
        size_t to_edge = (size_t)(ring->mask + 1 - (*position & ring->mask));
        if (found.kind == RECORD_PAD && found.length == to_edge && to_edge <= head - *position) {
            *position += to_edge;
            continue;
        }
        size_t need = ring_need(found.length);
        if (found.kind != RECORD_DATA || found.length > RING_RECORD_MAX || need > to_edge || need > head - *position)
            return RING_BROKEN;
        *record = (struct ring_record){.position = *position,
                                       .sequence = found.sequence,
                                       .payload = ring->bytes + (*position & ring->mask) + HEAD,
                                       .length = found.length};
        *position += need;
        return RING_OK;
    }
}

enum ring_result ring_read(const struct ring *ring, uint64_t *position, struct ring_record *record)
{
    return look(ring, position, ring_head(ring), record);
}

enum ring_result ring_observe(const struct ring *ring, uint64_t *position, uint64_t *expected,
                              struct ring_record *record, char *copy, uint64_t *missed)
{
    uint64_t at = *position, head = ring_head(ring);
    enum ring_result result = look(ring, &at, head, record);
    if (result == RING_OK)
        memcpy(copy, record->payload, record->length);
    atomic_thread_fence(memory_order_seq_cst); /* pairs with the fence in claim */
    uint64_t claimed = atomic_load(&ring->shared->claimed);
    if (claimed > *position + ring->mask + 1) {
        /* What was copied may have been overwritten meanwhile. The stub at head tells the number of the
         * record to come, as does the record that takes its place; but head may move on so fast that
         * neither is there any more when it is read, and then a later head is asked. */
        uint64_t next;
        int tries = 0;
        do {
            head = ring_head(ring);
            next = read_head(ring, head).sequence;
            atomic_thread_fence(memory_order_seq_cst); /* pairs with the fence in claim */
        } while (atomic_load(&ring->shared->claimed) > head + ring->mask + 1 && ++tries < OBSERVE_TRIES);
        *missed = next > *expected ? next - *expected : 0;
        *expected = next;
        *position = head;
        return RING_MISSED;
    }
    if (result != RING_OK)
        return result;
    *position = at;
    *expected = record->sequence + 1;
    record->payload = copy;
    return RING_OK;
}

/* Wakes publishers only when there is room for many records: a wake-up per record would cost more than
 * the record. A reader that has caught up leaves the ring empty, so nobody waits in vain. */
static void tell_room(struct ring *ring)
{
    struct ring_shm *shared = ring->shared;
    if (atomic_load(&shared->waiting) == 0) /* pairs with the add in ring_want_room_locked */
        return;
    uint64_t size, used = ring_fill(ring, &size);
    if (used > size / 4 * 3)
        return;
    uint32_t waiting = atomic_exchange(&shared->waiting, 0);
    for (uint32_t i = 0; i < waiting && i < WAITING_MOST; i++)
        sem_post(&shared->room);
}

void ring_advance(struct ring *ring, int reader, uint64_t position)
{
    /* pairs with the load in slowest: the bytes before it are not needed any more */
    atomic_store(&ring->shared->readers[reader].cursor, position);
    tell_room(ring);
}

void ring_close_reader_locked(struct ring *ring, int reader)
{
    atomic_store(&ring->shared->readers[reader].state, READER_CLOSED);
    atomic_fetch_and(&ring->shared->open, ~(UINT64_C(1) << reader));
    tell_room(ring);
}

struct wakeup_shm *ring_wakeup(struct ring *ring, int reader)
{
    return &ring->shared->readers[reader].wakeup;
}

/* Those among `readers` that may be open. */
static uint64_t open_among(const struct ring *ring, uint64_t readers)
{
    return readers & atomic_load(&ring->shared->open); /* pairs with the bit set in ring_open_reader_locked */
}

void ring_wake(struct ring *ring, uint64_t readers)
{
    uint64_t open = open_among(ring, readers);
    for (int i = 0; open; i++, open >>= 1)
        if (open & 1 && ring_reader_is_open(ring, i))
            wakeup_post(&ring->shared->readers[i].wakeup);
}

void ring_wake_again(struct ring *ring, uint64_t readers)
{
    uint64_t open = open_among(ring, readers);
    for (int i = 0; open; i++, open >>= 1)
        if (open & 1 && ring_reader_is_open(ring, i))
            wakeup_post_again(&ring->shared->readers[i].wakeup);
}

uint64_t ring_fill(const struct ring *ring, uint64_t *size)
{
    uint64_t least = slowest(ring); /* before head, which may have left it behind by then, never ahead */
    *size = ring->mask + 1;
    return ring_head(ring) - least;
}

uint64_t ring_oldest_locked(const struct ring *ring)
{
    uint64_t claimed = atomic_load(&ring->shared->claimed), size = ring->mask + 1;
    return claimed > size ? claimed - size : 0;
}
