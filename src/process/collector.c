/* The collector: the history's reader of the ring. One process; writes its ring cursor, without the lock.
 *
 * Publishers wait for it, as for a courier, so that nothing is lost however busy the machine is; and they never wait
 * for a disk, because it does not: it copies what is to be kept to its own memory, and from there to the archivist,
 * which alone has to do with files. What there is no room for becomes a gap.
 *
 *        freed          sent                       put
 *      ....|--- not written yet ---|--- not sent ---|       batches
 *          ^ history_marks_taken
 *
 *  - A batch is kept until the archivist has written it. Another archivist (epoch) is sent all of them again, and
 * leaves out what it has.
 *  - The cursor stays where the archivist is while that is not far behind, so that what this process has in its memory
 *    is in the ring as well, and its own death loses nothing. When the ring fills, or nothing moves, the cursor goes
 * on.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/port.h"
#include "collect.h"
#include "world/history_marks.h"
#include "world/recorder.h"
#include "world/slots.h"
#include "stop.h"

/* Records read in one go. */
#define PASS_RECORDS 2048

/* Bytes that wait for the archivist at most. */
#define MEMORY_MOST ((size_t)64 << 20)

/* How long it sleeps at most; how often it looks while something cannot be sent; how long it leaves others alone after
 * a wakeup, so that a busy server does not wake it for each line. */
#define IDLE_MS  1000
#define RETRY_MS 20
#define NAP_MS   2

/* The cursor goes on, whatever the archivist does, after so long; and so long after it is told that there is none. */
#define STILL_NS (1500 * MS)
#define TELL_NS  (10 * SECOND)

/* At the end, for what is not sent yet. */
#define STOP_MS 1000

struct batch {
    struct batch *next;
    uint32_t length;
    struct {
        struct batch_head head;
        unsigned char bytes[BATCH_SIZE];
    } message;
};

struct collector {
    struct world *world;
    struct channel_names *names;
    int feed;
    int reader;
    struct wakeup_shm *wakeup;  /* its own, as that reader */
    uint64_t position, cursor;  /* in the ring: read up to; told to publishers */
    uint64_t event;             /* where the one is that is being taken apart */
    struct batch *first, *last; /* all that are kept; the last may grow */
    struct batch *unsent;       /* the first that was not sent, or NULL */
    struct batch *spare;
    size_t kept;    /* bytes of all of them */
    uint32_t epoch; /* of the archivist that was sent to */
    uint64_t told;  /* `upto` of the last that was sent */
    uint64_t taken; /* by the archivist, and since when it has not moved */
    int64_t taken_at;
    bool warned;
    struct history_gap gap; /* what there was no room for */
};

/* ---- batches ---- */

static struct batch *add_batch(struct collector *collector)
{
    struct batch *batch = collector->spare;
    collector->spare = NULL;
    if (!batch)
        batch = malloc(sizeof *batch);
    if (!batch)
        return NULL;
    batch->next = NULL;
    batch->length = 0;
    batch->message.head = (struct batch_head){.format = BATCH_FORMAT, .gap = collector->gap};
    collector->gap = (struct history_gap){.count = 0};
    if (collector->last && collector->last->message.head.upto == 0)
        collector->last->message.head.upto = collector->event;
    if (collector->last)
        collector->last->next = batch;
    else
        collector->first = batch;
    collector->last = batch;
    if (!collector->unsent)
        collector->unsent = batch;
    collector->kept += sizeof *batch;
    return batch;
}

static void free_first(struct collector *collector)
{
    struct batch *batch = collector->first;
    collector->first = batch->next;
    if (collector->unsent == batch)
        collector->unsent = batch->next;
    if (!collector->first)
        collector->last = NULL;
    collector->kept -= sizeof *batch;
    free(collector->spare);
    collector->spare = batch;
}

static void miss(struct collector *collector, const struct history_record *record)
{
    struct history_gap *gap = &collector->gap;
    if (gap->count == 0)
        *gap = (struct history_gap){.from = record->position, .time = record->time};
    gap->to = record->position;
    gap->count++;
}

static void put(void *context, struct history_record *record)
{
    struct collector *collector = context;
    static unsigned char bytes[HISTORY_RECORD_MAX];
    size_t length = history_encode(record, bytes);
    struct batch *batch = collector->last;
    bool room = batch && collector->unsent && batch->message.head.upto == 0 && batch->length + length <= BATCH_SIZE &&
                collector->gap.count == 0;
    if (!room && (collector->kept + sizeof *batch > MEMORY_MOST || !(batch = add_batch(collector)))) {
        miss(collector, record);
        return;
    }
    memcpy(batch->message.bytes + batch->length, bytes, length);
    batch->length += (uint32_t)length;
}

/* ---- the archivist ---- */

static void follow_archivist(struct collector *collector)
{
    uint32_t epoch = history_marks_epoch(collector->world);
    uint64_t taken = history_marks_taken(collector->world);
    int64_t now = clock_monotonic();
    if (epoch != collector->epoch) {
        collector->epoch = epoch;
        collector->unsent = collector->first;
        collector->told = 0;
    }
    if (taken != collector->taken || taken >= collector->position) {
        collector->taken = taken;
        collector->taken_at = now;
        collector->warned = false;
    }
    while (collector->first && collector->first->message.head.upto && collector->first->message.head.upto <= taken)
        free_first(collector);
    if (now - collector->taken_at > TELL_NS && !collector->warned) {
        collector->warned = true;
        log_warning("history: the archivist has not moved for %d seconds: what is said waits in memory",
                    (int)(TELL_NS / SECOND));
    }
}

