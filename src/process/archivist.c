/* The archivist: one process, the only one that has to do with the files of the history. Writes the marks of the
 * history in shared memory, without the lock.
 *
 * Records come from the collector, which reads the ring (collector.c); questions from workers and from operators'
 * processes, by calls (ipc/call.h) to a mailbox of each.
 * It may wait for its disk as long as that takes: the collector keeps what comes meanwhile.
 *
 * In this order: what came is written to the files, synced if it is time, and only then told (history_marks_tell), so
 * that nobody hears of a line that it is kept and is wrong. A question is answered when everything is there that was in
 * the ring when it was asked. */
#include "archivist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "archive.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/port.h"
#include "collect.h"
#include "history/query.h"
#include "ipc/call.h"
#include "world/history_marks.h"
#include "world/recorder.h"
#include "world/slots.h"
#include "stop.h"

/* Batches taken in one go, questions that wait for records, and for how long. */
#define PASS_BATCHES 256
#define WAITING_MOST 64
#define WAITING_NS   (500 * MS)

#define EXPIRE_NS (30 * SECOND)
#define IDLE_MS   1000
/* A directory that cannot be used is tried again after so long. */
#define RETRY_MS 5000
/* How long nothing must have come at the end, when the collector has gone. */
#define STOP_MS 20

struct waiting {
    struct call call;
    int64_t since;
};

struct archivist {
    struct world *world;
    const struct settings *settings;
    struct settings *own; /* the same after a reload, or NULL */
    uint32_t settings_version;
    int feed;
    uint32_t epoch;
    uint64_t upto; /* everything in the ring before that has come */
    struct archive archive;
    struct call_service *workers, *operators;
    struct waiting waiting[WAITING_MOST];
    int waiting_count;
    int64_t synced_at, expired_at;
};

/* ---- records ---- */

static void tell(struct archivist *archivist)
{
    const struct history *both[] = {&archivist->archive.channels, &archivist->archive.pairs};
    struct history_gap lost = {.count = 0};
    uint64_t synced = archivist->upto;
    for (int i = 0; i < 2; i++) {
        const struct history_gap *gap = &both[i]->pending;
        if (gap->count == 0 && both[i]->gap_count)
            gap = &both[i]->gaps[both[i]->gap_count - 1];
        if (gap->count && gap->to > lost.to)
            lost = *gap;
        /* Up to the first that is not on disk yet. */
        if (both[i]->tail_length && both[i]->last_synced < synced)
            synced = both[i]->last_synced + 1;
    }
    history_marks_tell(archivist->world, archivist->upto, synced, lost.from, lost.to, both[0]->lost + both[1]->lost);
}

/* What the collector sent. Returns how many batches there were. */
static int take_batches(struct archivist *archivist)
{
    static struct {
        struct batch_head head;
        unsigned char bytes[BATCH_SIZE];
    } batch;
    int count = 0;
    ssize_t got;
    while (count < PASS_BATCHES && (got = recv(archivist->feed, &batch, sizeof batch, MSG_DONTWAIT)) > 0) {
        count++;
        if ((size_t)got < sizeof batch.head || batch.head.format != BATCH_FORMAT ||
            batch.head.epoch != archivist->epoch)
            continue; /* for the archivist before: it comes again */
        archive_add(&archivist->archive, &batch.head.gap, batch.bytes, (size_t)got - sizeof batch.head);
        archivist->upto = batch.head.upto > archivist->upto ? batch.head.upto : archivist->upto;
    }
    return count;
}

static bool is_sync_due(const struct archivist *archivist, int64_t now)
{
    return archive_is_unsynced(&archivist->archive) &&
           now - archivist->synced_at >= archivist->settings->history_sync * SECOND;
}

