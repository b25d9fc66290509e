/* Questions to a history. They look at files, and write first what is not there yet. */
#ifndef FORKCHAT_HISTORY_QUERY_H
#define FORKCHAT_HISTORY_QUERY_H

#include "history.h"

struct history_query {
    const char *key;
    uint64_t from, to;  /* positions: from the one to before the other */
    bool newest;        /* the last of them, the newest first; else the first of them, the oldest first */
    uint32_t kinds;     /* HISTORY_BIT of those that count */
    int64_t not_before; /* time: none that is older */
    uint32_t limit;
    uint32_t look; /* records looked at, at most; 0: as many as there are */
    /* If given: whether a record counts. */
    bool (*matches)(void *context, const struct history_record *record);
};

/* Shows those that fit, until there are `limit` of them, or `take` returns false: that one is not counted. What was
 * taken back is left out. Returns how many were taken. */
typedef bool history_take(void *context, const struct history_record *record, const unsigned char *bytes,
                          size_t length);
uint32_t history_ask(struct history *history, const struct history_query *query, history_take *take, void *context);

/* The position of the first record of that time or later; one behind the last if there is none. */
uint64_t history_position_at(struct history *history, int64_t time);

/* The record of that position and what it is in its file: `bytes` has HISTORY_RECORD_MAX bytes for it, to which the
 * record points. Returns its length, or 0 if there is none. */
size_t history_read(struct history *history, uint64_t position, struct history_record *record, unsigned char *bytes);

/* Whether something is missing between the two positions, both included, and what: the first such gap. */
const struct history_gap *history_find_gap(const struct history *history, uint64_t from, uint64_t to);

/* ---- changes: what was taken back is overwritten in place ---- */

/* The words of the record of that position, if it has that key. True if there is one. On disk with the next sync. */
bool history_redact(struct history *history, const char *key, uint64_t position);

/* ---- everything, in as many goes as one likes ---- */

struct history_walk {
    uint64_t from;    /* the position from which on; afterwards where to go on, UINT64_MAX when that was all */
    uint32_t blocks;  /* of SEGMENT_BLOCK bytes or a little more that are read in one go, at most; 0: all */
    uint64_t damaged; /* added to: bytes read that are no record */
    uint64_t failed;  /* added to: blocks that could not be read, records that could not be overwritten */
};

/* Overwrites all records of that account, or (account NULL) with that key, and who made them. Returns how many there
 * were. On disk with the next sync. */
uint64_t history_forget(struct history *history, struct history_walk *walk, const char *account, const char *key);

/* Shows all records, from the oldest, until `take` returns false: that one is where to go on. */
void history_walk(struct history *history, struct history_walk *walk, history_take *take, void *context);

/* Whether the record before it with the same key is where it says, or is no longer kept. */
bool history_is_chained(struct history *history, const struct history_record *record);

#endif
