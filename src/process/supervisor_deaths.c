/* Deaths: who has died is put in order and then reaped, so that its pid is nobody else's meanwhile;
 * who holds everybody up is ended. Run by the supervisor; writes the tables as the dead would have,
 * under the lock, which it only ever tries to take. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admission.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "command/families.h"
#include "event/event.h"
#include "worker.h"
#include "world/counters.h"
#include "world/crashes.h"
#include "world/slots.h"

/* All but the first of these are the time that the process could have used, not what passed on the clock: base/stall.h.
 *
 * The lock held in one go for so long: its holder goes on if it was stopped, and is ended if it computed meanwhile. */
#define STUCK_NS (1000 * MS)
/* And for so long: it is ended, whatever keeps it. */
#define HOPELESS_NS (5000 * MS)
/* A courier that has not moved for so long while half the ring or more waits for it is replaced. */
#define STALLED_NS (2000 * MS)
/* And one that has not moved for so long while anything at all waits for it. */
#define STOPPED_NS (10000 * MS)

/* So many of those who are not our children, at one look, of whom the kernel is asked whether they live: each costs some
 * microseconds among thousands. */
#define ORPHANS_ASKED 256

/* For `crash last`, with what the dead left at `recorder`, if it has a place there. Lock held. Returns the crash noted. */
static struct crash_shm note_crash_locked(struct supervisor *supervisor, const char *process, const siginfo_t *death,
                                          const struct recorder_shm *recorder, const struct user_shm *user)
{
    struct crash_shm crash = {.at = clock_realtime(),
                              .monotonic = clock_monotonic(),
                              .pid = (int32_t)death->si_pid,
                              .by_signal = death->si_code != CLD_EXITED,
                              .number = death->si_status,
                              .door = user ? user->door : DOOR_KINDS};
    int number = crash.number ? crash.number : RECORDER_ANY;
    recorder_read(recorder, crash.pid, crash.by_signal ? number : 0, &crash.recording);
    if (crash.by_signal && !crash.number)
        crash.number = crash.recording.fault.signal; /* an orphan's, of whom nobody else tells */
    text_copy(crash.process, sizeof crash.process, process);
    if (user) {
        text_copy(crash.who, sizeof crash.who, user_shown(user));
        text_copy(crash.address, sizeof crash.address, user->address);
    }
    crash_add_locked(&supervisor->world, &crash);
    return crash;
}

/* What is known beyond the signal, in short; the lines themselves are for `crash last` alone, because what people said
 * does not belong in a log. */
static void log_crash(const struct crash_shm *crash)
{
    const struct fault *fault = &crash->recording.fault;
    const char *name = crash->by_signal ? fault_signal_name(crash->number) : NULL;
    char line[200];
    struct text text;
    text_init(&text, line, sizeof line);
    if (name)
        text_addf(&text, " %s", name);
    if (crash->by_signal && crash->number == SIGSYS && !fault->sender)
        text_add(&text, " (it tried a forbidden system call)"); /* the sandbox */
    if (crash->by_signal && crash->number == SIGXCPU)
        text_add(&text, " (it used too much processor time in one go)");
    if (fault->signal && !fault->sender)
        text_addf(&text, " at address %#llx, instruction %#llx", (unsigned long long)fault->address,
                  (unsigned long long)fault->instruction);
    if (crash->recording.count > 0)
        text_addf(&text, "%s%s; \"crash last\" shows the last lines it was given", text.length ? "" : " ended",
                  crash->recording.working ? " with a line not done" : "");
    if (text.length > 0)
        log_warning("%s %d:%s", crash->process, crash->pid, line);
}

static bool is_crash(const siginfo_t *death)
{
    return worker_has_crashed(death);
}

static void bury_console(struct supervisor *supervisor, const siginfo_t *death)
{
    console_gone(&supervisor->console, !is_crash(death));
    ring_wake_again(&supervisor->txn.ring, ~UINT64_C(0));
    if (!is_crash(death))
        return;
    count_add(&supervisor->world, COUNT_CONTROL_CRASHES);
    log_warning("the console died: %s %d", death->si_code == CLD_EXITED ? "exit status" : "signal",
                death->si_status);
}