static void look_after_disk(struct archivist *archivist)
{
    int64_t now = clock_monotonic();
    CRASHPOINT("history-taken");
    archive_write(&archivist->archive);
    if (is_sync_due(archivist, now)) {
        archive_sync(&archivist->archive);
        archivist->synced_at = clock_monotonic();
    }
    tell(archivist);
    CRASHPOINT("history-told");
    if (now - archivist->expired_at < EXPIRE_NS)
        return;
    archivist->expired_at = now;
    history_expire(&archivist->archive.channels, clock_realtime());
    history_expire(&archivist->archive.pairs, clock_realtime());
}

/* ---- questions ---- */

/* A worker asks as the slot it lives in. */
static bool is_worker(void *context, uint32_t slot, uint32_t generation, pid_t pid)
{
    const struct archivist *archivist = context;
    (void)generation;
    return pid > 0 && slot_pid(archivist->world, slot_of_worker(archivist->world, slot)) == pid;
}

static void answer_by(struct archivist *archivist, struct call_service *service, struct call *call)
{
    static unsigned char bytes[sizeof(struct history_answer) + HISTORY_ANSWER_MAX];
    bool operators = service == archivist->operators;
    size_t length = archive_answer(&archivist->archive, call->request, call->length, operators, bytes);
    call_answer(service, call, bytes, length);
}

static void answer(struct archivist *archivist, struct call *call)
{
    answer_by(archivist, archivist->workers, call);
}

static bool is_ready(const struct archivist *archivist, const struct call *call)
{
    struct history_request request;
    if (call->length != sizeof request)
        return true;
    memcpy(&request, call->request, sizeof request);
    return request.as_of <= archivist->upto;
}

static void answer_waiting(struct archivist *archivist)
{
    int left = 0;
    int64_t now = clock_monotonic();
    for (int i = 0; i < archivist->waiting_count; i++) {
        struct waiting *waiting = &archivist->waiting[i];
        if (is_ready(archivist, &waiting->call) || now - waiting->since > WAITING_NS)
            answer(archivist, &waiting->call);
        else if (left++ != i)
            archivist->waiting[left - 1] = *waiting;
    }
    archivist->waiting_count = left;
}

static void take_call(struct archivist *archivist, int milliseconds)
{
    struct waiting *waiting = &archivist->waiting[archivist->waiting_count];
    static struct call call;
    if (call_next(archivist->operators, &call, 0) == CALL_CAME)
        answer_by(archivist, archivist->operators, &call);
    if (call_next(archivist->workers, &waiting->call, milliseconds) != CALL_CAME)
        return;
    if (is_ready(archivist, &waiting->call) || archivist->waiting_count == WAITING_MOST - 1) {
        answer(archivist, &waiting->call);
        return;
    }
    waiting->since = clock_monotonic();
    archivist->waiting_count++;
}

/* ---- the whole ---- */

static void follow_settings(struct archivist *archivist)
{
    static char text[SETTINGS_TEXT_SIZE];
    struct world *world = archivist->world;
    if (world_settings_version(world) == archivist->settings_version)
        return;
    txn_begin_look(world->txn);
    size_t length = world_get_settings_locked(world, text);
    archivist->settings_version = world_settings_version(world);
    txn_commit(world->txn);
    struct settings *settings = settings_from(text, length);
    if (!settings)
        return;
    settings_free(archivist->own);
    archivist->settings = archivist->own = settings;
    archive_follow(&archivist->archive, settings);
}

/* For how long there is nothing to do but what comes. */
static int rest(const struct archivist *archivist)
{
    if (archivist->waiting_count)
        return 5;
    if (!archive_is_unsynced(&archivist->archive))
        return IDLE_MS;
    int64_t due = archivist->synced_at + archivist->settings->history_sync * SECOND - clock_monotonic();
    return due <= 0 ? 20 : due < IDLE_MS * MS ? (int)(due / MS) + 1 : IDLE_MS; /* what failed is tried again */
}

static bool is_deserted(const struct world *world)
{
    return !slot_is_alive(world, slot_of_supervisor(world)) && !slot_is_alive(world, slot_of_collector(world, 0));
}

