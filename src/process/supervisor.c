/* The supervisor. Accepts and forks; hears of every death and puts in order what the dead leave behind.
 *
 * It handles no client's bytes and only tries to take the lock: what cannot be done at once is done a little later
 * (settings and succession alone do not go on before: supervisor_begin_look). Its children (children.h) are private; a
 * worker's slot is that of its user in the tables.
 *
 * What a dead worker leaves is put in order before it is reaped: while it is a zombie its pid cannot be another's. */
#include "supervisor_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "conf/capacity.h"
#include "detached_file.h"
#include "secrets.h"
#include "exec_state.h"
#include "requests.h"
#include "world/counters.h"
#include "world/slots.h"

/* A dead worker that could not be put in order yet is tried again after so long. */
#define RETRY_NS (2 * MS)
/* How often those who are not our children are looked after. */
#define ORPHANS_NS (50 * MS)
/* A child that was forked when its supervisor died has closed the doors after so long, also where it hardly gets a
 * processor. */
#define STARTING_MS 60000

/* ---- reload ---- */

static char settings_text[SETTINGS_TEXT_SIZE];

/* Connected clients learn of new settings. */
static void publish_settings(struct supervisor *supervisor, const struct settings *settings, const char *text,
                             size_t length)
{
    uint32_t slots = supervisor->children.count[CHILD_WORKER];
    supervisor_begin_look(supervisor);
    world_set_settings_locked(&supervisor->world, text, length);
    supervisor->settings_version = world_settings_version(&supervisor->world);
    txn_commit(&supervisor->txn);
    if (settings->max_clients > (int64_t)slots)
        log_warning("max-clients: more than %u needs a restart", slots);
}

/* Before anything is forked that is not to have them. Returns 0, or -1 after reporting. */
static int put_secrets(const struct supervisor *supervisor, struct settings *settings)
{
    if (secrets_put(supervisor->inherited.secrets, settings) == 0)
        return 0;
    log_error("operators' passwords cannot be kept apart: %s", strerror(errno));
    return -1;
}

static void reload(struct supervisor *supervisor)
{
    struct settings *settings = invocation_settings(supervisor->invocation);
    size_t length = settings ? settings_write(settings, settings_text, sizeof settings_text) : 0;
    if (length == 0 || listeners_update(&supervisor->listeners, settings, 0) || put_secrets(supervisor, settings)) {
        log_error("the configuration was not changed");
        count_add(&supervisor->world, COUNT_RELOADS_REFUSED);
        settings_free(settings);
        return;
    }
    publish_settings(supervisor, settings, settings_text, length);
    /* Children forked from now on have the new ones; couriers take them when they are next started. */
    settings_free(supervisor->settings);
    supervisor->settings = settings;
    log_show_times(settings->log_times);
    listeners_announce(&supervisor->listeners, supervisor->invocation->foreground ? STDOUT_FILENO : -1);
    count_add(&supervisor->world, COUNT_RELOADS);
    log_info("configuration read again");
}

/* ---- the whole ---- */

/* So often the pipe is read before the doors are looked at again: four times what it holds. */
#define CALLS_READ 64

static void hear_children(struct supervisor *supervisor)
{
    char bytes[4096];
    ssize_t got;
    /* Not for ever, however much is written there. */
    for (int i = 0; i < CALLS_READ && (got = read(supervisor->inherited.calls[0], bytes, sizeof bytes)) > 0; i++)
        log_relayed(bytes, (size_t)got);
}

/* What operators asked for through their workers, and workers themselves. */
static void take_orders(struct supervisor *supervisor)
{
    hear_children(supervisor);
    uint32_t orders = world_take_orders(&supervisor->world);
    if (orders & ORDER_REHASH)
        request_make(REQUEST_RELOAD);
    if (orders & (ORDER_STOP | ORDER_RESTART))
        request_make(REQUEST_STOP);
    supervisor->restart = supervisor->restart || (orders & ORDER_RESTART);
    if (orders & ORDER_COUNT_DOWN)
        countdown_start(&supervisor->countdown);
    if (orders & ORDER_BLAME)
        supervisor_blame_guessers(supervisor);
    if (orders & ORDER_ADMIT)
        supervisor_admit(supervisor);
    ban_file_update(&supervisor->bans, &supervisor->world, supervisor->settings);
}

