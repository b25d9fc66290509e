/* Deaths: what the dead leave is put in order, and only then are they reaped, so that their pids are nobody else's
 * meanwhile. Run by the supervisor; writes the tables as the dead would have, under the lock, which it only ever
 * tries to take.
 *
 * What dies how
 *  - A worker: DETACH is published for it, and QUIT unless its user can come back; its slot becomes free (reap).
 *  - ... with the lock: a waiting process asks the kernel after 50 ms, takes the lock from the dead, has the journal
 *    take back what was half done, and repairs what is derived (lock_take, enter in ipc/txn.c); or the supervisor does,
 *    here.
 *  - ... between two bytes of a record: nothing happens. The head of the ring was not moved, so there is no record.
 *  - ... after the head was moved, before the wakeups: all are posted when it is reaped.
 *  - A courier: another takes the tables as they are, walks back to the cursor, renders again what the kernel was not
 *    given (world/delivery_marks.h), and the workers hand their sockets over again (supervisor_reap_holders,
 *    courier_replace.c).
 *  - ... before it hung up on a client that was put out: its worker looks when it is called or idle, and ends
 *    (check_still_here in worker.c).
 *  - ... before it sent a leaving client its last words: the worker still lingers, and hands the socket to the next.
 *  - The keeper: another reads the file, and is sent the calls that were not answered (ipc/call.c, keeper/serve.c).
 *  - A process that stops or loops with the lock, or a courier that stands still: supervisor_watch.c.
 *  - A process that stops or dies as it is given the lock, or gives it back: the others look again after 50 ms.
 *  - The supervisor: supervisor_succeed.c. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admission.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "chat/detach.h"
#include "event/event.h"
#include "worker.h"
#include "world/counters.h"
#include "world/crashes.h"
#include "world/history_marks.h"
#include "world/slots.h"

/* Orphans that the kernel is asked about at one look: each costs some microseconds among
 * thousands. */
#define ORPHANS_ASKED 256

/* ---- what they leave ---- */

/* The connection that the dead worker served is over; its user, if there was one, is named, and leaves, or stays for a
 * while: true. */
static bool free_connection_locked(const struct chat *chat, uint32_t number, char name[ADDRESS_SIZE])
{
    struct world *world = chat->world;
    bool stays = false;
    const struct connection_shm *connection = world_connection(world, number);
    *name = '\0';
    if (connection->state == CONNECTION_FREE) {
        connection_skip_locked(world, number);
        return false;
    }
    if (connection_is_open_locked(world, number)) {
        text_copy(name, ADDRESS_SIZE, user_shown(world_user(world, connection->user)));
        stays = chat_break_locked(chat, number, false, QUIT_CRASHED, "", "");
    }
    connection_free_locked(world, number);
    return stays;
}

/* Its socket may lie with a courier that has no client for it (any more, or yet). */
static void publish_drop_locked(struct world *world, uint32_t number)
{
    struct event event = event_of_server(EVENT_DROP);
    event.audience = AUDIENCE_NOBODY;
    event.target = number;
    event.generation = world_connection(world, number)->generation;
    event_publish_locked(world, &event);
}

static void tell_crash_of_worker(struct supervisor *supervisor, const char *name, const struct crash_shm *crash)
{
    count_add(&supervisor->world, COUNT_WORKER_CRASHES);
    log_warning("worker %ld%s%s died: %s %d", (long)crash->pid, *name ? " of " : "", name,
                crash->by_signal ? "signal" : "exit status", crash->number);
    supervisor_log_crash(crash);
}

/* Whether it ended of its own accord before its client was in: it has left nothing that anybody could have seen. */
static bool left_nothing(const struct supervisor *supervisor, uint32_t number, const siginfo_t *death)
{
    return !worker_has_crashed(death) && worker_trouble(death) == PENALTY_NONE &&
           world_connection(&supervisor->world, number)->state == CONNECTION_FREE;
}

/* What the dead worker of that slot leaves. False if it cannot be put in order now. */
static bool clear_worker(struct supervisor *supervisor, uint32_t number, const siginfo_t *death)
{
    struct world *world = &supervisor->world;
    if (left_nothing(supervisor, number, death)) {
        recorder_clear(recorder_of_connection(world, number));
        admission_remove(number);
        return true;
    }
    if (!txn_try_begin(&supervisor->txn, EVENT_NEED_LEAVE + EVENT_NEED_MAX))
        return false;
    const struct connection_shm *connection = world_connection(world, number);
    char name[ADDRESS_SIZE];
    bool crashed = worker_has_crashed(death);
    struct recorder_shm *recorder = recorder_of_connection(world, number);
    struct crash_shm crash;
    if (crashed)
        crash = supervisor_add_crash_locked(supervisor, "worker", death, recorder,
                                            connection->state == CONNECTION_FREE ? NULL : connection);
    const struct chat chat = {.world = world, .settings = supervisor->settings};
    bool stays = free_connection_locked(&chat, number, name);
    enum penalty trouble = worker_trouble(death);
    int64_t guessed = supervisor_blame_guesser_locked(supervisor, number);
    int64_t seconds = admission_blame_locked(supervisor->settings, world, number, trouble, clock_monotonic());
    publish_drop_locked(world, number);
    txn_commit(&supervisor->txn);
    recorder_clear(recorder);
    /* Also for what the dead published and did not ring for. */
    ring_wake_again(&supervisor->txn.ring, ~UINT64_C(0));
    if (crashed)
        tell_crash_of_worker(supervisor, name, &crash);
    admission_tell(number, PENALTY_PASSWORD, guessed);
    admission_tell(number, trouble, seconds);
    if (*name)
        log_info("client %s \"%s\"", stays ? "lost" : "disconnected", name);
    admission_remove(number);
    return true;
}

