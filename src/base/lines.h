/* Bytes into lines: what a socket delivers in pieces comes out as whole lines, each at most so long. */
#ifndef FORKCHAT_BASE_LINES_H
#define FORKCHAT_BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum lines_result {
    LINES_NONE, /* feed more */
    LINES_LINE, /* a line, without its end */
    LINES_LONG, /* a line that was over the limit; but for its beginning it is gone, told once when its end is found */
};

/* Belongs to its user; lines.c alone touches the fields. */
struct lines {
    char *bytes; /* the line so far, limit + 1 bytes */
    size_t length;
    size_t limit;
    bool begun;    /* a line was handed out: a byte order mark is only left out before that */
    bool overlong; /* the rest of a line over the limit is being skipped */
    bool after_cr; /* the last line handed out ended in CR LF, not in LF alone */
    bool cr_ends;  /* a CR alone ends a line as well */
    bool skips_lf; /* it just did: a LF that follows belongs to it */
};

/* A splitter for lines of at most `limit` bytes (1 or more, ends not counted). Returns 0, or -1 with
 * ENOMEM. */
int lines_init(struct lines *lines, size_t limit);
void lines_free(struct lines *lines);

/* From now on a CR alone ends a line as well; CR LF is still one end, in however many pieces it comes. */
void lines_end_at_cr(struct lines *lines);

/* Takes bytes from *from (*length of them), up to and with the first end, and moves both on. LINES_LINE:
 * *line is the line (CR before LF removed, NULs inside kept), zero-terminated, *line_length its length;
 * valid until the next call. LINES_LONG: the same, of its first `limit` bytes. Call again until LINES_NONE.
 * A line at its limit costs nothing more however long it goes on. */
enum lines_result lines_take(struct lines *lines, const char **from, size_t *length, char **line, size_t *line_length);

/* Whether the line that was taken last ended in CR LF. */
bool lines_ended_in_cr(const struct lines *lines);

/* Whether something came after the last end. */
bool lines_unfinished(const struct lines *lines);

/* What came after the last LF, as a last line: for a peer that left without ending it. */
enum lines_result lines_finish(struct lines *lines, char **line, size_t *line_length);

#endif
