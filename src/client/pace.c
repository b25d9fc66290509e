/* Pacing, as RFC 1459 section 8.10 describes it from the server's side. */
#include "pace.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct pace_line {
    struct pace_line *next;
    char text[];
};

void pace_init(struct pace *pace, int64_t lines, int64_t seconds)
{
    *pace = (struct pace){.rate = {.count = lines, .span = seconds * SECOND}};
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
    if (pace->rate.count == 0)
        return;
    bucket_fill(&pace->bucket, pace->rate, now);
    pace->bucket.tokens -= BUCKET_TOKEN;
}

/* How many milliseconds the first line still has to wait. */
static int64_t ahead(const struct pace *pace, int64_t now)
{
    struct bucket bucket = pace->bucket;
    if (pace->rate.count == 0)
        return 0;
    bucket_fill(&bucket, pace->rate, now);
    return bucket_wait(&bucket, pace->rate);
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
    return pace->first ? (int)ahead(pace, now) : -1;
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
