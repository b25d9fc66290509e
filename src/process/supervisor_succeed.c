/* Succession: a supervisor takes a living session over, from one that died or from what it was itself before it was
 * executed again. Couriers, workers and clients notice nothing.
 *
 * Those it finds are not its children: it is told of their deaths, and of their pids, by the locks they hold for life
 * (ipc/liveness.h). A pid may be another's by the time it is used, so they are only ever signalled as the user they run as. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "admission.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "world/slots.h"

/* Since one of them was seen to end. */
#define END_NS (3000 * MS)

/* ---- signals to those who are not our children ---- */

static void signal_all(const pid_t *pids, size_t count, int signal)
{
    for (size_t i = 0; i < count; i++)
        if (pids[i] > 1)
            kill(pids[i], signal);
}

static void signal_orphans(const struct supervisor *supervisor, const pid_t *pids, size_t count, int signal)
{
    const struct confinement *confinement = &supervisor->confinement;
    if (count == 0)
        return;
    if (!confinement->drop) {
        signal_all(pids, count, signal);
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        if (port_become(confinement->uid, confinement->gid) == 0)
            signal_all(pids, count, signal);
        _exit(0);
    }
    if (child < 0)
        log_warning("fork: %s: signal %d was not sent", strerror(errno), signal);
    else
        waitpid(child, NULL, 0);
}

void supervisor_signal(const struct supervisor *supervisor, pid_t pid, bool orphan, int signal)
{
    if (orphan)
        signal_orphans(supervisor, &pid, 1, signal);
    else
        kill(pid, signal);
}

void supervisor_signal_workers(const struct supervisor *supervisor, uint32_t first, uint32_t step, int signal)
{
    pid_t *orphans = calloc(supervisor->seat_count, sizeof *orphans);
    size_t count = 0;
    for (uint32_t i = first; i < supervisor->seat_count; i += step) {
        const struct seat *seat = &supervisor->seats[i];
        if (seat->pid && !seat->orphan)
            kill(seat->pid, signal);
        else if (seat->pid && orphans)
            orphans[count++] = seat->pid;
    }
    signal_orphans(supervisor, orphans, count, signal);
    free(orphans);
}

void supervisor_signal_family(const struct supervisor *supervisor, int signal)
{
    control_listener_signal(&supervisor->control, signal);
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].pid)
            supervisor_signal(supervisor, supervisor->couriers[i].pid, supervisor->couriers[i].orphan, signal);
    supervisor_signal_workers(supervisor, 0, 1, signal);
}

/* ---- finding ---- */

static uint32_t count_lives(const struct world *world)
{
    uint32_t count = 0;
    for (uint32_t slot = 1; liveness_is_open(&world->txn->liveness) && slot < slot_of_supervisor(world); slot++)
        count += slot_is_alive(world, slot);
    return count;
}

/* Everybody who lives in that world, whoever they are. */
static void signal_lives(const struct supervisor *supervisor, int signal)
{
    const struct world *world = &supervisor->world;
    uint32_t end = liveness_is_open(&world->txn->liveness) ? slot_of_supervisor(world) : 0;
    pid_t *pids = calloc(end, sizeof *pids), pid;
    size_t count = 0;
    for (uint32_t slot = 1; pids && slot < end; slot++)
        if ((pid = slot_pid(world, slot)))
            pids[count++] = pid;
    signal_orphans(supervisor, pids, count, signal);
    free(pids);
}

void supervisor_end_unknown(struct supervisor *supervisor)
{
    world_end(&supervisor->world);
    signal_lives(supervisor, SIGKILL);
}

/* Whether any worker or courier is known to live in that world. */
static bool is_inhabited(const struct world *world)
{
    if (!liveness_is_open(&world->txn->liveness))
        return false;
    for (uint32_t slot = 1; slot < slot_of_supervisor(world); slot++)
        if (slot_is_alive(world, slot))
            return true;
    return false;
}

static void forget_world(struct supervisor *supervisor)
{
    liveness_close(&supervisor->txn.liveness);
    region_unmap(&supervisor->txn.region);
}

