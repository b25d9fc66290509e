/* Whose places are whose. Private to a courier, whose supervisor fills in what it knows before; no shared memory. */
#include "owners.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"

struct owners {
    uint32_t places;
    pid_t *pids; /* by place; 0: nobody's yet */
    struct {
        uint32_t generation;
        bool known;
    } * generations; /* that the process handed over for */
};

struct owners *owners_new(uint32_t places)
{
    struct owners *owners = calloc(1, sizeof *owners);
    if (owners) {
        owners->places = places;
        owners->pids = calloc(places, sizeof *owners->pids);
        owners->generations = calloc(places, sizeof *owners->generations);
    }
    if (!owners || !owners->pids || !owners->generations)
        fatal(EX_OSERR, "out of memory");
    return owners;
}

void owners_tell(struct owners *owners, uint32_t place, pid_t pid)
{
    owners->pids[place] = pid;
    owners->generations[place].known = false;
}

static bool has_place(const struct owners *owners, pid_t pid)
{
    for (uint32_t i = 0; i < owners->places; i++)
        if (owners->pids[i] == pid)
            return true;
    return false;
}

bool owners_accept(struct owners *owners, uint32_t place, uint32_t generation, pid_t pid)
{
    if (pid <= 0)
        return true;
    if (place >= owners->places)
        return false;
    bool known = owners->generations[place].known;
    int32_t newer = (int32_t)(generation - owners->generations[place].generation);
    if (owners->pids[place] == pid) {
        if (known)
            return newer == 0;
    } else if (has_place(owners, pid) || (owners->pids[place] && known && newer <= 0)) {
        /* The one before is dead when its successor is born, also if nobody has said so here yet. */
        return false;
    }
    owners->pids[place] = pid;
    owners->generations[place].generation = generation;
    owners->generations[place].known = true;
    return true;
}

void owners_forget(struct owners *owners, uint32_t place, uint32_t generation)
{
    if (place < owners->places && owners->generations[place].known &&
        (int32_t)(owners->generations[place].generation - generation) <= 0)
        owners->pids[place] = 0;
}
