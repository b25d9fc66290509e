/* Time. Every process uses it; writes no shared memory. */
#include "clock.h"

#include <stdio.h>
#include <string.h>

int64_t clock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_realtime(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_date(int64_t monotonic)
{
    return clock_realtime() + (monotonic - clock_monotonic()) / MS;
}

void clock_sleep(int64_t milliseconds)
{
    struct timespec span = {.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000 * 1000000)};
    nanosleep(&span, NULL);
}

size_t clock_stamp(int64_t realtime, char stamp[CLOCK_STAMP_SIZE])
{
    int64_t whole = realtime / 1000, rest = realtime % 1000;
    if (rest < 0) { /* before 1970: the second begins before the time, not behind it */
        whole--;
        rest += 1000;
    }
    time_t seconds = (time_t)whole;
    struct tm parts;
    gmtime_r(&seconds, &parts);
    char text[64];
    size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    length += (size_t)snprintf(text + length, sizeof text - length, ".%03dZ", (int)rest);
    if (length >= CLOCK_STAMP_SIZE)
        length = CLOCK_STAMP_SIZE - 1;
    for (size_t i = 0; i < length; i++)
        stamp[i] = text[i];
    stamp[length] = '\0';
    return length;
}

/* Days since 1970 of a date of the Gregorian calendar: years begin in March, so that the day that is not always there
 * is their last. */
static int64_t days_of(int year, int month, int day)
{
    int64_t years = month > 2 ? year : year - 1, months = month > 2 ? month - 3 : month + 9;
    return years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day - 1 - 719468;
}

bool clock_parse_stamp(const char *stamp, int64_t *realtime)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    int year, month, day, hour, minute, second, milliseconds;
    if (strlen(stamp) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == 'd' ? stamp[i] < '0' || stamp[i] > '9' : stamp[i] != shape[i])
            return false;
    if (sscanf(stamp, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour, &minute, &second, &milliseconds) !=
            7 ||
        month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    *realtime = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + milliseconds;
    return true;
}