/* A control child has ended: it is in no table, but may have died before it woke the readers. */
static void bury_control(struct supervisor *supervisor, const siginfo_t *death)
{
    const struct recorder_shm *recorder = recorder_find_other(&supervisor->world, death->si_pid);
    control_listener_forget(&supervisor->control, death->si_pid);
    ring_wake_again(&supervisor->txn.ring, ~UINT64_C(0));
    if (!is_crash(death))
        return;
    count_add(&supervisor->world, COUNT_CONTROL_CRASHES);
    log_warning("control process %ld died: %s %d", (long)death->si_pid,
                death->si_code == CLD_EXITED ? "exit status" : "signal", death->si_status);
    if (txn_try_begin(&supervisor->txn, 0)) {
        struct crash_shm crash = note_crash_locked(supervisor, "control", death, recorder, NULL);
        txn_commit(&supervisor->txn);
        log_crash(&crash);
    }
}

/* Puts in order what the dead worker of that seat leaves. False if it cannot be done now. */
static bool bury(struct supervisor *supervisor, uint32_t number, const siginfo_t *death)
{
    struct world *world = &supervisor->world;
    if (!txn_try_begin(&supervisor->txn, 2 * EVENT_NEED_MAX))
        return false;
    struct user_shm *user = world_user(world, number);
    char name[ADDRESS_SIZE] = "";
    bool crashed = is_crash(death);
    struct recorder_shm *recorder = recorder_of_user(world, number);
    struct crash_shm crash;
    if (crashed)
        crash = note_crash_locked(supervisor, "worker", death, recorder, user->state == USER_FREE ? NULL : user);
    if (user->state == USER_FREE) {
        user_skip_locked(world, number);
    } else {
        if (user->state != USER_GONE) {
            text_copy(name, sizeof name, user_shown(user));
            register_leave_locked(world, number, QUIT_CRASHED, "");
        }
        user_free_locked(world, number);
    }
    enum penalty trouble = worker_trouble(death);
    int64_t guessed = supervisor_blame_guesser_locked(supervisor, number);
    int64_t seconds = admission_blame_locked(supervisor->settings, world, number, trouble, clock_monotonic());
    /* Its socket may lie with a courier that has no client for it (any more, or yet). */
    struct event event = event_of_server(EVENT_DROP);
    event.audience = AUDIENCE_NOBODY;
    event.target = number;
    event.generation = user->generation;
    event_publish_locked(world, &event);
    txn_commit(&supervisor->txn);
    recorder_clear(recorder);
    /* Also for what the dead published and did not ring for. */
    ring_wake_again(&supervisor->txn.ring, ~UINT64_C(0));
    if (crashed)
        count_add(&supervisor->world, COUNT_WORKER_CRASHES);
    if (crashed)
        log_warning("worker %ld%s%s died: %s %d", (long)death->si_pid, *name ? " of " : "", name,
                    crash.by_signal ? "signal" : "exit status", crash.number);
    if (crashed)
        log_crash(&crash);
    admission_tell(number, PENALTY_PASSWORD, guessed);
    admission_tell(number, trouble, seconds);
    if (*name)
        log_info("client disconnected \"%s\"", name);
    return true;
}

static void free_seat(struct supervisor *supervisor, uint32_t number)
{
    struct seat *seat = &supervisor->seats[number];
    supervisor->orphans -= seat->orphan;
    *seat = (struct seat){0};
    admission_remove(number);
    supervisor->free_seats[supervisor->free_count++] = number;
}

/* Nobody tells how an orphan died. Those who leave have done so in the tables. A pid that is nobody's any more costs
 * nothing to find; that one is another's by now, or a zombie's, is asked of some in turn. */
void supervisor_reap_orphans(struct supervisor *supervisor)
{
    static uint32_t next;
    uint32_t asked = 0, first = next;
    for (uint32_t k = 0; supervisor->orphans > 0 && k < supervisor->seat_count; k++) {
        uint32_t i = (first + k) % supervisor->seat_count;
        const struct seat *seat = &supervisor->seats[i];
        if (!seat->orphan)
            continue;
        if ((kill(seat->pid, 0) == 0 || errno != ESRCH) && asked++ >= ORPHANS_ASKED)
            continue;
        next = i + 1;
        if (slot_is_alive(&supervisor->world, slot_of_worker(&supervisor->world, i)))
            continue;
        uint32_t state = supervisor->world.users[i].state;
        bool left = state == USER_FREE || state == USER_GONE;
        siginfo_t death = {.si_pid = seat->pid, .si_code = left ? CLD_EXITED : CLD_KILLED};
        if (bury(supervisor, i, &death))
            free_seat(supervisor, i);
    }
}

static bool is_courier(const struct supervisor *supervisor, pid_t pid)
{
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].pid == pid && !supervisor->couriers[i].orphan)
            return true;
    return false;
}

