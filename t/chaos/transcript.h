/* What a client must hear, line for line, and whether it does. A transcript is checked while it grows: only lines
 * that are due and a few of the last are kept, so an hour costs no more memory than a minute.
 *
 * Both sides are cut into lines at LF, with all other bytes as they are. */
#ifndef FORKCHAT_T_CHAOS_TRANSCRIPT_H
#define FORKCHAT_T_CHAOS_TRANSCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum verdict {
    HEARD_RIGHT,
    HEARD_MISSING, /* lines before it did not come */
    HEARD_TWICE,   /* it came before */
    HEARD_LATE,    /* one that was due before others that have come already */
    HEARD_TORN,    /* nothing like it was ever due */
    HEARD_KINDS
};

enum { TRANSCRIPT_PAST = 64 };

/* Shared by all who are to hear it. */
struct line {
    unsigned uses;
    size_t length;
    char bytes[];
};

struct past {
    struct line *line;
    bool heard;
};

struct transcript {
    struct line **due; /* a queue in a ring of `size` */
    size_t first, count, size;
    int64_t since; /* when the first of them became due, or the one before it came, ns */
    char *part;    /* of the line that is becoming due */
    size_t part_length;
    struct past past[TRANSCRIPT_PAST];
    unsigned past_count;
    uint64_t lines, faults[HEARD_KINDS];
};

static inline void *transcript_must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static inline struct line *line_new(const char *bytes, size_t length)
{
    struct line *line = (struct line *)transcript_must(malloc(sizeof *line + length));
    *line = (struct line){.uses = 1, .length = length};
    memcpy(line->bytes, bytes, length);
    return line;
}

static inline void line_drop(struct line *line)
{
    if (line && --line->uses == 0)
        free(line);
}

static inline bool line_is(const struct line *line, const char *bytes, size_t length)
{
    return line->length == length && memcmp(line->bytes, bytes, length) == 0;
}

/* The line, of which the transcript keeps a use, is to be heard next. */
static inline void transcript_due_line(struct transcript *transcript, struct line *line, int64_t now)
{
    if (transcript->count == transcript->size) {
        size_t size = transcript->size ? transcript->size * 2 : 64;
        struct line **due = (struct line **)transcript_must(malloc(size * sizeof *due));
        for (size_t i = 0; i < transcript->count; i++)
            due[i] = transcript->due[(transcript->first + i) % transcript->size];
        free(transcript->due);
        transcript->due = due;
        transcript->size = size;
        transcript->first = 0;
    }
    if (transcript->count == 0)
        transcript->since = now;
    line->uses++;
    transcript->due[(transcript->first + transcript->count++) % transcript->size] = line;
}

/* Bytes are to be heard next: parts of lines, whole lines, or several. */
static inline void transcript_due(struct transcript *transcript, const char *bytes, size_t length, int64_t now)
{
    while (length > 0) {
        const char *end = (const char *)memchr(bytes, '\n', length);
        size_t part = end ? (size_t)(end + 1 - bytes) : length;
        transcript->part = (char *)transcript_must(realloc(transcript->part, transcript->part_length + part));
        memcpy(transcript->part + transcript->part_length, bytes, part);
        transcript->part_length += part;
        bytes += part;
        length -= part;
        if (!end)
            return;
        struct line *line = line_new(transcript->part, transcript->part_length);
        transcript_due_line(transcript, line, now);
        line_drop(line);
        transcript->part_length = 0;
    }
}

static inline struct line *transcript_take_due(struct transcript *transcript, bool heard, int64_t now)
{
    struct line *line = transcript->due[transcript->first];
    transcript->first = (transcript->first + 1) % transcript->size;
    transcript->count--;
    transcript->since = now;
    struct past *past = &transcript->past[transcript->past_count++ % TRANSCRIPT_PAST];
    line_drop(past->line);
    *past = (struct past){line, heard};
    return line;
}

/* Takes a line that was heard, its LF included. What was missed before it is counted line by line. */
static inline enum verdict transcript_hear(struct transcript *transcript, const char *bytes, size_t length, int64_t now)
{
    enum verdict result = HEARD_TORN;
    size_t ahead = 0;
    transcript->lines++;
    while (ahead < transcript->count &&
           !line_is(transcript->due[(transcript->first + ahead) % transcript->size], bytes, length))
        ahead++;
    if (ahead < transcript->count) {
        transcript->faults[HEARD_MISSING] += ahead;
        result = ahead ? HEARD_MISSING : HEARD_RIGHT;
        for (size_t i = 0; i < ahead; i++)
            transcript_take_due(transcript, false, now);
        transcript_take_due(transcript, true, now);
        return result;
    }
    for (unsigned i = 0; i < TRANSCRIPT_PAST && result == HEARD_TORN; i++) {
        struct past *past = &transcript->past[i];
        if (past->line && line_is(past->line, bytes, length)) {
            result = past->heard ? HEARD_TWICE : HEARD_LATE;
            past->heard = true;
        }
    }
    transcript->faults[result]++;
    return result;
}

static inline void transcript_free(struct transcript *transcript)
{
    while (transcript->count > 0)
        transcript_take_due(transcript, false, 0);
    for (int i = 0; i < TRANSCRIPT_PAST; i++)
        line_drop(transcript->past[i].line);
    free(transcript->due);
    free(transcript->part);
    memset(transcript, 0, sizeof *transcript);
}

#endif
