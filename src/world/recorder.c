/* The flight recorder. Written by each process in its own slot, without the lock; read and cleared by the supervisor
 * when that process is dead.
 *
 * transport_take_line and the control service give it each line, which is cut where a password may begin
 * (base/secrets.h); the handler of base/fault.c adds the signal and the address before the process dies of it. The
 * supervisor copies all of that to the list of crashes (crashes.h) and wipes the slot for the next process. */
#include "recorder.h"

#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/harmless.h"
#include "base/secrets.h"

struct recorder_shm {
    alignas(64) _Atomic int32_t pid; /* whose slot it is; 0: nobody's */
    _Atomic uint32_t working;
    _Atomic uint32_t count; /* of lines ever; the next one's slot is this, modulo their number */
    struct fault fault;
    struct recorded_line lines[RECORDER_LINES];
};

size_t recorders_size(const struct world_limits *limits)
{
    return ((size_t)limits->connections + limits->couriers + RECORDER_OTHERS) * sizeof(struct recorder_shm);
}

struct recorder_shm *recorder_of_connection(const struct world *world, uint32_t connection)
{
    return connection < world->limits.connections ? &world->recorders[connection] : NULL;
}

struct recorder_shm *recorder_of_courier(const struct world *world, uint32_t courier)
{
    return courier < world->limits.couriers ? &world->recorders[world->limits.connections + courier] : NULL;
}

static struct recorder_shm *others(const struct world *world)
{
    return &world->recorders[world->limits.connections + world->limits.couriers];
}

struct recorder_shm *recorder_take_other(const struct world *world, int32_t pid)
{
    for (uint32_t i = 0; i < RECORDER_OTHERS; i++) {
        struct recorder_shm *slot = &others(world)[i];
        int32_t owner = atomic_load(&slot->pid);
        if ((owner <= 0 || (kill(owner, 0) && errno == ESRCH)) &&
            atomic_compare_exchange_strong(&slot->pid, &owner, pid))
            return slot;
    }
    return NULL;
}

struct recorder_shm *recorder_find_other(const struct world *world, int32_t pid)
{
    for (uint32_t i = 0; i < RECORDER_OTHERS; i++)
        if (atomic_load(&others(world)[i].pid) == pid)
            return &others(world)[i];
    return NULL;
}

static void forget(struct recorder_shm *recorder)
{
    uint32_t used = atomic_load(&recorder->count);
    /* One more than was counted may be there. */
    memset(recorder->lines, 0, (used < RECORDER_LINES ? used + 1 : RECORDER_LINES) * sizeof *recorder->lines);
    recorder->fault = (struct fault){0};
    atomic_store(&recorder->count, 0);
    atomic_store(&recorder->working, 0);
}

void recorder_begin(struct recorder_shm *recorder, int32_t pid)
{
    if (!recorder)
        return;
    forget(recorder);
    atomic_store(&recorder->pid, pid);
    fault_catch(&recorder->fault);
}

void recorder_clear(struct recorder_shm *recorder)
{
    if (!recorder)
        return;
    forget(recorder);
    atomic_store(&recorder->pid, 0);
}

void recorder_line(struct recorder_shm *recorder, const char *bytes, size_t length, bool more)
{
    if (!recorder)
        return;
    uint32_t count = atomic_load_explicit(&recorder->count, memory_order_relaxed);
    struct recorded_line *line = &recorder->lines[count % RECORDER_LINES];
    size_t seen = length < RECORDER_BYTES ? length : RECORDER_BYTES;
    size_t kept = secrets_begin(bytes, seen);
    bool secret = kept < seen;
    /* Nothing of a line counts until all of it is there. The reader comes after our death, so only the compiler must be
     * made to keep the order. */
    *(volatile int64_t *)&line->at = 0;
    atomic_signal_fence(memory_order_seq_cst);
    CRASHPOINT("recorder-begun");
    line->length = secret || more ? 0 : length < UINT32_MAX ? (uint32_t)length : 0;
    line->kept = (uint16_t)kept;
    line->more = more || kept < length;
    memcpy(line->bytes, bytes, kept);
    atomic_signal_fence(memory_order_seq_cst);
    CRASHPOINT("recorder-copied");
    *(volatile int64_t *)&line->at = clock_monotonic();
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&recorder->working, 1, memory_order_relaxed);
    atomic_store_explicit(&recorder->count, count + 1, memory_order_release);
    CRASHPOINT("recorded");
}

void recorder_rest(struct recorder_shm *recorder)
{
    if (recorder)
        atomic_store_explicit(&recorder->working, 0, memory_order_relaxed);
}

void recorder_read(const struct recorder_shm *recorder, int32_t pid, int signal, struct recording *recording)
{
    *recording = (struct recording){0};
    if (!recorder || atomic_load(&recorder->pid) != pid)
        return;
    recording->fault = recorder->fault;
    /* If it died of something else, whatever stands there is not about that. */
    if (signal == RECORDER_ANY ? !fault_signal_name(recording->fault.signal) : recording->fault.signal != signal)
        recording->fault = (struct fault){0};
    recording->working = atomic_load(&recorder->working) != 0;
    uint32_t end = atomic_load(&recorder->count);
    for (uint32_t left = end < RECORDER_LINES ? end : RECORDER_LINES; left > 0; left--) {
        struct recorded_line *line = &recording->lines[recording->count];
        *line = recorder->lines[(end - left) % RECORDER_LINES];
        if (line->at != 0 && line->kept <= RECORDER_BYTES)
            recording->count++;
    }
}

void recorded_line_show(const struct recorded_line *line, struct text *text)
{
    harmless_add_escaped(text, line->bytes, line->kept < RECORDER_BYTES ? line->kept : RECORDER_BYTES);
    if (line->more)
        text_add(text, line->kept > 0 ? " …" : "…");
}