/* What there is to wait for: the doors, unless accepting pauses, and behind those some more. */
enum { CALLS, OPERATORS, ARRIVALS, OTHERS };

static int list_doors(const struct supervisor *supervisor, bool paused, struct pollfd doors[SETTING_LISTENS + OTHERS])
{
    int count = paused ? 0 : supervisor->listeners.count;
    for (int i = 0; i < count; i++)
        doors[i] = (struct pollfd){.fd = supervisor->listeners.list[i].fd, .events = POLLIN};
    doors[count + CALLS] = (struct pollfd){.fd = supervisor->inherited.calls[0], .events = POLLIN};
    doors[count + OPERATORS] = (struct pollfd){.fd = paused ? -1 : supervisor->control.fd, .events = POLLIN};
    doors[count + ARRIVALS] = (struct pollfd){.fd = paused ? -1 : supervisor->arrivals.fd, .events = POLLIN};
    return count;
}

/* For how long nothing has to be looked at, `until_told` at most. */
static struct timespec rest(const struct supervisor *supervisor, int64_t now, int64_t until_told)
{
    int64_t most = supervisor->unreaped ? RETRY_NS : 1000 * MS;
    if (now < supervisor->paused_until && most > supervisor->paused_until - now)
        most = supervisor->paused_until - now;
    if (supervisor->children.orphans && most > ORPHANS_NS)
        most = ORPHANS_NS;
    if (most > until_told)
        most = until_told;
    return (struct timespec){.tv_sec = most / SECOND, .tv_nsec = most % SECOND};
}

static void look_after_children(struct supervisor *supervisor)
{
    supervisor_watch_lock(supervisor);
    supervisor_watch_holders(supervisor);
    supervisor_mend_places(supervisor);
    supervisor_renew_holders(supervisor);
    supervisor_watch_keeper(supervisor);
    if (!request_take(REQUEST_REAP) && !supervisor->unreaped && !supervisor->children.orphans)
        return;
    supervisor->unreaped = false;
    supervisor_reap(supervisor);
}

/* What signals and operators asked for. True if something was done: the doors may be others now. */
static bool obey(struct supervisor *supervisor)
{
    if (supervisor->leaving_to_another && supervisor->children.present[CHILD_WORKER] == 0) {
        /* The program to come has nothing to say to anybody any more. */
        supervisor->restart = true;
        request_make(REQUEST_STOP);
        return true;
    }
    bool execute = request_take(REQUEST_EXEC);
    if (!execute && !request_take(REQUEST_RELOAD))
        return false;
    supervisor_tell_reloading();
    if (execute)
        supervisor_execute_again(supervisor);
    else
        reload(supervisor);
    supervisor_tell_ready(supervisor);
    return true;
}

static void loop(struct supervisor *supervisor)
{
    struct pollfd doors[SETTING_LISTENS + OTHERS];
    while (!request_is_made(REQUEST_STOP)) {
        int64_t now = clock_monotonic();
        int64_t until_told =
            countdown_step(&supervisor->countdown, &supervisor->world, supervisor->settings->server_name, now);
        if (until_told == 0)
            break;
        int64_t until_heard = supervisor_tell_alive(supervisor, now);
        struct timespec most = rest(supervisor, now, until_told < until_heard ? until_told : until_heard);
        int count = list_doors(supervisor, now < supervisor->paused_until, doors);
        int ready = requests_wait(doors, count + OTHERS, &most);

        look_after_children(supervisor);
        supervisor_end_overdue(supervisor);
        take_orders(supervisor);
        if (ready > 0 && doors[count + OPERATORS].revents)
            supervisor_accept_operators(supervisor);
        if (ready > 0 && doors[count + ARRIVALS].revents)
            supervisor_accept_arrivals(supervisor);
        if (obey(supervisor))
            continue;
        for (int i = 0; ready > 0 && i < count; i++)
            if (doors[i].revents)
                supervisor_accept_from(supervisor, &supervisor->listeners.list[i]);
    }
}

