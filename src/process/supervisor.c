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

#include "admission.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "event/event.h"
#include "world/counters.h"

/* A dead worker that could not be put in order yet is tried again after so long. */
#define RETRY_NS (2 * MS)
/* How often those who are not our children are looked after. */
#define STRANGERS_NS (50 * MS)
/* A child that was forked when its supervisor died has closed the doors after so long. */
#define NEWBORN_MS 3000
/* From the signal to the end of the last process. */
#define SHUTDOWN_NS (1500 * MS)

static volatile sig_atomic_t child_died, stop_wanted, reload_wanted, again_wanted;
static sigset_t waiting_mask;

static void on_signal(int signal)
{
    if (signal == SIGCHLD)
        child_died = 1;
    else if (signal == SIGHUP)
        reload_wanted = 1;
    else if (signal == SIGUSR2)
        again_wanted = 1;
    else
        stop_wanted = 1;
}

static void set_signals(void)
{
    static const int handled[] = {SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR2};
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
    sigemptyset(&waiting_mask);
}

bool supervisor_pause(int milliseconds)
{
    struct timespec most = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    port_ppoll(NULL, 0, &most, &waiting_mask);
    return !stop_wanted;
}

/* ---- reload and shutdown ---- */

static char settings_text[SETTINGS_TEXT_SIZE];

/* Those who are here learn of new settings. */
static void publish_settings(struct supervisor *supervisor, const struct settings *settings, const char *text,
                             size_t length)
{
    while (!shared_try_begin(&supervisor->shared, 0)) {
        supervisor_watch_lock(supervisor); /* whoever was stopped with it would stop us as well */
        clock_sleep(1);
    }
    world_set_settings_locked(&supervisor->world, text, length);
    supervisor->settings_version = world_settings_version(&supervisor->world);
    shared_commit(&supervisor->shared);
    if (settings->max_clients > (int64_t)supervisor->seat_count)
        log_warning("max-clients: more than %u needs a restart", supervisor->seat_count);
}

static void reload(struct supervisor *supervisor)
{
    struct settings *settings = invocation_settings(supervisor->invocation);
    size_t length = settings ? settings_write(settings, settings_text, sizeof settings_text) : 0;
    if (length == 0 || listeners_update(&supervisor->listeners, settings, 0)) {
        log_error("the configuration was not changed");
        count_add(&supervisor->world, COUNT_RELOADS_REFUSED);
        settings_free(settings);
        return;
    }
    publish_settings(supervisor, settings, settings_text, length);
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
        event.flags |= EVENT_LAST;
        event.host = supervisor->settings->server_name;
        event.strings[0] = words;
        event_publish_locked(&supervisor->world, &event);
        shared_commit(&supervisor->shared);
        shared_ring_bells(&supervisor->shared);
        return;
    }
}

static void signal_family(const struct supervisor *supervisor, int signal)
{
    desk_signal(&supervisor->desk, signal);
    for (int i = 0; i < supervisor->heirlooms.couriers; i++)
        if (supervisor->couriers[i].pid)
            supervisor_signal(supervisor, supervisor->couriers[i].pid, supervisor->couriers[i].stranger, signal);
    supervisor_signal_workers(supervisor, 0, 1, signal);
}

/* Forgets those who have ended. Returns whether anybody is left. */
static bool is_anybody_left(struct supervisor *supervisor)
{
    bool left = false;
    for (int i = 0; i < supervisor->heirlooms.couriers; i++) {
        struct courier_seat *seat = &supervisor->couriers[i];
        if (seat->pid && seat->stranger && lock_dead(world_courier_life(&supervisor->world, (uint32_t)i)))
            seat->pid = 0;
        left = left || seat->pid;
    }
    for (uint32_t i = 0; i < supervisor->seat_count; i++) {
        struct seat *seat = &supervisor->seats[i];
        if (seat->pid && seat->stranger && lock_dead(world_life(&supervisor->world, i)))
            seat->pid = 0;
        left = left || seat->pid;
    }
    for (int i = 0; i < DESK_SEATS; i++)
        left = left || supervisor->desk.pids[i];
    return left;
}

