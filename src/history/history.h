/* The history of one kind of talk, channels or private: segments in a directory, to which records are added in the
 * order of their positions, and from which the oldest go. Used by one process at a time.
 *
 *  - What was added is in the files after history_write, and on disk after history_sync.
 *  - A sync that failed is not tried again on the same file, because the system may have forgotten what it could not
 *    write: what was not on disk yet is written again, from memory, to another segment.
 *  - What cannot be written is lost, and becomes a gap: a record that says so, as soon as one can be written. What was
 *    there before stays readable. */
#ifndef FORKCHAT_HISTORY_HISTORY_H
#define FORKCHAT_HISTORY_HISTORY_H

#include "heads.h"
#include "segment.h"

struct history_options {
    int directory;    /* an open descriptor; stays the caller's */
    const char *name; /* its files are NAME-POSITION.log */
    int64_t keep;     /* ms that records are kept; 0: for ever */
    int64_t size;     /* bytes that all segments may have together */
    /* For tests; NULL: the system's. */
    ssize_t (*write)(int fd, const void *bytes, size_t length, off_t at);
    int (*sync)(int fd);
};

/* Records that are missing. */
struct history_gap {
    uint64_t from, to; /* positions of the first and the last of them */
    int64_t time;      /* of the first */
    uint64_t count;
};

struct history {
    struct history_options options;
    struct segment *segments; /* in order; the last is the one that is written to */
    uint32_t count, room;
    uint32_t segment_size;
    struct heads heads;
    unsigned char *tail; /* what of the last segment is not known to be on disk: its last bytes */
    size_t tail_length, tail_room;
    uint32_t written;         /* so much of the last segment is in its file */
    uint64_t last_written;    /* positions of the last record that is in a file, and that is on disk */
    uint64_t last_synced;     /* what was lost counts as well, so that nobody waits for it */
    uint64_t last;            /* of the last that was added */
    struct history_gap *gaps; /* all that are known */
    uint32_t gap_count, gap_room;
    struct history_gap pending; /* not yet written down; count 0: there is none */
    int failing;                /* errno of what does not succeed at the moment, or 0 */
    uint64_t lost;              /* records, ever */
    struct segment_block block;
};

/* Opens what is there, or begins anew. Cuts a last segment behind its last sound record; what is damaged stays where it
 * is, and is skipped. All of that is logged. Returns 0, or -1 and errno. */
int history_open(struct history *history, const struct history_options *options);

/* Writes and syncs what it can. */
void history_close(struct history *history);

/* Adds a record; `previous` is filled in. One whose position is not behind the last is there already, and left out. */
void history_append(struct history *history, struct history_record *record);

/* Something was lost before it came here. */
void history_miss(struct history *history, const struct history_gap *gap);

/* To the files; to the disk. Return 0, or -1 and errno: then something was lost. Neither waits but for the disk. */
int history_write(struct history *history);
int history_sync(struct history *history);

/* Whether there is anything that is not on disk yet. */
bool history_is_unsynced(const struct history *history);

/* Drops segments that are too old at the time `now`, or too many. From time to time. */
void history_expire(struct history *history, int64_t now);

/* All bytes, all records. */
uint64_t history_size(const struct history *history);
uint64_t history_records(const struct history *history);

#endif
