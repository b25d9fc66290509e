/* Children: who is there, and what may happen to whom. Run by the supervisor; no shared memory.
 *
 * The table says what becomes of a child in each state (rows) at each event (columns); `_` is what cannot happen. What
 * a transition entails follows from who is there before and after: the hash of pids, the counts, the stack of free
 * slots. Deaths are told one by one, ten thousand at a time when a network fails. Each is found by its pid in the hash:
 * measured, 0.1 ms for all of them together, where a walk over all slots for each took 14. */
#include "children.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"

#define NEVER CHILD_STATES

enum child_state child_next(enum child_state state, enum child_event event)
{
    enum {
        FREE = CHILD_FREE,
        BACK = CHILD_BACKOFF,
        STRT = CHILD_STARTING,
        UP = CHILD_UP,
        OLD = CHILD_OUTDATED,
        RET = CHILD_RETIRING,
        ORPH = CHILD_ORPHAN,
        ORET = CHILD_ORPHAN_RETIRING,
        _ = NEVER
    };
    /* clang-format off */
    static const unsigned char table[CHILD_STATES][CHILD_EVENTS] = {
        /*                         STARTED REFUSED KEPT ADOPTED SETTLED RENEWED ASKED STALLED DIED */
        [CHILD_FREE] =            {STRT,   BACK,   OLD, ORPH,   FREE,   FREE,   _,    _,      _},
        [CHILD_BACKOFF] =         {STRT,   BACK,   OLD, ORPH,   FREE,   BACK,   _,    _,      _},
        [CHILD_STARTING] =        {_,      _,      _,   _,      UP,     OLD,    RET,  STRT,   BACK},
        [CHILD_UP] =              {_,      _,      _,   _,      UP,     OLD,    RET,  UP,     FREE},
        [CHILD_OUTDATED] =        {_,      _,      _,   _,      OLD,    OLD,    RET,  OLD,    FREE},
        [CHILD_RETIRING] =        {_,      _,      _,   _,      RET,    RET,    RET,  RET,    FREE},
        [CHILD_ORPHAN] =          {_,      _,      _,   _,      ORPH,   ORPH,   ORET, ORPH,   FREE},
        [CHILD_ORPHAN_RETIRING] = {_,      _,      _,   _,      ORET,   ORET,   ORET, ORET,   FREE},
    };
    /* clang-format on */
    return (enum child_state)table[state][event];
}

/* The end of a list. */
#define NOBODY UINT32_MAX

static bool is_present_in(enum child_state state)
{
    return state != CHILD_FREE && state != CHILD_BACKOFF;
}

static bool is_orphan_in(enum child_state state)
{
    return state == CHILD_ORPHAN || state == CHILD_ORPHAN_RETIRING;
}

bool child_is_present(const struct child *child)
{
    return is_present_in(child->state);
}

bool child_is_orphan(const struct child *child)
{
    return is_orphan_in(child->state);
}

bool child_is_retiring(const struct child *child)
{
    return child->state == CHILD_RETIRING || child->state == CHILD_ORPHAN_RETIRING;
}

bool child_is_outdated(const struct child *child)
{
    return child->state == CHILD_OUTDATED || child->state == CHILD_ORPHAN;
}

bool child_may_start(const struct child *child, int64_t now)
{
    return child->state == CHILD_FREE || (child->state == CHILD_BACKOFF && now - child->born >= CHILD_SETTLE_NS);
}

/* ---- pids ---- */

static uint32_t *hash_head(const struct children *children, pid_t pid)
{
    return &children->by_pid[((uint32_t)pid * UINT32_C(2654435761)) >> 7 & children->hash_mask];
}

static void hash_add(struct children *children, struct child *child)
{
    uint32_t *head = hash_head(children, child->pid);
    child->next = *head;
    *head = (uint32_t)(child - children->list);
}

static void hash_remove(struct children *children, const struct child *child)
{
    uint32_t *at = hash_head(children, child->pid);
    while (&children->list[*at] != child)
        at = &children->list[*at].next;
    *at = child->next;
}

struct child *children_find(const struct children *children, pid_t pid)
{
    struct child *orphan = NULL;
    for (uint32_t at = *hash_head(children, pid); at != NOBODY; at = children->list[at].next) {
        struct child *child = &children->list[at];
        if (child->pid == pid && !child_is_orphan(child))
            return child;
        if (child->pid == pid)
            orphan = child;
    }
    return orphan;
}

