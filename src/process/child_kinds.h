/* The kinds of children: a row for each. */
#ifndef FORKCHAT_PROCESS_CHILD_KINDS_H
#define FORKCHAT_PROCESS_CHILD_KINDS_H

#include "base/sandbox.h"
#include "child_start.h"
#include "children.h"
#include "world/counters.h"

enum child_restart { RESTART_NEVER, RESTART_ALWAYS };

/* What stays open in it of the inherited descriptors (inherited.h). */
enum child_keeps {
    KEEPS_NONE,
    KEEPS_MAILBOXES, /* the ends for senders, of its courier, of the keeper and of the archivist */
    KEEPS_OPERATORS, /* the keeper's and the archivist's for operators */
    KEEPS_CALLS,     /* the ends from which the keeper reads */
    KEEPS_FEED,      /* the end of the feed that the collector writes to */
    KEEPS_FILES,     /* the other end, and those of the archivist's mailboxes */
    KEEPS_ALL
};

enum child_flags {
    HOLDS_RING = 1 << 0,  /* publishers wait for it: it is reaped and started before all others, watched, and renewed */
    ENDS_APART = 1 << 1,  /* is started and ended by itself, not with the others: supervisor_console.c */
    FOR_HISTORY = 1 << 2, /* is there only where what is said is kept */
    MAKES_WAY = 1 << 3,   /* SIGTERM has it end, and another one with what is new takes its place */
};

struct child_row {
    const char *name; /* in exec_state.c, and in the log if there is no other */
    enum sandbox_role role;
    int (*run)(const struct child_start *); /* in the child; returns its exit status */
    enum child_restart restart;
    enum child_keeps keeps;
    unsigned flags;
    /* Its own slot in the world, by which it is found to live, and outlives its supervisor; NULL: one among others'. */
    uint32_t (*liveness)(const struct world *, uint32_t slot);
    enum count starts, crashes; /* what is counted, COUNT_KINDS: nothing */
    const char *shown;          /* in the log, or NULL */
};

/* The row of a kind, and what it is called in the log. */
const struct child_row *child_row(enum child_kind kind);
const char *child_shown(enum child_kind kind);

/* The kind of that name, or -1. */
int child_kind_by_name(const char *name);

#endif