/* More than the host carries may be configured. */
static void warn_of_limits(const struct settings *settings)
{
    static struct capacity capacity;
    capacity_measure(&capacity, settings, getpid(), true);
    if (capacity.clients < capacity.configured)
        log_warning("only %lld clients can be served: %s; max-clients is %lld (forkchatctl limits tells more)",
                    (long long)capacity.clients, capacity.first->why, (long long)capacity.configured);
}

/* Nobody could be let in: that is better said now than to each who comes. */
static int refuse_to_serve_nobody(const struct settings *settings)
{
    long descriptors = fd_limit_hard();
    int couriers = capacity_couriers(settings);
    if (capacity_of_descriptors(descriptors, couriers) > 0)
        return 0;
    log_error("not one client could be served: %ld descriptors for each process are too few; raise the hard limit "
              "(ulimit -Hn; systemd: LimitNOFILE=)",
              descriptors);
    return EX_UNAVAILABLE;
}

/* Shared memory, bans, the rest of a new session. */
static int begin_session(struct supervisor *supervisor)
{
    const struct settings *settings = supervisor->settings;
    int couriers = capacity_couriers(settings);
    if (runtime_create_world(&supervisor->txn, &supervisor->world, settings, couriers))
        return EX_OSERR;
    supervisor->settings_version = world_settings_version(&supervisor->world); /* those that children inherit */
    if (inherited_make(&supervisor->inherited, settings->runtime_directory, couriers))
        fatal(EX_OSERR, "cannot make pipes: %s", strerror(errno));
    if (put_secrets(supervisor, supervisor->settings))
        return EX_OSERR;
    supervisor->inherited.region = supervisor->txn.region.fd;
    supervisor->inherited.liveness = supervisor->txn.liveness;
    runtime_write_name(supervisor->inherited.daemon_lock, &supervisor->txn);
    supervisor_make_children(supervisor);
    ban_file_load(&supervisor->bans, &supervisor->world, settings);
    detached_file_load(&supervisor->world, settings);
    warn_of_limits(settings);
    return 0;
}

/* The session there is, whose descriptors are here. Returns 0, or an exit status after reporting. */
static int continue_session(struct supervisor *supervisor)
{
    /* Before it lives: a courier that the one before asked to make way has waited for a supervisor to do so. */
    world_retire(&supervisor->world, NONE);
    if (slot_live(&supervisor->world, slot_of_supervisor(&supervisor->world))) {
        log_error("cannot take the supervisor's place: %s", strerror(errno));
        return EX_UNAVAILABLE;
    }
    if (put_secrets(supervisor, supervisor->settings))
        return EX_OSERR;
    supervisor_adopt_all(supervisor);
    ban_file_take_over(&supervisor->bans, &supervisor->world);
    size_t length = settings_write(supervisor->settings, settings_text, sizeof settings_text);
    if (length)
        publish_settings(supervisor, supervisor->settings, settings_text, length);
    else
        log_error("the settings are too long: those who are here keep theirs");
    return 0;
}

/* With the runtime directory in our hands, in which processes of a supervisor before may live. here: with their
 * descriptors as well. */
