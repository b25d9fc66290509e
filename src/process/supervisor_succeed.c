/* Succession: a supervisor finds the living session of one that died, and takes the descriptors it left. Couriers,
 * workers and clients notice nothing. Run by the supervisor before it is one; writes no tables.
 *
 * A supervisor keeps little to itself: doors, the list of its children, and the descriptors that its children inherit
 * (inherited.h), all of which couriers keep, with a listening Unix socket. The new supervisor raises a claim in shared
 * memory (world_add_claim) and connects to that socket; the courier that accepts hands the descriptors over. Then the
 * children are adopted as orphans (supervisor_adopt.c), and couriers make way one after the other
 * (supervisor_renew_holders).
 *
 * None of that needs the files to be there still. A region that lost its name is asked of a courier, which looks every
 * second for somebody who waits; and a supervisor is known to live by its byte (ipc/liveness.h), by the pid file, and
 * at last by the pid that it left in the region.
 *
 * A child that was starting as its supervisor died lives if nobody has its slot yet, and is adopted; the workers of a
 * courier that was starting are called by the supervisor that adopts it. A child that starts after the end of the world
 * ends. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "requests.h"
#include "world/slots.h"

/* Since one of them was seen to end. */
#define END_NS (3000 * MS)
/* So often the service manager hears that one is waiting. */
#define TOLD_NS (10 * SECOND)

/* ---- finding ---- */

static uint32_t count_lives(const struct world *world)
{
    uint32_t count = 0;
    for (uint32_t slot = 1; liveness_is_open(&world->txn->liveness) && slot < slot_of_supervisor(world); slot++)
        count += slot_is_alive(world, slot);
    return count;
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
    supervisor_signal_alive(supervisor, SIGTERM);
    bool killed = false;
    while (!runtime_is_deserted(supervisor->inherited.daemon_lock) || is_inhabited(&supervisor->world)) {
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
            supervisor_signal_alive(supervisor, SIGKILL);
            killed = true;
        }
        if (!requests_pause(10))
            return EX_UNAVAILABLE;
    }
    forget_world(supervisor);
    return 0;
}

/* Opens what an earlier supervisor left, by its name, or by a courier that has it still. Returns 0, or what is
 * wrong. */
static int open_session(struct supervisor *supervisor, bool deserted)
{
    const struct settings *settings = supervisor->settings;
    int daemon_lock = supervisor->inherited.daemon_lock;
    if (runtime_open_world(&supervisor->txn, &supervisor->world, settings, daemon_lock) == 0)
        return 0;
    if (errno == ENOTSUP || deserted)
        return errno;
    int region = inherited_claim_region(settings->runtime_directory);
    if (region < 0 || runtime_open_region(&supervisor->txn, &supervisor->world, settings, daemon_lock, region))
        return errno;
    return 0;
}

/* The supervisor of that world, or 0. Where its files were taken away, any process with the pid it had is taken for it:
 * a supervisor that serves there makes them again within a second, and a second one beside it could not be undone. */
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
                    "them",
                    strerror(error));
        return runtime_begin_daemon_lock(supervisor->settings, &supervisor->inherited.daemon_lock);
    }
    log_warning("processes of another version of forkchatd are still running, whose shared memory has another layout: "
                "waiting for them to leave");
    for (int64_t told = 0; !runtime_is_deserted(supervisor->inherited.daemon_lock);) {
        if (clock_monotonic() - told > TOLD_NS) {
            told = clock_monotonic();
            supervisor_tell_waiting("the processes of another version to leave");
        }
        if (!requests_pause(100))
            return EX_UNAVAILABLE;
    }
    log_info("they have left");
    return 0;
}

int supervisor_claim_session(struct supervisor *supervisor, bool *found)
{
    int lock = supervisor->inherited.daemon_lock;
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