static void forget(struct supervisor *supervisor, pid_t pid)
{
    if (pid == supervisor->console.pid)
        console_gone(&supervisor->console);
    desk_leave(&supervisor->desk, pid);
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].pid == pid)
            supervisor->seats[i].pid = 0;
    for (int i = 0; i < supervisor->heirlooms.couriers; i++)
        if (supervisor->couriers[i].pid == pid)
            supervisor->couriers[i].pid = 0;
}

/* Everyone is told, couriers deliver what there is, all processes end, nothing is left. */
static void shut_down(struct supervisor *supervisor)
{
    int64_t deadline = clock_elapsed() + SHUTDOWN_NS;
    log_info("stopping");
    listeners_close(&supervisor->listeners);
    desk_close(&supervisor->desk, true);
    say_goodbye(supervisor);
    signal_family(supervisor, SIGTERM);
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (pid > 0) {
            forget(supervisor, pid);
            continue;
        }
        if (!is_anybody_left(supervisor))
            break;
        if (clock_elapsed() > deadline) {
            signal_family(supervisor, SIGKILL);
            deadline = clock_elapsed() + SHUTDOWN_NS;
        }
        clock_sleep(1);
    }
    region_unlink(supervisor->shared.region.name);
    heirlooms_unlink(supervisor->settings->runtime_directory);
    runtime_release(&supervisor->runtime);
    close(supervisor->heirlooms.family);
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

void supervisor_make_seats(struct supervisor *supervisor)
{
    supervisor->seat_count = supervisor->world.limits.users;
    supervisor->seats = must(calloc(supervisor->seat_count, sizeof(struct seat)));
    supervisor->free_seats = must(calloc(supervisor->seat_count, sizeof(uint32_t)));
    admission_start(supervisor->seat_count);
    for (uint32_t i = supervisor->seat_count; i-- > 0;)
        supervisor->free_seats[supervisor->free_count++] = i;
}