/* Nobody is left to ask for the descriptors: the others can neither be reached nor be heard of. */
static int end_survivors(struct supervisor *supervisor, const char *why)
{
    log_warning("ending the processes of a forkchatd that was killed: no courier of theirs answers (%s)", why);
    world_end(&supervisor->world);
    int64_t begun = clock_monotonic();
    uint32_t before = UINT32_MAX;
    signal_lives(supervisor, SIGTERM);
    bool killed = false;
    while (!runtime_is_deserted(supervisor->inherited.family) || is_inhabited(&supervisor->world)) {
        uint32_t lives = count_lives(&supervisor->world);
        if (lives < before)
            begun = clock_monotonic() - (killed ? END_NS : 0);
        before = lives;
        int64_t passed = clock_monotonic() - begun;
        ring_wake_again(&supervisor->txn.ring, ~UINT64_C(0));
        if (passed > 2 * END_NS) {
            log_error("processes of an earlier forkchatd are still running and do not end");
            return EX_UNAVAILABLE;
        }
        if (passed > END_NS && !killed) {
            signal_lives(supervisor, SIGKILL);
            killed = true;
        }
        if (!supervisor_pause(10))
            return EX_UNAVAILABLE;
    }
    forget_world(supervisor);
    return 0;
}

/* Opens what an earlier supervisor left, by its name, or by a courier that has it still. Returns 0, or what is wrong. */
static int open_session(struct supervisor *supervisor, bool deserted)
{
    const struct settings *settings = supervisor->settings;
    int family = supervisor->inherited.family;
    if (runtime_open_world(&supervisor->txn, &supervisor->world, settings, family) == 0)
        return 0;
    if (errno == ENOTSUP || deserted)
        return errno;
    int region = inherited_claim_region(settings->runtime_directory);
    if (region < 0 || runtime_open_region(&supervisor->txn, &supervisor->world, settings, family, region))
        return errno;
    return 0;
}

/* The supervisor of that world, or 0. Where its files were taken away whoever has the pid it had is taken for it: whoever
 * serves there makes them again within a second, and whoever begins beside it could not be undone. */
static pid_t find_supervisor(const struct world *world)
{
    if (liveness_is_open(&world->txn->liveness))
        return slot_pid(world, slot_of_supervisor(world));
    pid_t pid = world_noted_supervisor(world);
    return pid > 1 && (kill(pid, 0) == 0 || errno == EPERM) ? pid : 0;
}

/* In a world that was found. Its files may have been taken away, and the locks on them tell nothing then. */
static int look_who_lives(struct supervisor *supervisor, bool deserted, bool *found)
{
    runtime_open_liveness(&supervisor->txn, supervisor->settings);
    pid_t pid = find_supervisor(&supervisor->world);
    if (pid) {
        char number[20];
        snprintf(number, sizeof number, "%ld", (long)pid);
        runtime_tell_other(supervisor->settings, number);
        return EX_UNAVAILABLE;
    }
    *found = !deserted || !liveness_is_open(&supervisor->txn.liveness) || is_inhabited(&supervisor->world);
    if (!*found)
        forget_world(supervisor);
    return 0;
}

int supervisor_find_session(struct supervisor *supervisor, bool deserted, bool *found)
{
    int error = open_session(supervisor, deserted);
    if (!error)
        return look_who_lives(supervisor, deserted, found);
    *found = false;
    if (deserted)
        return 0;
    if (error != ENOTSUP) {
        log_warning("processes of an earlier forkchatd are still running and cannot be reached (%s): going on without "
                    "them", strerror(error));
        return runtime_begin_family(supervisor->settings, &supervisor->inherited.family);
    }
    log_warning("processes of another version of forkchatd are still running, whose shared memory has another layout: "
                "waiting for them to leave");
    while (!runtime_is_deserted(supervisor->inherited.family))
        if (!supervisor_pause(100))
            return EX_UNAVAILABLE;
    log_info("they have left");
    return 0;
}

