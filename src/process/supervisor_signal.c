/* Signals to children, orphans among them. Run by the supervisor; no shared memory.
 *
 * The pid of an orphan may be another's by the time it is used, so a supervisor that is root signals orphans as the
 * user they run as. */
#include "supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/port.h"
#include "world/slots.h"

static void send_all(const pid_t *pids, size_t count, int signal)
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
        send_all(pids, count, signal);
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        if (port_become(confinement->uid, confinement->gid) == 0)
            send_all(pids, count, signal);
        _exit(0);
    }
    if (child < 0)
        log_warning("fork: %s: signal %d was not sent", strerror(errno), signal);
    else
        waitpid(child, NULL, 0);
}

void supervisor_signal(const struct supervisor *supervisor, const struct child *child, int signal)
{
    if (child_is_orphan(child))
        signal_orphans(supervisor, &child->pid, 1, signal);
    else if (child_is_present(child))
        kill(child->pid, signal);
}

/* Every `step`th in a part of the list. */
static void signal_some(const struct supervisor *supervisor, uint32_t first, uint32_t end, uint32_t step, int signal)
{
    const struct children *children = &supervisor->children;
    pid_t *orphans = children->orphans ? calloc(children->orphans, sizeof *orphans) : NULL;
    size_t count = 0;
    for (uint32_t i = first; i < end; i += step) {
        const struct child *child = &children->list[i];
        if (child_is_orphan(child) && orphans)
            orphans[count++] = child->pid;
        else if (child_is_present(child) && !child_is_orphan(child) && !(child_row(child->kind)->flags & ENDS_APART))
            kill(child->pid, signal);
    }
    signal_orphans(supervisor, orphans, count, signal);
    free(orphans);
}

void supervisor_signal_kind(const struct supervisor *supervisor, enum child_kind kind, uint32_t first, uint32_t step,
                            int signal)
{
    const struct children *children = &supervisor->children;
    uint32_t begin = children->first[kind];
    signal_some(supervisor, begin + first, begin + children->count[kind], step, signal);
}

void supervisor_signal_all(const struct supervisor *supervisor, int signal)
{
    signal_some(supervisor, 0, supervisor->children.total, 1, signal);
}

void supervisor_signal_alive(const struct supervisor *supervisor, int signal)
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
