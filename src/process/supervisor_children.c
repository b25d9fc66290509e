/* The supervisor's children: what each is given, and what it must forget. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "command/command.h"
#include "control.h"
#include "courier.h"
#include "owners.h"
#include "worker.h"
#include "world/counters.h"
#include "world/recorder.h"
#include "world/slots.h"

/* In every child: what the supervisor holds and the child must not. */
static void forget_supervisor(struct supervisor *supervisor)
{
    CRASHPOINT("child-forked");
    listeners_close(&supervisor->listeners);
    control_listener_close(&supervisor->control, false);
    close(supervisor->runtime.pid_file);
    close(supervisor->reserve);
    txn_forget_slot(&supervisor->txn);
    log_relay(supervisor->inherited.calls[1]);
    sigset_t none;
    sigemptyset(&none);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGUSR2, SIG_IGN); /* meant for the supervisor, by somebody who signals all of us */
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int supervisor_fork_courier(struct supervisor *supervisor, int number)
{
    struct courier_seat *seat = &supervisor->couriers[number];
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid > 0) {
        seat->pid = pid;
        seat->orphan = seat->old = false;
        seat->born = clock_monotonic();
        count_add(&supervisor->world, COUNT_COURIERS);
        return 0;
    }
    forget_supervisor(supervisor);
    port_title_set("forkchatd: courier %d", number);
    fd_raise_limit();
    recorder_begin(recorder_of_courier(&supervisor->world, (uint32_t)number), getpid());
    struct owners *owners = owners_new(supervisor->seat_count);
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].pid)
            owners_tell(owners, i, supervisor->seats[i].pid);
    if (slot_live(&supervisor->world, slot_of_courier(&supervisor->world, (uint32_t)number))) {
        if (errno == EAGAIN || errno == EACCES)
            exit(0); /* one who was starting while a supervisor died was faster */
        fatal(EX_OSERR, "cannot lock a byte for courier %d: %s", number, strerror(errno));
    }
    confine(&supervisor->confinement, SANDBOX_COURIER);
    courier_run(&supervisor->world, supervisor->settings, number, &supervisor->inherited, owners);
    exit(0);
}

/* What a control child is given. */
static struct control_start control_start_of(const struct supervisor *supervisor, enum door_kind service,
                                          int socket)
{
    return (struct control_start){.world = (struct world *)&supervisor->world,
                                  .settings = supervisor->settings,
                                  .confinement = &supervisor->confinement,
                                  .listener = &supervisor->control,
                                  .socket = socket,
                                  .service = service,
                                  .supervisor = supervisor->inherited.calls[1]};
}

pid_t supervisor_fork_control(struct supervisor *supervisor, enum door_kind service, int socket)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    forget_supervisor(supervisor);
    inherited_leave(&supervisor->inherited, -1);
    struct control_start start = control_start_of(supervisor, service, socket);
    control_run(&start);
    exit(0);
}

/* The terminal, if there is one. Nobody needs it: without, the log goes where it always went. */
void supervisor_start_console(struct supervisor *supervisor)
{
    struct console *console = &supervisor->console;
    if (!supervisor->invocation->foreground || !console_is_wanted() || console_prepare(console))
        return;
    signal(SIGTSTP, SIG_IGN); /* it would stop the chat for everybody */
    pid_t pid = fork();
    if (pid == 0) {
        forget_supervisor(supervisor);
        inherited_leave(&supervisor->inherited, -1);
        struct control_start start = control_start_of(supervisor, SERVICE_CONTROL, -1);
        console_run(console, &start);
        exit(0);
    }
    console_forked(console, pid);
}

/* In the foreground: who we are and what can be done, on standard error. */
void supervisor_introduce(const struct supervisor *supervisor)
{
    char line[900];
    struct text text;
    const struct command *command;
    if (!supervisor->invocation->foreground)
        return;
    text_init(&text, line, sizeof line);
    for (int i = 0; (command = command_list(SERVICE_CONTROL, i)); i++)
        text_addf(&text, " %s", command->verb);
    log_info("forkchatd %s; %s:%s", FORKCHAT_VERSION,
             supervisor->console.pid ? "commands, here or by forkchatctl"
                                     : "commands, by forkchatctl",
             line);
}

pid_t supervisor_fork_worker(struct supervisor *supervisor, uint32_t seat, int socket,
                             enum door_kind door, const struct net_address *from)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    uint32_t courier = world_courier(&supervisor->world, seat);
    forget_supervisor(supervisor);
    inherited_leave(&supervisor->inherited, (int)courier);
    struct worker_start start = {.world = &supervisor->world,
                                 .settings = supervisor->settings,
                                 .settings_version = supervisor->settings_version,
                                 .confinement = &supervisor->confinement,
                                 .user = seat,
                                 .door = door,
                                 .socket = socket,
                                 .mailbox = supervisor->inherited.mailboxes[courier][1],
                                 .supervisor = supervisor->inherited.calls[1],
                                 .address = *from};
    exit(worker_run(&start));
}
