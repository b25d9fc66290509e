/* Adopting the children that an earlier supervisor left, or this process before it was executed again. Run by the
 * supervisor; writes no shared memory.
 *
 * Orphans are not our children: of their deaths, and of their pids, the locks tell that they hold for life
 * (ipc/liveness.h). */
#include "supervisor_parts.h"

#include <signal.h>

#include "admission.h"
#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "world/slots.h"

void supervisor_make_children(struct supervisor *supervisor)
{
    uint32_t workers = supervisor->world.limits.connections;
    children_init(&supervisor->children, workers, (uint32_t)supervisor->inherited.couriers);
    admission_start(workers);
}

bool supervisor_is_alive(const struct supervisor *supervisor, const struct child *child)
{
    return slot_is_alive(&supervisor->world, child_row(child->kind)->liveness(&supervisor->world, child->slot));
}

/* The client of a worker counts for its address, as the tables know it. Lock held. */
static void count_client(struct supervisor *supervisor, const struct child *worker)
{
    const struct connection_shm *connection = world_connection(&supervisor->world, worker->slot);
    char host[HOST_SIZE];
    unsigned char bytes[16];
    if (connection->state == CONNECTION_FREE || connection->door >= DOOR_KINDS)
        return;
    text_copy(host, sizeof host, connection->host);
    if (net_parse_host(host, bytes))
        admission_add(supervisor->settings, worker->slot, bytes);
}

/* Whether a process uses that slot, which is an orphan then. A worker that died since the last supervisor looked left a
 * record in the tables, and is found dead as any other: supervisor_reap.c. */
static bool find_orphan(struct supervisor *supervisor, struct child *child)
{
    const struct world *world = &supervisor->world;
    uint32_t (*liveness)(const struct world *, uint32_t) = child_row(child->kind)->liveness;
    if (!liveness || child_is_present(child))
        return false;
    pid_t pid = slot_pid(world, liveness(world, child->slot));
    if (pid == 0 && child->kind == CHILD_WORKER && world->connections[child->slot].state != CONNECTION_FREE)
        pid = LIVENESS_UNKNOWN;
    if (pid == 0)
        return false;
    children_note(&supervisor->children, child, CHILD_ADOPTED, pid, clock_monotonic());
    return true;
}

bool supervisor_adopt_child(struct supervisor *supervisor, struct child *child)
{
    if (!find_orphan(supervisor, child))
        return false;
    if (child->kind == CHILD_WORKER && txn_try_begin(&supervisor->txn, 0)) {
        count_client(supervisor, child);
        txn_commit(&supervisor->txn);
    }
    return true;
}

void supervisor_adopt_all(struct supervisor *supervisor)
{
    struct children *children = &supervisor->children;
    for (uint32_t i = 0; i < children->total; i++)
        find_orphan(supervisor, &children->list[i]);
    supervisor_begin_look(supervisor);
    for (uint32_t slot = 0; slot < children->count[CHILD_WORKER]; slot++)
        if (child_is_present(children_at(children, CHILD_WORKER, slot)))
            count_client(supervisor, children_at(children, CHILD_WORKER, slot));
    txn_commit(&supervisor->txn);
    countdown_start(&supervisor->countdown);
    /* The supervisor before may have died when it had forked a courier and not yet called its workers. */
    if (children->orphans)
        supervisor_signal_kind(supervisor, CHILD_WORKER, 0, 1, SIGUSR1);
    CRASHPOINT("session-adopted");
    log_info("took over the session of the supervisor before: %u connected", children->present[CHILD_WORKER]);
}