/* seat_count if it is none's. */
static uint32_t seat_of_child(const struct supervisor *supervisor, pid_t pid)
{
    uint32_t number = 0;
    while (number < supervisor->seat_count &&
           (supervisor->seats[number].pid != pid || supervisor->seats[number].orphan))
        number++;
    return number;
}

/* The same for a child, which may have found its place taken: what stands there is then not its own. */
static bool bury_child(struct supervisor *supervisor, uint32_t number, const siginfo_t *death)
{
    if (!slot_is_alive(&supervisor->world, slot_of_worker(&supervisor->world, number))) {
        if (!bury(supervisor, number, death))
            return false;
        free_seat(supervisor, number);
        return true;
    }
    admission_remove(number);
    supervisor->seats[number] = (struct seat){0};
    if (!supervisor_adopt_seat(supervisor, number)) /* who lived there has just died as well */
        supervisor->free_seats[supervisor->free_count++] = number;
    return true;
}

void supervisor_reap_workers(struct supervisor *supervisor)
{
    for (;;) {
        siginfo_t death = {.si_pid = 0};
        if (waitid(P_ALL, 0, &death, WEXITED | WNOHANG | WNOWAIT) || death.si_pid == 0)
            return;
        if (is_courier(supervisor,
                       death.si_pid)) { /* died since reap_couriers, whose it is, looked */
            supervisor->unreaped = true;
            return;
        }
        uint32_t number = seat_of_child(supervisor, death.si_pid);
        if (number < supervisor->seat_count) {
            if (!bury_child(supervisor, number, &death)) {
                supervisor->unreaped = true;
                return;
            }
        } else if (control_listener_has(&supervisor->control, death.si_pid)) {
            bury_control(supervisor, &death);
        } else if (death.si_pid == supervisor->console.pid) {
            bury_console(supervisor, &death);
        }
        if (number == supervisor->seat_count)
            recorder_clear(recorder_find_other(&supervisor->world, death.si_pid));
        waitpid(death.si_pid, NULL, 0);
    }
}

/* Once more, if it may be; where the system refuses a process, not at once again. */
static int fork_courier(struct supervisor *supervisor, int number)
{
    static int64_t told;
    int64_t now = clock_monotonic();
    if (supervisor_fork_courier(supervisor, number) == 0)
        return 0;
    supervisor->couriers[number].born = now;
    if (now - told > 5000 * MS) {
        told = now;
        log_warning("fork: %s: everybody waits for courier %d", strerror(errno), number);
    }
    return -1;
}

static void bury_courier(struct supervisor *supervisor, int number, siginfo_t death)
{
    struct courier_seat *seat = &supervisor->couriers[number];
    bool asked = world_retiring(&supervisor->world) == (uint32_t)number;
    supervisor->orphans -= seat->orphan;
    seat->pid = 0;
    seat->stall = (struct stall){0};
    if (asked)
        world_retire(&supervisor->world, NONE);
    if (!is_crash(&death) || (asked && seat->orphan)) {
        log_info("courier %d made way for another", number);
        return;
    }
    log_warning("courier %d died: %s %d; starting another", number,
                death.si_code == CLD_EXITED ? "exit status" : "signal", death.si_status);
    count_add(&supervisor->world, COUNT_COURIER_CRASHES);
    if (txn_try_begin(&supervisor->txn, 0)) {
        const struct recorder_shm *recorder = recorder_of_courier(&supervisor->world, (uint32_t)number);
        struct crash_shm crash = note_crash_locked(supervisor, "courier", &death, recorder, NULL);
        txn_commit(&supervisor->txn);
        log_crash(&crash);
    }
}

/* Couriers first: without them the ring may be full, and then nobody can be buried. */
void supervisor_reap_couriers(struct supervisor *supervisor)
{
    for (int i = 0; i < supervisor->inherited.couriers; i++) {
        struct courier_seat *seat = &supervisor->couriers[i];
        siginfo_t death = {.si_pid = 0};
        if (seat->pid && !seat->orphan) {
            if (waitid(P_PID, (id_t)seat->pid, &death, WEXITED | WNOHANG) == 0 && death.si_pid == seat->pid)
                bury_courier(supervisor, i, death);
        } else if (seat->pid && !slot_is_alive(&supervisor->world, slot_of_courier(&supervisor->world, (uint32_t)i))) {
            /* Nobody tells how. */
            bury_courier(supervisor, i, (siginfo_t){.si_pid = seat->pid, .si_code = CLD_KILLED});
        }
        if (seat->pid)
            continue;
        /* One that dies at once is not started again at once. */
        if (!supervisor_adopt_courier(supervisor, i) &&
            (clock_monotonic() - seat->born < PAUSE_NS || fork_courier(supervisor, i))) {
            supervisor->unreaped = true;
            continue;
        }
        CRASHPOINT("courier-forked");
        supervisor_signal_workers(supervisor, (uint32_t)i, (uint32_t)supervisor->inherited.couriers, SIGUSR1);
    }
}