/* What operators asked for through their workers. */
static void take_orders(struct supervisor *supervisor)
{
    char bytes[64];
    while (read(supervisor->heirlooms.calls[0], bytes, sizeof bytes) > 0)
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

static bool is_empty(const struct supervisor *supervisor)
{
    return supervisor->free_count == supervisor->seat_count;
}

/* SIGUSR2 came, or all have left to whom the program to come has nothing to say. Returns whether to stop and start
 * afresh. */
static bool again(struct supervisor *supervisor)
{
    bool waited = supervisor->leaving_to_another && is_empty(supervisor);
    if (!waited)
        supervisor_execute_again(supervisor);
    return waited;
}

static void loop(struct supervisor *supervisor)
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
        if (supervisor->strangers && most > STRANGERS_NS)
            most = STRANGERS_NS;
        if (most > until_told)
            most = until_told;
        struct timespec wait = {.tv_sec = most / 1000000000, .tv_nsec = most % 1000000000};
        doors[count] = (struct pollfd){.fd = supervisor->heirlooms.calls[0], .events = POLLIN};
        doors[count + 1] = (struct pollfd){.fd = paused ? -1 : supervisor->desk.listener, .events = POLLIN};
        int ready = port_ppoll(doors, count + 2, &wait, &waiting_mask);

        supervisor_watch_lock(supervisor);
        supervisor_watch_couriers(supervisor);
        if (child_died || supervisor->unreaped || supervisor->strangers) {
            child_died = 0;
            supervisor->unreaped = false;
            supervisor_reap_couriers(supervisor);
            supervisor_reap_workers(supervisor);
            supervisor_reap_strangers(supervisor);
        }
        take_orders(supervisor);
        if (ready > 0 && doors[count + 1].revents)
            supervisor_accept_operators(supervisor);
        if (again_wanted || (supervisor->leaving_to_another && is_empty(supervisor))) {
            again_wanted = 0;
            supervisor->restart = again(supervisor);
            if (supervisor->restart)
                break;
            continue;
        }
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

/* Shared memory, bans, the rest of a new session. */
static int begin_session(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;
    int couriers = settings->couriers ? (int)settings->couriers : port_processors();
    if (couriers > COURIERS_MAX)
        couriers = COURIERS_MAX;
    if (runtime_create_world(&supervisor->shared, &supervisor->world, settings, couriers))
        return EX_OSERR;
    if (heirlooms_make(&supervisor->heirlooms, settings->runtime_directory, couriers))
        fatal(EX_OSERR, "cannot make pipes: %s", strerror(errno));
    supervisor_make_seats(supervisor);
    ban_file_load(&supervisor->bans, &supervisor->world, settings);
    return 0;
}

/* The session there is, whose heirlooms are here. */
static void continue_session(struct supervisor *supervisor)
{
    supervisor_adopt(supervisor);
    ban_file_take_over(&supervisor->bans, &supervisor->world);
    size_t length = settings_write(supervisor->settings, settings_text, sizeof settings_text);
    if (length)
        publish_settings(supervisor, supervisor->settings, settings_text, length);
    else
        log_error("the settings are too long: those who are here keep theirs");
}

/* With the runtime directory in our hands, in which processes of a supervisor before may live. */
static int find_or_begin_session(struct supervisor *supervisor, bool inherited, bool deserted)
{
    bool found = inherited;
    int status = 0;
    if (!inherited && !deserted)
        status = supervisor_find_session(supervisor, &found);
    if (!status && confine_prepare(&supervisor->confinement, supervisor->settings))
        status = EX_CONFIG;
    if (!status && listeners_update(&supervisor->listeners, supervisor->settings, found ? NEWBORN_MS : 0))
        status = EX_UNAVAILABLE;
    if (!status && found && !inherited)
        status = supervisor_claim_session(supervisor, &found);
    if (status)
        return status;
    if (!found)
        return begin_session(supervisor);
    if (!inherited)
        supervisor_make_seats(supervisor);
    continue_session(supervisor);
    return 0;
}

/* Makes or finds a session. Returns 0, or an exit status after reporting. */
static int take_place(struct supervisor *supervisor)
{
    bool inherited = supervisor_inherit(supervisor), deserted = false;
    int status = 0;
    if (inherited)
        runtime_keep(&supervisor->runtime, supervisor->settings);
    else
        status = runtime_take(&supervisor->runtime, supervisor->settings, &supervisor->heirlooms.family, &deserted);
    if (status)
        return status;
    status = find_or_begin_session(supervisor, inherited, deserted);
    if (status)
        runtime_release(&supervisor->runtime);
    return status;
}

int supervisor_run(const struct invocation *invocation, struct settings *settings)
{
    static struct supervisor supervisor;
    supervisor.invocation = invocation;
    supervisor.settings = settings;
    set_signals();
    int status = take_place(&supervisor);
    if (status)
        return status;
    desk_open(&supervisor.desk, settings);
    supervisor_prepare_accepting(&supervisor);
    runtime_write_pid(&supervisor.runtime);
    port_title_set("forkchatd: supervisor");
    if (!invocation->foreground && invocation->leave_terminal)
        invocation->leave_terminal();
    supervisor_start_console(&supervisor);
    supervisor_introduce(&supervisor);
    supervisor_reap_couriers(&supervisor); /* starts those that are missing */
    listeners_announce(&supervisor.listeners, invocation->foreground ? STDOUT_FILENO : -1);
    if (invocation->foreground)
        dprintf(STDOUT_FILENO, "ready\n");
    if (invocation->ready_fd >= 0) {
        fd_write_all(invocation->ready_fd, "+", 1);
        close(invocation->ready_fd);
    }
    child_died = 1; /* while the program was executed, perhaps */
    loop(&supervisor);
    shut_down(&supervisor);
    return supervisor.restart ? SUPERVISOR_RESTART : 0;
}