static void clear_holder(struct supervisor *supervisor, const struct child *child, const siginfo_t *death)
{
    const char *name = child_row(child->kind)->name;
    bool asked = child_is_retiring(child), courier = child->kind == CHILD_COURIER;
    if (asked)
        world_retire(&supervisor->world, NONE);
    if (!worker_has_crashed(death) || (asked && child_is_orphan(child))) {
        log_info("%s %u made way for another", name, child->slot);
        return;
    }
    log_warning("%s %u died: %s %d; starting another", name, child->slot,
                death->si_code == CLD_EXITED ? "exit status" : "signal", death->si_status);
    count_add(&supervisor->world, child_row(child->kind)->crashes);
    if (txn_try_begin(&supervisor->txn, 0)) {
        const struct recorder_shm *recorder = courier ? recorder_of_courier(&supervisor->world, child->slot)
                                                      : recorder_find_other(&supervisor->world, death->si_pid);
        struct crash_shm crash = supervisor_add_crash_locked(supervisor, name, death, recorder, NULL);
        txn_commit(&supervisor->txn);
        supervisor_log_crash(&crash);
    }
}

static void clear_console(struct supervisor *supervisor, const siginfo_t *death)
{
    bool crashed = worker_has_crashed(death);
    console_gone(&supervisor->console, !crashed);
    if (!crashed)
        return;
    count_add(&supervisor->world, COUNT_CONTROL_CRASHES);
    log_warning("the console died: %s %d", death->si_code == CLD_EXITED ? "exit status" : "signal", death->si_status);
}

/* Of one that is in no table. */
static void clear_other(struct supervisor *supervisor, enum child_kind kind, const siginfo_t *death)
{
    if (!worker_has_crashed(death))
        return;
    const struct recorder_shm *recorder = recorder_find_other(&supervisor->world, death->si_pid);
    if (child_row(kind)->crashes != COUNT_KINDS)
        count_add(&supervisor->world, child_row(kind)->crashes);
    log_warning("%s process %ld died: %s %d", child_shown(kind), (long)death->si_pid,
                death->si_code == CLD_EXITED ? "exit status" : "signal", death->si_status);
    if (txn_try_begin(&supervisor->txn, 0)) {
        struct crash_shm crash = supervisor_add_crash_locked(supervisor, child_shown(kind), death, recorder, NULL);
        txn_commit(&supervisor->txn);
        supervisor_log_crash(&crash);
    }
}

/* False if it cannot be done now. */
static bool clear_up(struct supervisor *supervisor, const struct child *child, const siginfo_t *death)
{
    if (child->kind == CHILD_WORKER)
        return clear_worker(supervisor, child->slot, death);
    if (child_row(child->kind)->flags & HOLDS_RING) {
        clear_holder(supervisor, child, death);
        return true;
    }
    /* It may have died before it woke the readers of what it published. */
    ring_wake_again(&supervisor->txn.ring, ~UINT64_C(0));
    if (child->kind == CHILD_CONSOLE)
        clear_console(supervisor, death);
    else if (!child_is_orphan(child)) /* those end by themselves without a supervisor, nobody knows how */
        clear_other(supervisor, child->kind, death);
    recorder_clear(recorder_find_other(&supervisor->world, death->si_pid));
    return true;
}

/* ---- reaping ---- */

/* False if it cannot be done now. A worker of ours may have found its slot taken, by an orphan: what stands there is
 * then not its own. */
static bool reap(struct supervisor *supervisor, struct child *child, const siginfo_t *death)
{
    bool ours = !child_is_orphan(child);
    bool taken = child->kind == CHILD_WORKER && ours && supervisor_is_alive(supervisor, child);
    if (taken)
        admission_remove(child->slot);
    else if (!clear_up(supervisor, child, death))
        return false;
    children_note(&supervisor->children, child, CHILD_DIED, 0, clock_monotonic());
    if (ours)
        waitpid(death->si_pid, NULL, 0);
    if (taken)
        supervisor_adopt_child(supervisor, child);
    return true;
}

/* Children that are not in the list: helpers. */
static void reap_unknown(struct supervisor *supervisor, pid_t pid)
{
    recorder_clear(recorder_find_other(&supervisor->world, pid));
    waitpid(pid, NULL, 0);
}