int supervisor_claim_session(struct supervisor *supervisor, bool *found)
{
    int lock = supervisor->inherited.family;
    struct inherited inherited;
    bool over = world_is_over(&supervisor->world);
    if (over || inherited_claim(&inherited, supervisor->settings->runtime_directory, &supervisor->world)) {
        if (!over && errno == EINTR)
            return EX_UNAVAILABLE; /* called off, nothing has timed out */
        *found = false;
        return end_survivors(supervisor, over ? "it is over" : strerror(errno));
    }
    CRASHPOINT("descriptors-claimed");
    close(lock); /* the same file, but not the descriptor with the lock on it */
    close(supervisor->txn.region.fd);
    supervisor->txn.region.fd = inherited.region;
    liveness_close(&supervisor->txn.liveness);
    supervisor->txn.liveness = inherited.liveness;
    supervisor->inherited = inherited;
    return 0;
}

/* ---- adopting ---- */

/* What the tables know of a seat. Lock held. */
static void describe_seat(struct supervisor *supervisor, uint32_t number)
{
    const struct user_shm *user = world_user(&supervisor->world, number);
    char host[HOST_SIZE];
    unsigned char bytes[16];
    if (user->state == USER_FREE || user->door >= DOOR_KINDS)
        return;
    supervisor->seats[number].door = (enum door_kind)user->door;
    text_copy(host, sizeof host, user->host);
    if (net_parse_host(host, bytes))
        admission_add(supervisor->settings, number, bytes);
}

/* Whether somebody uses the place whose seat is free: that is an orphan's then. Who died since the last supervisor
 * looked is found dead as any other: supervisor_reap_orphans. */
static bool find_orphan(struct supervisor *supervisor, uint32_t number)
{
    struct seat *seat = &supervisor->seats[number];
    pid_t pid = slot_pid(&supervisor->world, slot_of_worker(&supervisor->world, number));
    bool used = supervisor->world.users[number].state != USER_FREE;
    if (pid == 0 && !used)
        return false;
    seat->pid = pid ? pid : LIVENESS_UNKNOWN;
    seat->orphan = true;
    supervisor->orphans++;
    return true;
}

bool supervisor_adopt_seat(struct supervisor *supervisor, uint32_t number)
{
    if (!find_orphan(supervisor, number))
        return false;
    if (txn_try_begin(&supervisor->txn, 0)) {
        describe_seat(supervisor, number);
        txn_commit(&supervisor->txn);
    }
    return true;
}

bool supervisor_adopt_courier(struct supervisor *supervisor, int number)
{
    struct courier_seat *seat = &supervisor->couriers[number];
    pid_t pid = slot_pid(&supervisor->world, slot_of_courier(&supervisor->world, (uint32_t)number));
    if (pid == 0)
        return false;
    seat->pid = pid;
    seat->orphan = seat->old = true;
    supervisor->orphans++;
    return true;
}

void supervisor_adopt(struct supervisor *supervisor)
{
    uint32_t here = 0;
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (!supervisor->seats[i].pid)
            find_orphan(supervisor, i);
    for (int i = 0; i < supervisor->inherited.couriers; i++) {
        struct courier_seat *seat = &supervisor->couriers[i];
        seat->old = seat->pid || supervisor_adopt_courier(supervisor, i);
    }
    supervisor_begin_look(supervisor);
    supervisor->free_count = 0;
    for (uint32_t i = supervisor->seat_count; i-- > 0;) {
        if (supervisor->seats[i].pid) {
            describe_seat(supervisor, i);
            here++;
        } else {
            supervisor->free_seats[supervisor->free_count++] = i;
        }
    }
    txn_commit(&supervisor->txn);
    countdown_start(&supervisor->countdown);
    /* It may have died when it had forked a courier and not yet called its workers. */
    if (supervisor->orphans)
        supervisor_signal_workers(supervisor, 0, 1, SIGUSR1);
    CRASHPOINT("session-adopted");
    log_info("took over the session of the supervisor before: %u connected", here);
}