static int find_or_begin_session(struct supervisor *supervisor, bool here, bool deserted)
{
    bool found = here;
    int status = 0;
    if (!here)
        status = supervisor_find_session(supervisor, deserted, &found);
    if (!status && confine_prepare(&supervisor->confinement, supervisor->settings))
        status = EX_CONFIG;
    if (!status && listeners_update(&supervisor->listeners, supervisor->settings, found ? STARTING_MS : 0))
        status = EX_UNAVAILABLE;
    if (!status && found && !here)
        status = supervisor_claim_session(supervisor, &found);
    if (status)
        return status;
    if (!found) {
        status = begin_session(supervisor);
    } else {
        if (!here)
            supervisor_make_children(supervisor);
        status = continue_session(supervisor);
    }
    if (!status)
        world_note_supervisor(&supervisor->world, getpid());
    return status;
}

/* With what the service manager gave, and the runtime directory. Returns 0, or an exit status after reporting. */
static int take_all(struct supervisor *supervisor, bool *kept, bool *deserted)
{
    int lock = -1, status;
    supervisor_take_doors(supervisor);
    *kept = supervisor_take_session(supervisor);
    status = supervisor_take_sockets(supervisor);
    if (!status)
        status = runtime_take(&supervisor->runtime, supervisor->settings, &lock, deserted);
    if (!*kept)
        supervisor->inherited.daemon_lock = lock;
    else if (lock >= 0)
        close(lock); /* the same file, perhaps, but not the descriptor with the lock on it */
    return status;
}

/* Makes or finds a session. Returns 0, or an exit status after reporting. */
static int take_place(struct supervisor *supervisor)
{
    bool executed = exec_state_load(supervisor), kept = false, deserted = false;
    int status = executed ? 0 : refuse_to_serve_nobody(supervisor->settings);
    if (status)
        return status;
    if (executed) {
        supervisor_store(supervisor); /* which doors the manager has, before any is closed */
        runtime_keep(&supervisor->runtime, supervisor->settings);
    } else {
        status = take_all(supervisor, &kept, &deserted);
    }
    if (status)
        return status;
    status = find_or_begin_session(supervisor, executed || kept, deserted);
    if (status)
        runtime_release(&supervisor->runtime);
    return status;
}

/* The program that started the daemon may go on. */
static void tell_ready(struct supervisor *supervisor)
{
    const struct invocation *invocation = supervisor->invocation;
    listeners_announce(&supervisor->listeners, invocation->foreground ? STDOUT_FILENO : -1);
    if (invocation->foreground)
        dprintf(STDOUT_FILENO, "ready\n");
    supervisor_tell_ready(supervisor);
    if (invocation->ready_fd >= 0) {
        fd_write_all(invocation->ready_fd, "+", 1);
        close(invocation->ready_fd);
    }
}

int supervisor_run(const struct invocation *invocation, struct settings *settings)
{
    static struct supervisor supervisor;
    supervisor.control.fd = supervisor.arrivals.fd = -1;
    supervisor.invocation = invocation;
    supervisor.settings = settings;
    log_show_times(settings->log_times);
    port_instruction_init(); /* once, for all children */
    requests_open();
    int status = take_place(&supervisor);
    if (status)
        return status;
    supervisor_mend_places(&supervisor); /* under one that was executed again, perhaps */
    control_listener_open(&supervisor.control, settings);
    arrivals_open(&supervisor.arrivals, settings->runtime_directory);
    supervisor_prepare_accepting(&supervisor);
    runtime_write_pid(&supervisor.runtime);
    port_title_set("forkchatd: supervisor");
    if (!invocation->foreground && invocation->leave_terminal)
        invocation->leave_terminal();
    supervisor_start_console(&supervisor);
    supervisor_introduce(&supervisor);
    supervisor_reap_holders(&supervisor); /* starts those that are missing */
    tell_ready(&supervisor);
    request_make(REQUEST_REAP); /* while the program was executed, perhaps */
    loop(&supervisor);
    bool given = listeners_have_given(&supervisor.listeners);
    supervisor_stop(&supervisor);
    hear_children(&supervisor);
    if (!supervisor.restart)
        return 0;
    /* The sockets that were given are closed: only the manager can give them again. */
    return given ? EX_TEMPFAIL : SUPERVISOR_RESTART;
}
