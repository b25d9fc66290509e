/* Stopping: everyone is told, couriers deliver what there is, all processes end, nothing is left. Run by the supervisor;
 * publishes one event. */
#include "supervisor_parts.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "event/event.h"
#include "world/slots.h"

/* For the last words: since anybody has ended, and for couriers and the console the time they could have used. */
#define SHUTDOWN_NS (1500 * MS)
/* Since anybody has ended, for those whom no signal reaches: their pids are not what the region says. */
#define STRAYS_NS (10000 * MS)

static void restart_stalls(struct supervisor *supervisor)
{
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        supervisor->couriers[i].stall = (struct stall){0};
}

/* Whether a courier may still have something to do, be it last words to send, and had no processor for it yet. */
static bool is_courier_starved(struct supervisor *supervisor)
{
    bool starved = false;
    for (int i = 0; i < supervisor->inherited.couriers; i++) {
        struct courier_seat *seat = &supervisor->couriers[i];
        starved |= seat->pid && stall_measure(&seat->stall, seat->pid) < SHUTDOWN_NS;
    }
    return starved;
}

static void say_goodbye(struct supervisor *supervisor)
{
    char words[STOP_TEXT_SIZE + 40];
    const char *text = supervisor->countdown.text;
    snprintf(words, sizeof words, "the server stops now%s%s", *text ? ": " : "", text);
    struct stall own = {0};
    restart_stalls(supervisor);
    /* The lock may be in the hands of one who waits for a processor, and the ring full because couriers do. */
    for (; own.idled < SHUTDOWN_NS || is_courier_starved(supervisor); stall_add(&own, clock_monotonic(), 0, false)) {
        if (!txn_try_begin(&supervisor->txn, EVENT_NEED_MAX)) {
            supervisor_watch_lock(supervisor);
            clock_sleep(1);
            continue;
        }
        struct event event = event_of_server(EVENT_WALL);
        event.audience = AUDIENCE_ALL;
        event.flags |= EVENT_LAST;
        event.host = supervisor->settings->server_name;
        event.strings.wall.text = words;
        event_publish_locked(&supervisor->world, &event);
        txn_commit(&supervisor->txn);
        txn_wake_readers(&supervisor->txn);
        return;
    }
}

/* Forgets those who have ended. Returns how many are left. */
static uint32_t count_left(struct supervisor *supervisor)
{
    uint32_t left = 0;
    for (int i = 0; i < supervisor->inherited.couriers; i++) {
        struct courier_seat *seat = &supervisor->couriers[i];
        if (seat->pid && seat->orphan &&
            !slot_is_alive(&supervisor->world, slot_of_courier(&supervisor->world, (uint32_t)i)))
            seat->pid = 0;
        left += seat->pid != 0;
    }
    for (uint32_t i = 0; i < supervisor->seat_count; i++) {
        struct seat *seat = &supervisor->seats[i];
        if (seat->pid && seat->orphan && !slot_is_alive(&supervisor->world, slot_of_worker(&supervisor->world, i)))
            seat->pid = 0;
        left += seat->pid != 0;
    }
    for (int i = 0; i < CONTROL_CHILDREN; i++)
        left += supervisor->control.pids[i] != 0;
    return left;
}

static void forget(struct supervisor *supervisor, pid_t pid, int status)
{
    if (pid == supervisor->console.pid)
        console_gone(&supervisor->console, status == 0);
    control_listener_forget(&supervisor->control, pid);
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].pid == pid && !supervisor->seats[i].orphan)
            supervisor->seats[i].pid = 0;
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].pid == pid && !supervisor->couriers[i].orphan)
            supervisor->couriers[i].pid = 0;
}

/* Those who live on by what the region says, but are nobody's children. */
static void give_up_orphans(struct supervisor *supervisor)
{
    if (supervisor->orphans)
        log_error("processes that an earlier supervisor left do not end");
    supervisor->orphans = 0;
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].orphan)
            supervisor->couriers[i].pid = 0;
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].orphan)
            supervisor->seats[i].pid = 0;
}

static void end_family(struct supervisor *supervisor)
{
    int64_t deadline = clock_monotonic() + SHUTDOWN_NS;
    uint32_t before = UINT32_MAX;
    bool killed = false;
    restart_stalls(supervisor);
    /* With the lock in our hand it is in nobody's who ends now: the log would tell of a change that was taken back. */
    supervisor_begin_look(supervisor);
    world_end(&supervisor->world); /* or a courier would take the signal for its own, and make way for another */
    supervisor_signal_family(supervisor, SIGTERM);
    txn_commit(&supervisor->txn);
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid > 0) {
            forget(supervisor, pid, status);
            continue;
        }
        uint32_t left = count_left(supervisor);
        if (left == 0)
            return;
        if (left < before)
            deadline = clock_monotonic() + (killed ? STRAYS_NS : SHUTDOWN_NS);
        before = left;
        bool starved = !killed && is_courier_starved(supervisor);
        if (!starved && clock_monotonic() > deadline) {
            if (killed)
                give_up_orphans(supervisor);
            supervisor_signal_family(supervisor, SIGKILL);
            killed = true;
            deadline = clock_monotonic() + STRAYS_NS;
        }
        clock_sleep(1);
    }
}

void supervisor_stop(struct supervisor *supervisor)
{
    log_info("stopping");
    listeners_close(&supervisor->listeners);
    control_listener_close(&supervisor->control, true);
    /* A courier that is making way would leave its clients without the last words. */
    supervisor_reap_couriers(supervisor);
    world_retire(&supervisor->world, NONE);
    say_goodbye(supervisor);
    end_family(supervisor);
    supervisor_end_unknown(supervisor);
    region_unlink(supervisor->txn.region.name);
    inherited_unlink(supervisor->settings->runtime_directory);
    runtime_unlink_liveness(supervisor->settings);
    runtime_release(&supervisor->runtime);
    close(supervisor->inherited.family);
    console_end(&supervisor->console);
    log_info("stopped");
}
