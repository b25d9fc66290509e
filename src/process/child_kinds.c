/* The kinds of children. Another one is a row here and in children.h, a main function, and a role of the sandbox if
 * none of those there will do. Each child is forked (supervisor_fork), found dead (supervisor_reap), adopted
 * (supervisor_adopt_child) and signalled (supervisor_signal) in one place, whatever its kind. */
#include "child_kinds.h"

#include <string.h>

#include "archivist.h"
#include "collect.h"
#include "console.h"
#include "control.h"
#include "courier_main.h"
#include "keeper_main.h"
#include "worker.h"
#include "world/slots.h"

static const struct child_row rows[CHILD_KINDS] = {
    [CHILD_COURIER] = {"courier", SANDBOX_COURIER, courier_main, RESTART_ALWAYS, KEEPS_ALL, HOLDS_RING, slot_of_courier,
                       COUNT_COURIERS, COUNT_COURIER_CRASHES, NULL},
    [CHILD_KEEPER] = {"keeper", SANDBOX_KEEPER, keeper_main, RESTART_ALWAYS, KEEPS_CALLS, 0, slot_of_keeper,
                      COUNT_KEEPERS, COUNT_KEEPER_CRASHES, NULL},
    [CHILD_COLLECTOR] = {"collector", SANDBOX_COLLECTOR, collector_main, RESTART_ALWAYS, KEEPS_FEED,
                         HOLDS_RING | FOR_HISTORY, slot_of_collector, COUNT_HISTORIANS, COUNT_HISTORIAN_CRASHES, NULL},
    [CHILD_ARCHIVIST] = {"archivist", SANDBOX_ARCHIVIST, archivist_main, RESTART_ALWAYS, KEEPS_FILES,
                         FOR_HISTORY | MAKES_WAY, slot_of_archivist, COUNT_HISTORIANS, COUNT_HISTORIAN_CRASHES, NULL},
    [CHILD_CONTROL] = {"control", SANDBOX_CONTROL, control_main, RESTART_NEVER, KEEPS_OPERATORS, 0, NULL,
                       COUNT_CONTROLS, COUNT_CONTROL_CRASHES, NULL},
    [CHILD_METRICS] = {"metrics", SANDBOX_CONTROL, control_main, RESTART_NEVER, KEEPS_NONE, 0, NULL, COUNT_CONTROLS,
                       COUNT_CONTROL_CRASHES, "control"},
    [CHILD_CONSOLE] = {"console", SANDBOX_CONTROL, console_main, RESTART_NEVER, KEEPS_OPERATORS, ENDS_APART, NULL,
                       COUNT_KINDS, COUNT_CONTROL_CRASHES, NULL},
    [CHILD_WORKER] = {"worker", SANDBOX_WORKER, worker_main, RESTART_NEVER, KEEPS_MAILBOXES, 0, slot_of_worker,
                      COUNT_WORKERS, COUNT_WORKER_CRASHES, NULL},
};

const struct child_row *child_row(enum child_kind kind)
{
    return &rows[kind];
}

const char *child_shown(enum child_kind kind)
{
    return rows[kind].shown ? rows[kind].shown : rows[kind].name;
}

int child_kind_by_name(const char *name)
{
    int kind = 0;
    while (kind < CHILD_KINDS && strcmp(rows[kind].name, name) != 0)
        kind++;
    return kind < CHILD_KINDS ? kind : -1;
}
