/* The day of the user's calendar, and when it changes. */
#ifndef FORKCHAT_CLIENT_DAY_H
#define FORKCHAT_CLIENT_DAY_H

#include <stddef.h>
#include <stdint.h>

/* Belongs to its user; start with zeros. */
struct day {
    int date;     /* the one that is known, as 20261130; 0: none yet */
    int64_t time; /* the wall clock (clock_realtime) when it was last looked at */
};

/* Looks at the wall clock (milliseconds since 1970). If another day has begun, in local time, its name goes into `name`
 * ("Monday, 30 November 2026") and 1 is returned, else 0. A clock that is set back a little over midnight does not
 * begin the day before again. */
int day_has_changed(struct day *day, int64_t time, char *name, size_t size);

/* Milliseconds after which to look again: at midnight, or after a minute, because the clock may be set, and a machine
 * that slept did not count the time. */
int day_wait(int64_t time);

/* Time has passed: on a terminal, every window says so if the day has changed. */
struct session;
void day_check(struct session *session);

#endif
