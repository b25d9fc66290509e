/* Whose places are whose. Private to a courier, whose supervisor fills in what it knows before; no shared memory. */
#include "owners.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"

struct owners {
    uint32_t places;
    struct {
        pid_t pid; /* 0: nobody's yet */
        uint32_t generation;
        bool known; /* the generation that the process handed over for */
    } at[];
};

struct owners *owners_new(uint32_t places)
{
    struct owners *owners = calloc(1, sizeof *owners + places * sizeof owners->at[0]);
    if (!owners)
        fatal(EX_OSERR, "out of memory");
    owners->places = places;
    return owners;
}

void owners_tell(struct owners *owners, uint32_t place, pid_t pid)
{
    owners->at[place].pid = pid;
    owners->at[place].known = false;
}

static bool has_place(const struct owners *owners, pid_t pid)
{
    for (uint32_t i = 0; i < owners->places; i++)
        if (owners->at[i].pid == pid)
            return true;
    return false;
}

bool owners_accept(struct owners *owners, uint32_t place, uint32_t generation, pid_t pid)
{
    if (pid <= 0)
        return true;
    if (place >= owners->places)
        return false;
    bool known = owners->at[place].known;
    int32_t newer = (int32_t)(generation - owners->at[place].generation);
    if (owners->at[place].pid == pid) {
        if (known)
            return newer == 0;
    } else if (has_place(owners, pid) || (owners->at[place].pid && known && newer <= 0)) {
        /* The one before is dead when its successor starts, also if nobody has said so here yet. */
        return false;
    }
    owners->at[place].pid = pid;
    owners->at[place].generation = generation;
    owners->at[place].known = true;
    return true;
}

void owners_forget(struct owners *owners, uint32_t place, uint32_t generation)
{
    if (place < owners->places && owners->at[place].known &&
        (int32_t)(owners->at[place].generation - generation) <= 0)
        owners->at[place].pid = 0;
}
