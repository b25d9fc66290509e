/* A segment: one file of the history, to which records are only ever added, in the order of their positions. What was
 * taken back is overwritten where it is, as long as before. */
#ifndef FORKCHAT_HISTORY_SEGMENT_H
#define FORKCHAT_HISTORY_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record.h"

/* Bytes of the head of a file; and of one at most. */
#define SEGMENT_HEAD 16
#define SEGMENT_MOST ((size_t)1 << 30)

/* How records are found: a mark at the first that begins so many bytes behind the mark before. What lies between two
 * marks is a block, and read at once. */
#define SEGMENT_BLOCK 4096u

struct segment_mark {
    uint64_t position;
    int64_t time;
    uint32_t at;
};

struct segment {
    int fd;
    uint64_t first, last;   /* positions: no record is before the one, none behind the other; last 0: there is none */
    int64_t oldest, newest; /* times */
    uint32_t size;          /* of what is known to be there */
    uint64_t records;
    uint64_t damaged; /* bytes that are none */
    bool changed;     /* something in it was overwritten that is not synced yet */
    struct segment_mark *marks;
    uint32_t mark_count, mark_room;
    uint64_t *keys; /* hashes of the keys that have a record here, in order; a closed segment's alone */
    uint32_t key_count;
};

/* Makes the file `name`, for records from position `first` on; or opens it. Returns 0, or -1 and errno: EPROTO for what
 * is no segment, EEXIST for a name that is taken. */
int segment_make(struct segment *segment, int directory, const char *name, uint64_t first);
int segment_open(struct segment *segment, int directory, const char *name, uint64_t first);
void segment_close(struct segment *segment);

/* Tells it of a record that stands at its end from now on. Returns 0, or -1 and ENOMEM. */
int segment_note(struct segment *segment, const struct history_record *record, size_t length);

/* Forgets what is behind that size, a record's beginning. The file is as it was. */
void segment_shrink(struct segment *segment, uint32_t size);

/* Reads the whole file and notes what is in it: `visit` is told of each record. What is damaged is skipped. At the end
 * `size` is the end of the last sound record, and *left how many bytes are behind it that are none. Returns 0, or -1
 * and errno. */
typedef void segment_visit(void *context, const struct history_record *record);
int segment_scan(struct segment *segment, segment_visit *visit, void *context, uint64_t *left);

/* The record that begins at or behind the first of `length` bytes: *skipped is how many are before it. Returns its
 * length, or 0 if there is none. */
size_t segment_next(const unsigned char *bytes, size_t length, struct history_record *record, size_t *skipped);

/* A block in memory. */
struct segment_block {
    const struct segment *segment;
    uint32_t number, at, length;
    unsigned char bytes[SEGMENT_BLOCK + HISTORY_RECORD_MAX];
};

/* The block in which a record of that position would be. */
uint32_t segment_block_at(const struct segment *segment, uint64_t position);

/* Reads a block, unless it is there. Returns 0, or -1 and errno. */
int segment_read_block(struct segment_block *block, const struct segment *segment, uint32_t number);

/* Whether records of that key may be in a closed segment. */
bool segment_has_key(const struct segment *segment, uint64_t hash);

#endif
