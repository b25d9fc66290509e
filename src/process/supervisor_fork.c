/* The supervisor's fork: what every child is given, and what it must forget. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"

/* What the supervisor holds and the child must not; but for what is `kept` of the inherited descriptors. */
static void forget_supervisor(struct supervisor *supervisor, enum child_keeps keeps, const int kept[INHERITED_KEPT])
{
    CRASHPOINT("child-forked");
    listeners_close(&supervisor->listeners);
    control_listener_close(&supervisor->control, false);
    arrivals_close(&supervisor->arrivals, false);
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
    if (keeps != KEEPS_ALL)
        inherited_leave(&supervisor->inherited, kept);
}

/* In the child. */
static _Noreturn void run(struct supervisor *supervisor, const struct child *child, struct child_start *start)
{
    const struct child_row *row = child_row(child->kind);
    const struct inherited *inherited = &supervisor->inherited;
    int kept[INHERITED_KEPT] = {-1, -1, -1};
    start->keeper = start->archive = -1;
    if (row->keeps == KEEPS_MAILBOXES) {
        kept[0] = start->mailbox = inherited->mailboxes[world_courier(&supervisor->world, child->slot)][1];
        kept[1] = start->keeper = inherited->keeper[0][1];
        kept[2] = start->archive = inherited->archive[0][1];
    } else if (row->keeps == KEEPS_OPERATORS) {
        kept[0] = start->keeper = inherited->keeper[1][1];
        kept[1] = start->archive = inherited->archive[1][1];
    } else if (row->keeps == KEEPS_CALLS) {
        kept[0] = inherited->keeper[0][0];
        kept[1] = inherited->keeper[1][0];
        kept[2] = inherited->secrets;
    } else if (row->keeps == KEEPS_FEED) {
        kept[0] = inherited->feed[1];
    } else if (row->keeps == KEEPS_FILES) {
        kept[0] = inherited->feed[0];
        kept[1] = inherited->archive[0][0];
        kept[2] = inherited->archive[1][0];
    }
    forget_supervisor(supervisor, row->keeps, kept);
    start->world = &supervisor->world;
    start->settings = supervisor->settings;
    start->settings_version = supervisor->settings_version;
    start->confinement = &supervisor->confinement;
    start->role = row->role;
    start->supervisor = supervisor->inherited.calls[1];
    start->slot = child->slot;
    start->inherited = &supervisor->inherited;
    start->children = &supervisor->children;
    start->listener = &supervisor->control;
    start->console = &supervisor->console;
    exit(row->run(start));
}

int supervisor_fork(struct supervisor *supervisor, struct child *child, struct child_start start)
{
    pid_t pid = fork();
    if (pid == 0)
        run(supervisor, child, &start);
    int error = errno;
    enum count count = child_row(child->kind)->starts;
    children_note(&supervisor->children, child, pid < 0 ? CHILD_REFUSED : CHILD_STARTED, pid, clock_monotonic());
    if (pid > 0 && count != COUNT_KINDS)
        count_add(&supervisor->world, count);
    errno = error;
    return pid < 0 ? -1 : 0;
}
