/* The flight recorder: the last lines that each process was given, and what it died of, kept where they outlive it.
 *
 * Each process that takes lines, and each courier, has a slot. It alone writes there, without the lock, and so that it
 * may die at any byte; the supervisor reads once it is dead, and trusts nothing of what it finds. A password is never
 * written there: all processes can read the shared memory. */
#ifndef FORKCHAT_WORLD_RECORDER_H
#define FORKCHAT_WORLD_RECORDER_H

#include "base/fault.h"
#include "base/harmless.h"
#include "base/text.h"
#include "world.h"

/* So many lines, each cut at so many bytes. */
#define RECORDER_LINES 8u
#define RECORDER_BYTES 200u

/* Slots for processes that are in no table: control children and the console. */
#define RECORDER_OTHERS 40u

struct recorded_line {
    int64_t at;      /* clock_monotonic(); 0: there is none */
    uint32_t length; /* in all; 0 if that is not known, or nobody's business */
    uint16_t kept;   /* bytes of it that are here */
    uint16_t more;   /* there was more: it was too long, or may be secret */
    char bytes[RECORDER_BYTES];
};

/* What is kept of a dead process. */
struct recording {
    struct fault fault; /* its signal is 0 if it wrote none down */
    uint32_t working;   /* it had begun with the last line and not come to its end */
    uint32_t count;
    struct recorded_line lines[RECORDER_LINES]; /* the oldest first */
};

struct recorder_shm;

/* Bytes for everybody's. */
size_t recorders_size(const struct world_limits *limits);

/* The slot of a client's worker, of a courier; NULL if there is none. */
struct recorder_shm *recorder_of_connection(const struct world *world, uint32_t connection);
struct recorder_shm *recorder_of_courier(const struct world *world, uint32_t courier);

/* A free slot among the others, or that of a process that does not exist any more, from now on `pid`'s; NULL if there
 * is none. find: the one that is `pid`'s, or NULL. */
struct recorder_shm *recorder_take_other(const struct world *world, int32_t pid);
struct recorder_shm *recorder_find_other(const struct world *world, int32_t pid);

/* This process begins in its slot: whatever is there is forgotten, and its faults are written down from now on: before
 * the process is confined, which may forbid that. All
 * that follow do nothing if `recorder` is NULL. */
void recorder_begin(struct recorder_shm *recorder, int32_t pid);

/* A line is about to be acted on: `length` bytes, any bytes. more: that is not all of it, the rest was thrown away. */
void recorder_line(struct recorder_shm *recorder, const char *bytes, size_t length, bool more);

/* All lines so far are done with. */
void recorder_rest(struct recorder_shm *recorder);

/* What the dead process `pid` left, if the slot was its own; else nothing. It died of `signal`, or 0; RECORDER_ANY if
 * nobody knows: then what it wrote down is all there is. */
#define RECORDER_ANY (-1)
void recorder_read(const struct recorder_shm *recorder, int32_t pid, int signal, struct recording *recording);

/* The slot is free, and what was said is gone. Only for whose process is dead. */
void recorder_clear(struct recorder_shm *recorder);

/* Adds the line for people to read: harmless_add_escaped, and an ellipsis where there was more. */
void recorded_line_show(const struct recorded_line *line, struct text *text);

#endif
