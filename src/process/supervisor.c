/* The supervisor. Accepts and forks; hears of every death and puts in order what the dead leave behind.
 *
 * It handles no client's bytes and never waits for the lock: what cannot be done at once is tried again a
 * little later. Its seats are private; a seat's number is its client's place in the tables.
 *
 * What a dead worker leaves is put in order before it is reaped: while it is a zombie its pid cannot be another's. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "event/event.h"
#include "world/counters.h"

/* A dead worker that could not be put in order yet is tried again after so long. */
#define RETRY_NS (2 * MS)
/* From the signal to the end of the last process. */
#define SHUTDOWN_NS (1500 * MS)

static volatile sig_atomic_t child_died, stop_wanted, reload_wanted;

static void on_signal(int signal)
{
    if (signal == SIGCHLD)
        child_died = 1;
    else if (signal == SIGHUP)
        reload_wanted = 1;
    else
        stop_wanted = 1;
}

static void set_signals(sigset_t *waiting_mask)
{
    static const int handled[] = {SIGCHLD, SIGHUP, SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t block;
    sigemptyset(&block);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
        sigaction(handled[i], &action, NULL);
        sigaddset(&block, handled[i]);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    /* A worker may be called before it has its own handler: it has not handed its socket over then, and will,
     * to whichever courier is there. */
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_BLOCK, &block, NULL);
    sigemptyset(waiting_mask);
}

/* ---- reload and shutdown ---- */

static void reload(struct supervisor *supervisor)
{
    struct settings *settings = invocation_settings(supervisor->invocation);
    static char text[SETTINGS_TEXT_SIZE];
    size_t length = settings ? settings_write(settings, text, sizeof text) : 0;
    if (length == 0 || listeners_update(&supervisor->listeners, settings)) {
        log_error("the configuration was not changed");
        count_add(&supervisor->world, COUNT_RELOADS_REFUSED);
        settings_free(settings);
        return;
    }
    while (!shared_try_begin(&supervisor->shared, 0)) {
        supervisor_watch_lock(supervisor); /* whoever was stopped with it would stop us as well */
        clock_sleep(1);
    }
    world_set_settings_locked(&supervisor->world, text, length);
    supervisor->settings_version = world_settings_version(&supervisor->world);
    shared_commit(&supervisor->shared);
    if (settings->max_clients > (int64_t)supervisor->seat_count)
        log_warning("max-clients: more than %u needs a restart", supervisor->seat_count);
    /* Children forked from now on have the new ones; couriers take them when they are next started. */
    settings_free(supervisor->settings);
    supervisor->settings = settings;
    listeners_announce(&supervisor->listeners, supervisor->invocation->foreground ? STDOUT_FILENO : -1);
    count_add(&supervisor->world, COUNT_RELOADS);
    log_info("configuration read again");
}

static void say_goodbye(struct supervisor *supervisor)
{
    char words[STOP_TEXT_SIZE + 40];
    const char *text = supervisor->countdown.text;
    snprintf(words, sizeof words, "the server stops now%s%s", *text ? ": " : "", text);
    for (int i = 0; i < 100; i++) {
        if (!shared_try_begin(&supervisor->shared, EVENT_NEED_MAX)) {
            clock_sleep(1);
            continue;
        }
        struct event event = event_of_server(EVENT_WALL);
        event.audience = AUDIENCE_ALL;
        event.host = supervisor->settings->server_name;
        event.strings[0] = words;
        event_publish_locked(&supervisor->world, &event);
        shared_commit(&supervisor->shared);
        shared_ring_bells(&supervisor->shared);
        return;
    }
}

static int signal_children(const struct supervisor *supervisor, int signal)
{
    int count = desk_signal(&supervisor->desk, signal);
    for (int i = 0; i < supervisor->courier_count; i++)
        if (supervisor->couriers[i].pid && ++count)
            kill(supervisor->couriers[i].pid, signal);
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].pid && ++count)
            kill(supervisor->seats[i].pid, signal);
    return count;
}

/* Everyone is told, couriers deliver what there is, all processes end, nothing is left. */
static void shut_down(struct supervisor *supervisor)
{
    int64_t deadline = clock_elapsed() + SHUTDOWN_NS;
    log_info("stopping");
    listeners_close(&supervisor->listeners);
    desk_close(&supervisor->desk, true);
    say_goodbye(supervisor);
    int left = signal_children(supervisor, SIGTERM);
    while (left > 0) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (pid > 0 && pid == supervisor->console.pid) {
            console_gone(&supervisor->console);
        } else if (pid > 0) {
            left--;
            desk_leave(&supervisor->desk, pid);
            for (uint32_t i = 0; i < supervisor->seat_count; i++)
                if (supervisor->seats[i].pid == pid)
                    supervisor->seats[i].pid = 0;
            for (int i = 0; i < supervisor->courier_count; i++)
                if (supervisor->couriers[i].pid == pid)
                    supervisor->couriers[i].pid = 0;
        } else if (pid < 0) {
            break;
        } else if (clock_elapsed() > deadline) {
            signal_children(supervisor, SIGKILL);
            deadline = INT64_MAX;
        } else {
            clock_sleep(1);
        }
    }
    region_unlink(supervisor->shared.region.name);
    runtime_release(&supervisor->runtime);
    console_end(&supervisor->console);
    log_info("stopped");
}

/* ---- the whole ---- */

static void *must(void *memory)
{
    if (!memory)
        fatal(EX_OSERR, "out of memory");
    return memory;
}

static void make_seats(struct supervisor *supervisor)
{
    supervisor->seat_count = supervisor->world.limits.users;
    supervisor->seats = must(calloc(supervisor->seat_count, sizeof(struct seat)));
    supervisor->free_seats = must(calloc(supervisor->seat_count, sizeof(uint32_t)));
    for (uint32_t i = supervisor->seat_count; i-- > 0;)
        supervisor->free_seats[supervisor->free_count++] = i;
}

