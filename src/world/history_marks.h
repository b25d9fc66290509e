/* How far the history is: what the archivist has, and what of it is on disk. Each mark is a position in the ring. */
#ifndef FORKCHAT_WORLD_HISTORY_MARKS_H
#define FORKCHAT_WORLD_HISTORY_MARKS_H

#include <stdatomic.h>

#include "world.h"

/* Lies in the head of the tables (layout.h); only history_marks.c touches it. */
struct history_marks_shm {
    uint32_t on;                /* set once, before anybody else is there */
    _Atomic uint32_t epoch;     /* grows with each archivist */
    _Atomic uint64_t taken;     /* everything before it is in files, or lost: nobody need keep it */
    _Atomic uint64_t synced;    /* … on disk, or lost */
    _Atomic uint64_t lost_from; /* the last that was lost: from there */
    _Atomic uint64_t lost_to;   /* … to there; 0: nothing was */
    _Atomic uint64_t missing;   /* how many were, ever */
};

/* Whether what is said is kept in this session. Without the lock: it never changes. */
void history_marks_turn_on(struct world *world);
bool history_is_on(const struct world *world);

/* The ring's reader that has the history. */
int history_reader(const struct world *world);

/* An archivist begins: another one than before, whose number this is. */
uint32_t history_marks_begin(struct world *world);
uint32_t history_marks_epoch(const struct world *world);

/* The archivist tells how far it is; lost_to 0: it has lost nothing. Without the lock. */
void history_marks_tell(struct world *world, uint64_t taken, uint64_t synced, uint64_t lost_from, uint64_t lost_to,
                        uint64_t missing);
uint64_t history_marks_taken(const struct world *world);
uint64_t history_marks_missing(const struct world *world);

/* What became of the record at that position. */
enum history_fate { HISTORY_UNDER_WAY, HISTORY_KEPT, HISTORY_LOST };
enum history_fate history_marks_fate(const struct world *world, uint64_t position);

#endif