static void serve(struct archivist *archivist)
{
    int64_t looked = 0, now;
    while (!stop_is_asked()) {
        int batches = take_batches(archivist);
        look_after_disk(archivist);
        answer_waiting(archivist);
        follow_settings(archivist);
        take_call(archivist, batches ? 0 : rest(archivist));
        if ((now = clock_monotonic()) - looked < SECOND)
            continue;
        looked = now;
        if (is_deserted(archivist->world))
            return;
    }
}

/* Everything that the collector still has is taken if the daemon ends; else the next archivist gets it. */
static void finish(struct archivist *archivist)
{
    while (world_is_over(archivist->world)) {
        if (take_batches(archivist) > 0)
            continue;
        if (!slot_is_alive(archivist->world, slot_of_collector(archivist->world, 0)) && take_batches(archivist) == 0)
            break;
        clock_sleep(STOP_MS);
    }
    archive_sync(&archivist->archive);
    tell(archivist);
}

/* The folder of the history, in the state directory, of the user that the process will be. Returns a descriptor, or -1
 * with *why in words. */
static int open_folder(const struct settings *settings, const struct confinement *confinement, const char **why)
{
    int state = paths_open_directory(settings->state_directory, why), folder = -1;
    if (state < 0)
        return -1;
    bool made = mkdirat(state, "history", 0700) == 0;
    if (made || errno == EEXIST)
        folder = openat(state, "history", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        *why = strerror(errno);
    if (folder >= 0 && confinement->drop && fchown(folder, confinement->uid, confinement->gid)) {
        *why = strerror(errno);
        close(folder);
        folder = -1;
    }
    close(state);
    return folder;
}

/* Shut in, with its folder as the root of everything. */
static int confine_to(const struct child_start *start, int folder)
{
    struct confinement confinement = *start->confinement;
    if (confinement.root >= 0 && (confinement.root = dup(folder)) < 0)
        return -1;
    confine(&confinement, start->role);
    return 0;
}

/* It says so, and another one tries again. */
static int give_up(const struct child_start *start, const char *why)
{
    log_error("%s/history: %s: nothing is kept", start->settings->state_directory, why);
    for (int i = 0; i < RETRY_MS / STOP_MS && !stop_is_asked() && !world_is_over(start->world); i++)
        clock_sleep(STOP_MS);
    return 0;
}

int archivist_main(const struct child_start *start)
{
    static struct archivist archivist;
    struct world *world = start->world;
    const char *why = "";
    stop_catch(NULL);
    port_title_set("forkchatd: archivist");
    recorder_begin(recorder_take_other(world, getpid()), getpid());
    if (slot_live(world, slot_of_archivist(world, 0))) {
        if (errno == EAGAIN || errno == EACCES)
            return 0; /* one who was starting while a supervisor died was faster */
        fatal(EX_OSERR, "cannot lock a byte for the archivist: %s", strerror(errno));
    }
    int folder = open_folder(start->settings, start->confinement, &why);
    if (folder < 0)
        return give_up(start, why);
    if (confine_to(start, folder) || archive_open(&archivist.archive, folder, start->settings))
        return give_up(start, strerror(errno));
    archivist.world = world;
    archivist.settings = start->settings;
    archivist.settings_version = start->settings_version;
    archivist.feed = start->inherited->feed[0];
    archivist.workers = call_open(start->inherited->archive[0][0], is_worker, &archivist);
    archivist.operators = call_open(start->inherited->archive[1][0], NULL, NULL);
    if (!archivist.workers || !archivist.operators)
        fatal(EX_OSERR, "out of memory");
    call_mind(archivist.workers, 0, archivist.feed);
    call_mind(archivist.workers, 1, start->inherited->archive[1][0]);
    archivist.upto = history_marks_taken(world);
    archivist.epoch = history_marks_begin(world);
    CRASHPOINT("archivist-starting");
    serve(&archivist);
    finish(&archivist);
    return 0;
}