/* Any process of ours, or nobody if there is none with that number. */
static void signal_member(struct supervisor *supervisor, pid_t pid, int signal)
{
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].pid == pid)
            supervisor_signal(supervisor, pid, supervisor->seats[i].orphan, signal);
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].pid == pid)
            supervisor_signal(supervisor, pid, supervisor->couriers[i].orphan, signal);
    if (control_listener_has(&supervisor->control, pid) || pid == supervisor->console.pid)
        kill(pid, signal);
}

/* Whoever died with the lock in its hands is in nobody's way, if it can be told now. */
static void mend_after_owner(struct supervisor *supervisor)
{
    if (txn_try_begin(&supervisor->txn, 0))
        txn_commit(&supervisor->txn);
}

/* A process that was stopped, or loops, with the lock in its hands would stop everybody. */
void supervisor_watch_lock(struct supervisor *supervisor)
{
    struct holding *seen = &supervisor->holding;
    uint32_t turn, slot = lock_owner(&supervisor->txn.lock, &turn);
    int64_t now = clock_monotonic();
    if (slot != seen->slot || turn != seen->turn) {
        *seen = (struct holding){slot, turn, .since = now};
        return;
    }
    if (slot == LOCK_NOBODY)
        return;
    pid_t owner = slot_pid(&supervisor->world, slot);
    if (owner == 0) {
        mend_after_owner(supervisor);
        return;
    }
    int64_t had = stall_measure(&seen->stall, owner);
    if (now - seen->since < STUCK_NS)
        return;
    if (!seen->woken) {
        seen->woken = true;
        signal_member(supervisor, owner, SIGCONT);
    }
    if (had < HOPELESS_NS && seen->stall.computed < STUCK_NS)
        return;
    *seen = (struct holding){slot, turn, .since = now};
    signal_member(supervisor, owner, SIGKILL);
    log_warning("process %ld held the lock for too long and was ended", (long)owner);
}

void supervisor_renew_couriers(struct supervisor *supervisor)
{
    struct world *world = &supervisor->world;
    if (world_retiring(world) != NONE)
        return;
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].old && supervisor->couriers[i].pid) {
            world_retire(world, (uint32_t)i);
            ring_wake_again(&supervisor->txn.ring, UINT64_C(1) << i);
            return;
        }
}

void supervisor_begin_look(struct supervisor *supervisor)
{
    while (!txn_try_begin(&supervisor->txn, 0)) {
        supervisor_watch_lock(supervisor);
        clock_sleep(1);
    }
}

/* What waits for a courier that has not moved since it was last looked at, or 0. */
static uint64_t look_at_courier(struct supervisor *supervisor, int number)
{
    struct courier_seat *seat = &supervisor->couriers[number];
    const struct ring *ring = &supervisor->txn.ring;
    uint64_t position = ring_cursor(ring, number), waiting = ring_head(ring) - position;
    if (position != seat->position || waiting == 0 || !seat->pid) {
        seat->position = position;
        seat->stall = (struct stall){0};
        return 0;
    }
    stall_measure(&seat->stall, seat->pid);
    return waiting;
}

/* A courier that was stopped, or loops, would in the end have all publishers wait for it. */
void supervisor_watch_couriers(struct supervisor *supervisor)
{
    uint64_t size;
    ring_fill(&supervisor->txn.ring, &size);
    for (int i = 0; i < supervisor->inherited.couriers; i++) {
        struct courier_seat *seat = &supervisor->couriers[i];
        uint64_t waiting = look_at_courier(supervisor, i);
        int64_t had = seat->stall.computed + seat->stall.idled;
        if (waiting > 0 && had >= (waiting < size / 2 ? STOPPED_NS : STALLED_NS)) {
            log_warning("courier %d does not keep up with what is said and is ended", i);
            supervisor_signal(supervisor, seat->pid, seat->orphan, SIGKILL);
            seat->stall = (struct stall){0};
        }
    }
}
