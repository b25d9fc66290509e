/* Stopping: everyone is told, couriers deliver what there is, all processes end, nothing is left. Run by the
 * supervisor; publishes one event. */
#include "supervisor_parts.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "detached_file.h"
#include "event/event.h"

/* For the last words: since anybody has ended, and for couriers and the console the time they could have used. */
#define SHUTDOWN_NS (1500 * MS)
/* Since a process has ended, for those that no signal reaches: their pids are not what the region says. */
#define STRAYS_NS (10000 * MS)

static struct child *courier_at(const struct supervisor *supervisor, uint32_t slot)
{
    return children_at(&supervisor->children, CHILD_COURIER, slot);
}

static void restart_stalls(struct supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->children.count[CHILD_COURIER]; i++)
        courier_at(supervisor, i)->stall = (struct stall){0};
}

/* Whether a courier may still have something to do, be it last words to send, and had no processor for it yet. */
static bool is_courier_starved(struct supervisor *supervisor)
{
    bool starved = false;
    for (uint32_t i = 0; i < supervisor->children.count[CHILD_COURIER]; i++) {
        struct child *child = courier_at(supervisor, i);
        starved |= child_is_present(child) && stall_measure(&child->stall, child->pid) < SHUTDOWN_NS;
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
    /* The owner of the lock may wait for a processor, and the ring be full because couriers do. */
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

static void note_death(struct supervisor *supervisor, struct child *child)
{
    children_note(&supervisor->children, child, CHILD_DIED, 0, clock_monotonic());
}

/* Forgets orphans who have ended. Returns how many children are left that end with the others. */
static uint32_t count_left(struct supervisor *supervisor)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < supervisor->children.total; i++) {
        struct child *child = &supervisor->children.list[i];
        if (child_is_orphan(child) && !supervisor_is_alive(supervisor, child))
            note_death(supervisor, child);
        left += child_is_present(child) && !(child_row(child->kind)->flags & ENDS_APART);
    }
    return left;
}

static void forget(struct supervisor *supervisor, pid_t pid, int status)
{
    struct child *child = children_find(&supervisor->children, pid);
    if (!child || child_is_orphan(child))
        return;
    if (child->kind == CHILD_CONSOLE)
        console_gone(&supervisor->console, status == 0);
    note_death(supervisor, child);
}

/* Orphans that live on, by what the region says. */
static void give_up_orphans(struct supervisor *supervisor)
{
    if (supervisor->children.orphans)
        log_error("processes that an earlier supervisor left do not end");
    for (uint32_t i = 0; i < supervisor->children.total; i++)
        if (child_is_orphan(&supervisor->children.list[i]))
            note_death(supervisor, &supervisor->children.list[i]);
}

/* All that this supervisor knows of have ended: no process may live on that was starting when an earlier supervisor
 * died. A process that starts from now on ends by itself. */
static void end_unknown(struct supervisor *supervisor)
{
    world_end(&supervisor->world);
    supervisor_signal_alive(supervisor, SIGKILL);
}

static void end_children(struct supervisor *supervisor)
{
    int64_t deadline = clock_monotonic() + SHUTDOWN_NS;
    uint32_t before = UINT32_MAX;
    bool killed = false;
    restart_stalls(supervisor);
    /* With the lock in our hand it is in nobody's who ends now: the log would tell of a change that was taken back. */
    supervisor_begin_look(supervisor);
    world_end(&supervisor->world); /* or a courier would take the signal for its own, and make way for another */
    supervisor_signal_all(supervisor, SIGTERM);
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
            supervisor_signal_all(supervisor, SIGKILL);
            killed = true;
            deadline = clock_monotonic() + STRAYS_NS;
        }
        clock_sleep(1);
    }
}

void supervisor_stop(struct supervisor *supervisor)
{
    log_info("stopping");
    supervisor_tell_stopping(supervisor);
    listeners_close(&supervisor->listeners);
    control_listener_close(&supervisor->control, true);
    arrivals_close(&supervisor->arrivals, true);
    /* A courier that is making way would leave its clients without the last words. */
    supervisor_reap_holders(supervisor);
    world_retire(&supervisor->world, NONE);
    say_goodbye(supervisor);
    end_children(supervisor);
    end_unknown(supervisor);
    detached_file_write(&supervisor->world, supervisor->settings);
    region_unlink(supervisor->txn.region.name);
    inherited_unlink(supervisor->settings->runtime_directory);
    runtime_unlink_liveness(supervisor->settings);
    runtime_release(&supervisor->runtime);
    close(supervisor->inherited.daemon_lock);
    supervisor_store_end(supervisor->restart);
    supervisor_end_console(supervisor);
    log_info("stopped");
}
