/* Days. Midnight is found by looking at the date, not by counting hours: days have 23, 24 or 25. */
#include "day.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "session.h"

#define MINUTE   60000
#define SET_BACK INT64_C(21600000) /* 6 hours: over that somebody meant it */

static int date_of(int64_t time, struct tm *local)
{
    time_t seconds = (time_t)(time / 1000);
    if (!localtime_r(&seconds, local))
        return 0;
    return ((local->tm_year + 1900) * 100 + local->tm_mon + 1) * 100 + local->tm_mday;
}

int day_has_changed(struct day *day, int64_t time, char *name, size_t size)
{
    struct tm local;
    int date = date_of(time, &local), known = day->date;
    if (date == 0 || (date < known && day->time - time < SET_BACK))
        return 0;
    day->date = date;
    day->time = time;
    return known && date != known && strftime(name, size, "%A, %d %B %Y", &local) > 0;
}

int day_wait(int64_t time)
{
    struct tm local;
    int64_t left = date_of(time, &local)
                       ? (23 - local.tm_hour) * INT64_C(3600000) + (59 - local.tm_min) * INT64_C(60000) +
                             (60 - local.tm_sec) * INT64_C(1000) - time % 1000
                       : MINUTE;
    return left > 0 && left < MINUTE ? (int)left : MINUTE;
}

/* It counts for seen everywhere: nobody has said anything. */
void day_check(struct session *session)
{
    char name[64], words[96];
    if (!day_has_changed(&session->day, clock_realtime(), name, sizeof name) || !session->interactive)
        return;
    snprintf(words, sizeof words, "day changed: %s", name);
    struct line line = {.time = session->day.time, .kind = LINE_EVENT, .text = words};
    for (int i = 0; i < session->windows.count; i++)
        window_add(session->windows.list[i], &line, true);
    session->changed = true;
    if (session->shown)
        session->shown(session->context, windows_current(&session->windows), &line);
}
