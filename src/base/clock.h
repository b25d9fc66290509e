/* Time, in the two kinds that must not be mixed: monotonic and realtime (the wall clock). */
#ifndef FORKCHAT_BASE_CLOCK_H
#define FORKCHAT_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Nanoseconds in a millisecond, and in a second. */
#define MS     INT64_C(1000000)
#define SECOND INT64_C(1000000000)

/* Nanoseconds since some fixed point; never goes back. Signal-safe. clock_gettime(2). */
int64_t clock_monotonic(void);

/* Milliseconds since 1970, as the wall clock tells. Signal-safe. */
int64_t clock_realtime(void);

/* What the wall clock tells at a time of clock_monotonic(), be that past or to come, if it is not set again;
 * milliseconds since 1970. For what lasts, and is shown as a date. */
int64_t clock_date(int64_t monotonic);

/* Sleeps that long, or until a signal arrives. */
void clock_sleep(int64_t milliseconds);

/* Writes `realtime` (milliseconds since 1970) as 2026-11-21T09:30:00.123Z (IRCv3 server-time) with its zero
 * byte. Returns the length. */
#define CLOCK_STAMP_SIZE 25
size_t clock_stamp(int64_t realtime, char stamp[CLOCK_STAMP_SIZE]);

/* Reads one as clock_stamp writes it; there may be a 61st second. False,
 * with *realtime untouched, for anything else. */
bool clock_parse_stamp(const char *stamp, int64_t *realtime);

#endif