static int start_couriers(struct supervisor *supervisor)
{
    supervisor->couriers = must(calloc((size_t)supervisor->courier_count, sizeof(struct courier_seat)));
    for (int i = 0; i < supervisor->courier_count; i++)
        if (port_socketpair(SOCK_DGRAM, supervisor->couriers[i].mailbox))
            return -1;
    for (int i = 0; i < supervisor->courier_count; i++)
        if (supervisor_fork_courier(supervisor, i))
            return -1;
    return 0;
}

/* What operators asked for through their workers. */
static void take_orders(struct supervisor *supervisor)
{
    char bytes[64];
    while (read(supervisor->calls[0], bytes, sizeof bytes) > 0)
        ;
    uint32_t orders = world_take_orders(&supervisor->world);
    if (orders & ORDER_REHASH)
        reload_wanted = 1;
    if (orders & (ORDER_STOP | ORDER_RESTART))
        stop_wanted = 1;
    supervisor->restart = supervisor->restart || (orders & ORDER_RESTART);
    if (orders & ORDER_COUNT_DOWN)
        countdown_start(&supervisor->countdown);
    ban_file_update(&supervisor->bans, &supervisor->world, supervisor->settings);
}

static void loop(struct supervisor *supervisor, const sigset_t *waiting_mask)
{
    struct pollfd doors[SETTING_LISTENS + 2];
    while (!stop_wanted) {
        int64_t now = clock_elapsed();
        int64_t until_told =
            countdown_step(&supervisor->countdown, &supervisor->world, supervisor->settings->server_name, now);
        if (until_told == 0)
            break;
        bool paused = now < supervisor->paused_until;
        int count = paused ? 0 : supervisor->listeners.count;
        for (int i = 0; i < count; i++)
            doors[i] = (struct pollfd){.fd = supervisor->listeners.list[i].fd, .events = POLLIN};
        int64_t most = supervisor->unreaped ? RETRY_NS : paused ? supervisor->paused_until - now : 1000 * MS;
        if (most > until_told)
            most = until_told;
        struct timespec wait = {.tv_sec = most / 1000000000, .tv_nsec = most % 1000000000};
        doors[count] = (struct pollfd){.fd = supervisor->calls[0], .events = POLLIN};
        doors[count + 1] = (struct pollfd){.fd = paused ? -1 : supervisor->desk.listener, .events = POLLIN};
        int ready = port_ppoll(doors, count + 2, &wait, waiting_mask);

        supervisor_watch_lock(supervisor);
        supervisor_watch_couriers(supervisor);
        if (child_died || supervisor->unreaped) {
            child_died = 0;
            supervisor->unreaped = false;
            supervisor_reap_couriers(supervisor);
            supervisor_reap_workers(supervisor);
        }
        take_orders(supervisor);
        if (ready > 0 && doors[count + 1].revents)
            supervisor_accept_operators(supervisor);
        if (reload_wanted) {
            reload_wanted = 0;
            reload(supervisor);
            continue; /* the doors may be others now */
        }
        for (int i = 0; ready > 0 && i < count; i++)
            if (doors[i].revents)
                supervisor_accept_from(supervisor, &supervisor->listeners.list[i]);
    }
}

int supervisor_run(const struct invocation *invocation, struct settings *settings)
{
    static struct supervisor supervisor;
    sigset_t waiting_mask;
    supervisor.invocation = invocation;
    supervisor.settings = settings;
    supervisor.courier_count = settings->couriers ? (int)settings->couriers : port_processors();
    if (supervisor.courier_count > 32)
        supervisor.courier_count = 32;

    set_signals(&waiting_mask);
    int status = runtime_take(&supervisor.runtime, settings);
    if (status)
        return status;
    if (confine_prepare(&supervisor.confinement, settings))
        status = EX_CONFIG;
    else if (listeners_update(&supervisor.listeners, settings))
        status = EX_UNAVAILABLE;
    else if (runtime_create_world(&supervisor.shared, &supervisor.world, settings, supervisor.courier_count))
        status = EX_OSERR;
    if (status) {
        runtime_release(&supervisor.runtime);
        return status;
    }
    ban_file_load(&supervisor.bans, &supervisor.world, settings);
    desk_open(&supervisor.desk, settings);
    if (port_pipe(supervisor.calls) || fd_set_nonblocking(supervisor.calls[0]) ||
        fd_set_nonblocking(supervisor.calls[1]))
        fatal(EX_OSERR, "cannot make a pipe: %s", strerror(errno));
    make_seats(&supervisor);
    supervisor_prepare_accepting(&supervisor);
    supervisor.settings_version = world_settings_version(&supervisor.world);
    runtime_write_pid(&supervisor.runtime);
    port_title_set("forkchatd: supervisor");
    if (!invocation->foreground)
        invocation->leave_terminal();
    supervisor_start_console(&supervisor);
    supervisor_introduce(&supervisor);
    if (start_couriers(&supervisor)) {
        log_error("cannot start the couriers: %s", strerror(errno));
        shut_down(&supervisor);
        return EX_OSERR;
    }
    listeners_announce(&supervisor.listeners, invocation->foreground ? STDOUT_FILENO : -1);
    if (invocation->foreground)
        dprintf(STDOUT_FILENO, "ready\n");
    if (invocation->ready_fd >= 0) {
        fd_write_all(invocation->ready_fd, "+", 1);
        close(invocation->ready_fd);
    }
    loop(&supervisor, &waiting_mask);
    shut_down(&supervisor);
    return supervisor.restart ? SUPERVISOR_RESTART : 0;
}
