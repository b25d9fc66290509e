/* What workers and operators ask the archivist, and what it answers: the bytes of a call (ipc/call.h). Both are of one
 * machine, but a process may be of an older program. */
#ifndef FORKCHAT_HISTORY_REQUEST_H
#define FORKCHAT_HISTORY_REQUEST_H

#include "history.h"

#define HISTORY_FORMAT UINT32_C(0x666b4803)

enum history_wish {
    HISTORY_PAGE,     /* records of one key */
    HISTORY_PARTNERS, /* the last record of each pair that the account is one of */
    /* Of operators alone, and of one of the two histories, in as many goes as it takes: */
    HISTORY_STATS,
    HISTORY_VERIFY, /* are all bytes records, and each chained to the one before? */
    HISTORY_EXPORT, /* records that the account made, or is party to */
    HISTORY_FORGET, /* those that it made are overwritten */
    HISTORY_DROP,   /* those with that key are */
    HISTORY_WISHES
};

/* Which of the two. */
enum history_which { HISTORY_CHANNELS, HISTORY_PAIRS, HISTORIES };

/* Where a page begins or ends. */
enum history_bound_kind { HISTORY_NO_BOUND, HISTORY_BY_POSITION, HISTORY_BY_TIME };
struct history_bound {
    uint32_t kind;
    uint32_t including; /* the record there is part of the page */
    uint64_t value;     /* a position, or ms since 1970 */
};

struct history_request {
    uint32_t format, wish;
    uint64_t as_of; /* everything that was in the ring before is to be there */
    char key[HISTORY_KEY_SIZE];
    char account[HISTORY_KEY_SIZE];
    struct history_bound after, before;
    uint32_t either; /* the two bounds may stand in either order, and from the first is gone to the second */
    uint32_t newest; /* the last of them, the newest first; else the first, the oldest first */
    uint32_t kinds, limit;
    int64_t not_before;
    char words[256]; /* all of them in what was said; "" for whatever was said */
    uint32_t which;
    uint64_t from; /* 0, or where the go before ended */
};

/* The last: something could not be read or overwritten. */
enum history_result { HISTORY_OK, HISTORY_BAD_REQUEST, HISTORY_FAILED };

/* What an operator is told of a go, or (HISTORY_STATS) of the whole. */
struct history_counts {
    uint64_t records, bytes, segments;
    uint64_t damaged; /* bytes that are no record */
    uint64_t broken;  /* records that are not chained */
    uint64_t gaps;
    int64_t oldest, newest; /* ms since 1970; 0: there is none */
};

struct history_answer {
    uint32_t format, result;
    uint32_t count;                     /* of records, which follow one after the other */
    uint32_t newest;                    /* the newest is the first of them */
    struct history_bound after, before; /* if they were exchanged */
    uint32_t more;                      /* there was no room for all that fit: ask again from the last */
    struct history_gap gap;             /* somewhere within; count 0: there is none */
    uint64_t next;                      /* where to go on; 0: that was all */
    struct history_counts counts;
};

/* Bytes of records in one answer: one fits at any rate. */
#define HISTORY_ANSWER_MAX 60000u

#endif