/* ---- slots ---- */

/* Those for metrics are control children's. */
static enum child_kind range_of(enum child_kind kind)
{
    return kind == CHILD_METRICS ? CHILD_CONTROL : kind;
}

struct child *children_at(const struct children *children, enum child_kind kind, uint32_t slot)
{
    return &children->list[children->first[range_of(kind)] + slot];
}

static void push_free(struct children *children, struct child *child)
{
    if (child->kind != CHILD_WORKER || child->stacked)
        return;
    child->stacked = true;
    children->free_workers[children->free_count++] = child->slot;
}

void children_init(struct children *children, uint32_t workers, uint32_t couriers)
{
    *children = (struct children){.hash_mask = 1};
    for (int kind = 0; kind < CHILD_KINDS; kind++)
        children->count[kind] = 1;
    children->count[CHILD_WORKER] = workers;
    children->count[CHILD_COURIER] = couriers;
    children->count[CHILD_CONTROL] = CHILDREN_CONTROL;
    children->count[CHILD_METRICS] = 0;
    for (int kind = 0; kind < CHILD_KINDS; kind++) {
        children->first[kind] = children->total;
        children->total += children->count[kind];
    }
    while (children->hash_mask < children->total)
        children->hash_mask = children->hash_mask * 2 + 1;
    children->by_pid = memory_must(malloc((children->hash_mask + 1) * sizeof *children->by_pid));
    children->list = memory_must(calloc(children->total, sizeof *children->list));
    children->free_workers = memory_must(calloc(workers, sizeof *children->free_workers));
    for (uint32_t i = 0; i <= children->hash_mask; i++)
        children->by_pid[i] = NOBODY;
    for (int kind = 0; kind < CHILD_KINDS; kind++)
        for (uint32_t slot = children->count[kind]; slot-- > 0;) {
            struct child *child = children_at(children, (enum child_kind)kind, slot);
            *child = (struct child){.kind = (enum child_kind)kind, .slot = slot};
            push_free(children, child);
        }
    children->count[CHILD_METRICS] = CHILDREN_CONTROL;
}

struct child *children_find_free(struct children *children, enum child_kind kind)
{
    struct child *child = NULL;
    if (kind == CHILD_WORKER) {
        while (children->free_count > 0) {
            child = children_at(children, kind, children->free_workers[children->free_count - 1]);
            if (!child_is_present(child))
                return child;
            child->stacked = false;
            children->free_count--;
        }
        return NULL;
    }
    for (uint32_t slot = kind == CHILD_METRICS ? CHILDREN_OPERATORS : 0; slot < children->count[kind]; slot++) {
        child = children_at(children, kind, slot);
        if (child_is_present(child))
            continue;
        child->kind = kind;
        return child;
    }
    return NULL;
}

/* ---- events ---- */

static void come(struct children *children, struct child *child, pid_t pid, int64_t born)
{
    child->pid = pid;
    child->born = born;
    child->stall = (struct stall){0};
    children->present[child->kind]++;
    hash_add(children, child);
}

static void go(struct children *children, struct child *child)
{
    hash_remove(children, child);
    children->present[child->kind]--;
    child->pid = 0;
    push_free(children, child);
}

void children_note(struct children *children, struct child *child, enum child_event event, pid_t pid, int64_t now)
{
    if (event != CHILD_SETTLED && now - child->born >= CHILD_SETTLE_NS)
        children_note(children, child, CHILD_SETTLED, 0, now);
    enum child_state before = child->state, after = child_next(before, event);
    if (after == NEVER)
        bug("event %d of a child in state %d", (int)event, (int)before);
    child->state = after;
    children->orphans += is_orphan_in(after);
    children->orphans -= is_orphan_in(before);
    if (!is_present_in(before) && is_present_in(after))
        come(children, child, pid, event == CHILD_STARTED ? now : 0);
    else if (is_present_in(before) && !is_present_in(after))
        go(children, child);
    if (event == CHILD_REFUSED)
        child->born = now;
    if (event == CHILD_STALLED)
        child->stall = (struct stall){0};
}
