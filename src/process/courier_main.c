/* The start of a courier: what it takes from the supervisor's memory, and the liveness lock of its slot. Run by
 * couriers; writes no shared memory. */
#include "courier_main.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "children.h"
#include "courier.h"
#include "owners.h"
#include "world/recorder.h"
#include "world/slots.h"

/* Which process serves which user, as the supervisor knows it. */
static struct owners *copy_owners(const struct children *children)
{
    uint32_t workers = children->count[CHILD_WORKER];
    struct owners *owners = owners_new(workers);
    const struct child *worker = &children->list[children->first[CHILD_WORKER]];
    for (uint32_t i = 0; i < workers; i++)
        if (worker[i].pid)
            owners_tell(owners, i, worker[i].pid);
    return owners;
}

int courier_main(const struct child_start *start)
{
    int number = (int)start->slot;
    port_title_set("forkchatd: courier %d", number);
    fd_raise_limit();
    recorder_begin(recorder_of_courier(start->world, start->slot), getpid());
    struct owners *owners = copy_owners(start->children);
    if (slot_live(start->world, slot_of_courier(start->world, start->slot))) {
        if (errno == EAGAIN || errno == EACCES)
            return 0; /* one who was starting while a supervisor died was faster */
        fatal(EX_OSERR, "cannot lock a byte for courier %d: %s", number, strerror(errno));
    }
    confine(start->confinement, start->role);
    courier_run(start->world, start->settings, number, start->inherited, owners);
    return 0;
}