static void reap_children(struct supervisor *supervisor)
{
    for (;;) {
        siginfo_t death = {.si_pid = 0};
        if (waitid(P_ALL, 0, &death, WEXITED | WNOHANG | WNOWAIT) || death.si_pid == 0)
            return;
        struct child *child = children_find(&supervisor->children, death.si_pid);
        if (!child || child_is_orphan(child)) {
            reap_unknown(supervisor, death.si_pid);
            continue;
        }
        /* One who is always there has died since those were looked at, or what is left cannot be put in order now. */
        if (child_row(child->kind)->restart == RESTART_ALWAYS || !reap(supervisor, child, &death)) {
            supervisor->unreaped = true;
            return;
        }
    }
}

/* Nobody tells how an orphan died. Orphans that left did so in the tables. A pid without a process costs nothing to
 * find; whether one is another's by now, or a zombie's, is asked of some in turn. */
static void reap_orphans(struct supervisor *supervisor)
{
    static uint32_t next;
    struct children *children = &supervisor->children;
    for (uint32_t i = 0; children->orphans > 0 && i < children->total - children->count[CHILD_WORKER]; i++) {
        struct child *child = &children->list[i];
        siginfo_t death = {.si_pid = child->pid, .si_code = CLD_EXITED};
        if (child_is_orphan(child) && !(child_row(child->kind)->flags & HOLDS_RING) &&
            !supervisor_is_alive(supervisor, child))
            reap(supervisor, child, &death);
    }
    uint32_t asked = 0, first = next;
    for (uint32_t k = 0; children->orphans > 0 && k < children->count[CHILD_WORKER]; k++) {
        uint32_t i = (first + k) % children->count[CHILD_WORKER];
        struct child *child = children_at(children, CHILD_WORKER, i);
        if (!child_is_orphan(child))
            continue;
        if ((kill(child->pid, 0) == 0 || errno != ESRCH) && asked++ >= ORPHANS_ASKED)
            continue;
        next = i + 1;
        if (supervisor_is_alive(supervisor, child))
            continue;
        bool left = supervisor->world.connections[i].state != CONNECTION_OPEN;
        siginfo_t death = {.si_pid = child->pid, .si_code = left ? CLD_EXITED : CLD_KILLED};
        reap(supervisor, child, &death);
    }
}

/* ---- those who are always to be there ---- */

/* Where the system refuses a process, it is told from time to time; and not tried again at once. */
static bool start(struct supervisor *supervisor, struct child *child)
{
    static int64_t told;
    if (supervisor_fork(supervisor, child, (struct child_start){.socket = -1}) == 0)
        return true;
    int64_t now = clock_monotonic();
    if (now - told > 5000 * MS) {
        told = now;
        log_warning("fork: %s: everybody waits for %s %u", strerror(errno), child_row(child->kind)->name, child->slot);
    }
    return false;
}

/* An orphan's slot may be in use by another orphan by now, of which this supervisor did not know yet. */
static void start_missing(struct supervisor *supervisor)
{
    struct children *children = &supervisor->children;
    int64_t now = clock_monotonic();
    for (uint32_t i = 0; i < children->total - children->count[CHILD_WORKER]; i++) {
        struct child *child = &children->list[i];
        const struct child_row *row = child_row(child->kind);
        bool wanted = !(row->flags & FOR_HISTORY) || history_is_on(&supervisor->world);
        if (row->restart != RESTART_ALWAYS || child_is_present(child) || !wanted)
            continue;
        if (!supervisor_adopt_child(supervisor, child) && (!child_may_start(child, now) || !start(supervisor, child))) {
            supervisor->unreaped = true;
            continue;
        }
        if (child->kind == CHILD_COURIER) {
            CRASHPOINT("courier-forked");
            supervisor_signal_kind(supervisor, CHILD_WORKER, child->slot, children->count[CHILD_COURIER], SIGUSR1);
        }
    }
}

/* How a child ended that has; false if it lives. Nobody tells how an orphan did. */
static bool has_died(const struct supervisor *supervisor, const struct child *child, siginfo_t *death)
{
    *death = (siginfo_t){.si_pid = 0};
    if (!child_is_orphan(child))
        return child_is_present(child) && waitid(P_PID, (id_t)child->pid, death, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               death->si_pid == child->pid;
    *death = (siginfo_t){.si_pid = child->pid, .si_code = CLD_KILLED};
    return !supervisor_is_alive(supervisor, child);
}

void supervisor_reap_holders(struct supervisor *supervisor)
{
    const struct children *children = &supervisor->children;
    for (uint32_t i = 0; i < children->total - children->count[CHILD_WORKER]; i++) {
        struct child *child = &children->list[i];
        siginfo_t death;
        if (child_row(child->kind)->restart == RESTART_ALWAYS && has_died(supervisor, child, &death))
            reap(supervisor, child, &death);
    }
    start_missing(supervisor);
}

/* Holders of the ring first: without them it may be full, and then nobody else can be put in order. */
void supervisor_reap(struct supervisor *supervisor)
{
    supervisor_reap_holders(supervisor);
    reap_children(supervisor);
    reap_orphans(supervisor);
    start_missing(supervisor);
}