/* False if it cannot be sent now. */
static bool send_one(struct collector *collector, struct batch *batch)
{
    batch->message.head.epoch = collector->epoch;
    ssize_t sent =
        send(collector->feed, &batch->message,
             offsetof(struct batch, message.bytes) - offsetof(struct batch, message) + batch->length, MSG_DONTWAIT);
    if (sent < 0)
        return false;
    collector->told = batch->message.head.upto;
    return true;
}

/* What there is, and how far the ring was read. True if all was sent. */
static bool send_all(struct collector *collector)
{
    if (collector->epoch == 0)
        return false; /* nobody is there yet */
    if (!collector->unsent && collector->position > collector->told && !add_batch(collector))
        return false;
    while (collector->unsent) {
        struct batch *batch = collector->unsent;
        bool open = batch->message.head.upto == 0; /* the last, which more may be put into if it cannot be sent */
        if (open)
            batch->message.head.upto = collector->position;
        if (!send_one(collector, batch)) {
            batch->message.head.upto = open ? 0 : batch->message.head.upto;
            return false;
        }
        CRASHPOINT("collected");
        collector->unsent = batch->next;
    }
    return true;
}

/* ---- the ring ---- */

/* How much was read. */
static int read_ring(struct collector *collector)
{
    struct ring *ring = &collector->world->txn->ring;
    struct ring_record record;
    struct event event;
    enum ring_result result = RING_OK;
    int count = 0;
    for (; count < PASS_RECORDS; count++) {
        result = ring_read(ring, &collector->position, &record);
        if (result != RING_OK)
            break;
        collector->event = record.position;
        if (event_decode(&record, &event))
            collect_event(collector->names, collector->world, &event, put, collector);
    }
    if (result == RING_BROKEN)
        bug("the ring is damaged at %llu", (unsigned long long)collector->position);
    return count;
}

static void move_cursor(struct collector *collector)
{
    struct ring *ring = &collector->world->txn->ring;
    uint64_t size, to = collector->position;
    ring_fill(ring, &size);
    bool still = clock_monotonic() - collector->taken_at > STILL_NS;
    if (collector->taken < to && collector->taken >= collector->cursor && to - collector->taken < size / 4 && !still)
        to = collector->taken;
    if (to > collector->cursor) {
        collector->cursor = to;
        ring_advance(ring, collector->reader, to);
    }
}

/* True if there may be more at once. */
static bool pass(struct collector *collector)
{
    int count = read_ring(collector);
    follow_archivist(collector);
    send_all(collector);
    move_cursor(collector);
    return count == PASS_RECORDS;
}

/* What the archivist has not, and is not in the ring any more, because the collector before had it in its memory. */
static void begin(struct collector *collector)
{
    struct ring *ring = &collector->world->txn->ring;
    txn_begin_look(collector->world->txn);
    collector->position = collector->cursor = ring_cursor(ring, collector->reader);
    ring_open_reader_locked(ring, collector->reader, true, collector->position);
    txn_commit(collector->world->txn);
    uint64_t taken = history_marks_taken(collector->world);
    if (taken > 0 && taken < collector->position)
        collector->gap =
            (struct history_gap){.from = taken, .to = collector->position - 1, .time = clock_realtime(), .count = 1};
    collector->taken_at = clock_monotonic();
}

static void stop(struct collector *collector)
{
    for (int tries = 0; tries < STOP_MS / RETRY_MS; tries++) {
        while (pass(collector))
            ;
        if (!collector->unsent)
            return;
        clock_sleep(RETRY_MS);
    }
}

/* Whether anybody is left for whom it reads: without a supervisor and couriers nobody comes any more. */
static bool is_useless(const struct world *world)
{
    if (slot_is_alive(world, slot_of_supervisor(world)))
        return false;
    for (uint32_t i = 0; i < world->limits.couriers; i++)
        if (slot_is_alive(world, slot_of_courier(world, i)))
            return false;
    return true;
}

static void collect(struct collector *collector)
{
    int64_t looked = 0;
    const struct world *world = collector->world;
    while (!world_is_over(world) && !stop_is_asked() && world_retiring(world) != (uint32_t)collector->reader) {
        bool more = pass(collector);
        int64_t now = clock_monotonic();
        if (now - looked > SECOND) {
            looked = now;
            if (is_useless(world))
                return;
        }
        if (more)
            continue;
        /* What is kept is freed, and the cursor moved, once the archivist has written it. */
        bool waits = collector->unsent || collector->cursor < collector->position;
        if (wakeup_wait(collector->wakeup, waits ? RETRY_MS : IDLE_MS))
            clock_sleep(NAP_MS);
    }
    stop(collector);
}

int collector_main(const struct child_start *start)
{
    static struct collector collector;
    struct world *world = start->world;
    collector = (struct collector){.world = world,
                                   .names = channel_names_new(world),
                                   .feed = start->inherited->feed[1],
                                   .reader = history_reader(world)};
    collector.wakeup = ring_wakeup(&world->txn->ring, collector.reader);
    stop_catch(collector.wakeup);
    signal(SIGPIPE, SIG_IGN);
    port_title_set("forkchatd: collector");
    recorder_begin(recorder_take_other(world, getpid()), getpid());
    if (slot_live(world, slot_of_collector(world, 0))) {
        if (errno == EAGAIN || errno == EACCES)
            return 0; /* one who was starting while a supervisor died was faster */
        fatal(EX_OSERR, "cannot lock a byte for the collector: %s", strerror(errno));
    }
    confine(start->confinement, start->role);
    begin(&collector);
    CRASHPOINT("collector-starting");
    collect(&collector);
    return 0;
}
