/* Lines that wait so that a server does not take us for a flood: so many at once, then so many a second. */
#ifndef FORKCHAT_CLIENT_PACE_H
#define FORKCHAT_CLIENT_PACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bucket.h"

struct pace_line;

/* Belongs to its user; pace.c alone touches the fields. */
struct pace {
    struct bucket_rate rate; /* so many lines in so long; 0 lines: no limit */
    struct bucket bucket;
    struct pace_line *first, *last;
    size_t count;
};

void pace_init(struct pace *pace, int64_t lines, int64_t seconds);

/* Puts a copy of the line at the end. Returns 0, or -1 with ENOMEM. */
int pace_push(struct pace *pace, const char *line);

/* The same in front of all others. */
int pace_push_first(struct pace *pace, const char *line);

/* Counts a line that did not wait. */
void pace_count_line(struct pace *pace, int64_t now);

/* The next line if it may go at `now` (clock_monotonic()), to be freed, or NULL. */
char *pace_pop(struct pace *pace, int64_t now);

/* Milliseconds until the next line may go, rounded up; -1 if none waits. */
int pace_wait(const struct pace *pace, int64_t now);

size_t pace_count(const struct pace *pace);
void pace_clear(struct pace *pace);

#endif
