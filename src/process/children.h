/* The supervisor's children: one list of processes, whatever their kind, and one table of what may happen to each.
 * Kept by the supervisor alone; what the kinds are is told by child_kinds.h. */
#ifndef FORKCHAT_PROCESS_CHILDREN_H
#define FORKCHAT_PROCESS_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/stall.h"

enum child_kind {
    CHILD_COURIER,
    CHILD_KEEPER,    /* of accounts */
    CHILD_COLLECTOR, /* of the history, from the ring */
    CHILD_ARCHIVIST, /* of the history, to its files */
    CHILD_CONTROL,   /* an operator's, at the control socket */
    CHILD_METRICS,   /* one question for numbers */
    CHILD_CONSOLE,
    CHILD_WORKER, /* one client; the last, of whom there are many */
    CHILD_KINDS
};

enum child_state {
    CHILD_FREE,     /* nobody is there */
    CHILD_BACKOFF,  /* nobody is there, because one died at once or could not be forked: not again at once */
    CHILD_STARTING, /* forked a moment ago */
    CHILD_UP,
    CHILD_OUTDATED, /* has what was there before: the program that was executed again, or files since made anew */
    CHILD_RETIRING, /* was asked to make way for another */
    CHILD_ORPHAN,   /* not our child: an earlier supervisor's, adopted */
    CHILD_ORPHAN_RETIRING, /* the same, asked to make way */
    CHILD_STATES
};

enum child_event {
    CHILD_STARTED, /* it was forked */
    CHILD_REFUSED, /* the system refused to fork it */
    CHILD_KEPT,    /* after an exec: it is a child already */
    CHILD_ADOPTED, /* somebody lives there who is no child of ours */
    CHILD_SETTLED, /* CHILD_SETTLE_NS have passed since it was started or refused */
    CHILD_RENEWED, /* what it was started with is no longer what there is */
    CHILD_ASKED,   /* it was asked to make way */
    CHILD_STALLED, /* it held others up, and was sent SIGKILL */
    CHILD_DIED,
    CHILD_EVENTS
};

/* One that dies sooner is not started again sooner. */
#define CHILD_SETTLE_NS INT64_C(100000000)

struct child {
    pid_t pid; /* 0: nobody is there */
    enum child_kind kind;
    enum child_state state;
    uint32_t slot;      /* its number among those of its kind */
    int64_t born;       /* clock_monotonic(), when it was started or could not be; 0: by somebody else */
    uint64_t position;  /* one that holds the ring: where it was when it was last seen to move */
    struct stall stall; /* since then */
    uint32_t next;      /* in the list, of those whose pids have the same hash */
    bool stacked;       /* of a worker's slot: it is in the stack */
};

struct children {
    struct child *list;
    uint32_t total;
    uint32_t first[CHILD_KINDS], count[CHILD_KINDS]; /* where the slots of a kind are in the list */
    uint32_t present[CHILD_KINDS];                   /* how many of them somebody has */
    uint32_t orphans;                                /* of all kinds */
    uint32_t *free_workers, free_count;              /* a stack of slots, some of which may have been adopted since */
    uint32_t *by_pid, hash_mask;
};

/* Control children at one time, apart from the clients, so that a full server can still be looked after. Those for
 * metrics share their slots, but not the first of them, so that connections to a metrics port cannot take it. */
#define CHILDREN_CONTROL   32
#define CHILDREN_OPERATORS 24

/* Slots for so many workers and couriers, and those of the other kinds, all free. Exits if there is no memory. */
void children_init(struct children *children, uint32_t workers, uint32_t couriers);

/* The child that has, or could have, that slot of that kind. */
struct child *children_at(const struct children *children, enum child_kind kind, uint32_t slot);

/* The child of ours with that pid, whatever its kind; or an orphan with that pid, where no child of ours has it; or
 * NULL. Costs the same however many there are. */
struct child *children_find(const struct children *children, pid_t pid);

/* A slot that is free, which is one of that kind from then on, or NULL. Of the workers', the one that became free
 * last, so that the lowest are in use. */
struct child *children_find_free(struct children *children, enum child_kind kind);

/* Something has happened to a child, at clock_monotonic() `now`. pid: of CHILD_STARTED, CHILD_KEPT and
 * CHILD_ADOPTED, else 0. Whatever cannot happen is a bug. */
void children_note(struct children *children, struct child *child, enum child_event event, pid_t pid, int64_t now);

/* The state after an event, by the table; CHILD_STATES for what cannot happen. */
enum child_state child_next(enum child_state state, enum child_event event);

/* Whether it is there; is not our child; was asked to make way; is to be asked. */
bool child_is_present(const struct child *child);
bool child_is_orphan(const struct child *child);
bool child_is_retiring(const struct child *child);
bool child_is_outdated(const struct child *child);

/* Whether another may be started in its place at `now`. */
bool child_may_start(const struct child *child, int64_t now);

#endif
