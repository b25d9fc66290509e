/* Pacing, by one number: `ready` moves on by the cost of a line with each line, never lies in the past, and a
 * line may go as long as `ready` is no further ahead than the burst allows (RFC 1459 section 8.10). */
#include "pace.h"

#include <stdlib.h>
#include <string.h>

struct pace_line {
    struct pace_line *next;
    char text[];
};

void pace_init(struct pace *pace, int64_t lines, int64_t seconds)
{
    *pace = (struct pace){.lines = lines, .nanoseconds = seconds * 1000000000};
}

static struct pace_line *new_line(const char *text)
{
    size_t length = strlen(text);
    struct pace_line *new = malloc(sizeof *new + length + 1);
    if (!new)
        return NULL;
    memcpy(new->text, text, length + 1);
    new->next = NULL;
    return new;
}

int pace_push(struct pace *pace, const char *line)
{
    struct pace_line *new = new_line(line);
    if (!new)
        return -1;
    if (pace->last)
        pace->last->next = new;
    else
        pace->first = new;
    pace->last = new;
    pace->count++;
    return 0;
}

int pace_push_first(struct pace *pace, const char *line)
{
    struct pace_line *new = new_line(line);
    if (!new)
        return -1;
    new->next = pace->first;
    pace->first = new;
    if (!pace->last)
        pace->last = new;
    pace->count++;
    return 0;
}

void pace_count_line(struct pace *pace, int64_t now)
{
    if (pace->lines > 0)
        pace->ready = (pace->ready > now ? pace->ready : now) + pace->nanoseconds / pace->lines;
}

/* How long the first line still has to wait. */
static int64_t ahead(const struct pace *pace, int64_t now)
{
    if (pace->lines == 0)
        return 0;
    int64_t cost = pace->nanoseconds / pace->lines;
    int64_t wait = pace->ready + cost - now - pace->nanoseconds;
    return wait > 0 ? wait : 0;
}

char *pace_pop(struct pace *pace, int64_t now)
{
    struct pace_line *line = pace->first;
    if (!line || ahead(pace, now) > 0)
        return NULL;
    pace_count_line(pace, now);
    char *copy = strdup(line->text);
    if (!copy)
        return NULL;
    pace->first = line->next;
    if (!pace->first)
        pace->last = NULL;
    pace->count--;
    free(line);
    return copy;
}

int pace_wait(const struct pace *pace, int64_t now)
{
    return pace->first ? (int)((ahead(pace, now) + 999999) / 1000000) : -1;
}

size_t pace_count(const struct pace *pace)
{
    return pace->count;
}

void pace_clear(struct pace *pace)
{
    while (pace->first) {
        struct pace_line *next = pace->first->next;
        free(pace->first);
        pace->first = next;
    }
    pace->last = NULL;
    pace->count = 0;
}
