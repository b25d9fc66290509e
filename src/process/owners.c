/* Owners of slots. Private to a courier, whose supervisor fills in what it knows before; no shared memory. */
#include "owners.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"

struct owners {
    uint32_t slots;
    struct {
        pid_t pid; /* 0: nobody's yet */
        uint32_t generation;
        bool known; /* the generation that the process handed over for */
    } at[];
};

struct owners *owners_new(uint32_t slots)
{
    struct owners *owners = calloc(1, sizeof *owners + slots * sizeof owners->at[0]);
    if (!owners)
        fatal(EX_OSERR, "out of memory");
    owners->slots = slots;
    return owners;
}

void owners_tell(struct owners *owners, uint32_t slot, pid_t pid)
{
    owners->at[slot].pid = pid;
    owners->at[slot].known = false;
}

static bool has_slot(const struct owners *owners, pid_t pid)
{
    for (uint32_t i = 0; i < owners->slots; i++)
        if (owners->at[i].pid == pid)
            return true;
    return false;
}

bool owners_accept(struct owners *owners, uint32_t slot, uint32_t generation, pid_t pid)
{
    if (pid <= 0)
        return true;
    if (slot >= owners->slots)
        return false;
    bool known = owners->at[slot].known;
    int32_t newer = (int32_t)(generation - owners->at[slot].generation);
    if (owners->at[slot].pid == pid) {
        if (known)
            return newer == 0;
    } else if (has_slot(owners, pid) || (owners->at[slot].pid && known && newer <= 0)) {
        /* The one before is dead when its successor starts, also if nobody has said so here yet. */
        return false;
    }
    owners->at[slot].pid = pid;
    owners->at[slot].generation = generation;
    owners->at[slot].known = true;
    return true;
}

void owners_forget(struct owners *owners, uint32_t slot, uint32_t generation)
{
    if (slot < owners->slots && owners->at[slot].known && (int32_t)(owners->at[slot].generation - generation) <= 0)
        owners->at[slot].pid = 0;
}
