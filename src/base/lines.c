/* Bytes into lines. Private to its process. */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "text.h"

/* A CR that turns out to belong to the end, and the zero byte. */
#define BEYOND 2

int lines_init(struct lines *lines, size_t limit)
{
    *lines = (struct lines){.limit = limit};
    lines->bytes = port_pages(limit + BEYOND);
    return lines->bytes ? 0 : -1;
}

void lines_end_at_cr(struct lines *lines)
{
    lines->cr_ends = true;
}

void lines_free(struct lines *lines)
{
    port_free_pages(lines->bytes, lines->limit + BEYOND);
    lines->bytes = NULL;
}

static void append(struct lines *lines, const char *bytes, size_t length)
{
    if (lines->overlong || length == 0) /* nothing may come without an address */
        return;
    if (length > lines->limit + 1 - lines->length) {
        lines->overlong = true;
        length = lines->limit + 1 - lines->length;
    }
    memcpy(lines->bytes + lines->length, bytes, length);
    lines->length += length;
}

static enum lines_result end_line(struct lines *lines, char **line, size_t *line_length)
{
    size_t length = lines->length;
    lines->after_cr = length > 0 && lines->bytes[length - 1] == '\r';
    if (lines->after_cr)
        length--;
    bool overlong = lines->overlong || length > lines->limit;
    lines->length = 0;
    lines->overlong = false;
    if (overlong)
        length = lines->limit;
    lines->bytes[length] = '\0';
    size_t mark = lines->begun || overlong ? 0 : text_mark_length(lines->bytes, length);
    lines->begun = true;
    *line = lines->bytes + mark;
    *line_length = length - mark;
    return overlong ? LINES_LONG : LINES_LINE;
}

/* Where the line ends, or NULL: not among these bytes. */
static const char *find_end(const struct lines *lines, const char *bytes, size_t length)
{
    const char *end = length ? memchr(bytes, '\n', length) : NULL;
    if (end)
        length = (size_t)(end - bytes);
    const char *cr = lines->cr_ends && length ? memchr(bytes, '\r', length) : NULL;
    return cr ? cr : end;
}

enum lines_result lines_take(struct lines *lines, const char **from, size_t *length, char **line, size_t *line_length)
{
    bool any = *length > 0;
    if (any && lines->skips_lf && **from == '\n') {
        ++*from;
        --*length;
    }
    lines->skips_lf = lines->skips_lf && !any;
    const char *end = find_end(lines, *from, *length);
    size_t taken = end ? (size_t)(end - *from) : *length;
    append(lines, *from, taken);
    *from += taken;
    *length -= taken;
    if (!end)
        return LINES_NONE;
    lines->skips_lf = *end == '\r';
    ++*from;
    --*length;
    return end_line(lines, line, line_length);
}

bool lines_unfinished(const struct lines *lines)
{
    return lines->length > 0 || lines->overlong;
}

bool lines_ended_in_cr(const struct lines *lines)
{
    return lines->after_cr;
}

enum lines_result lines_finish(struct lines *lines, char **line, size_t *line_length)
{
    if (lines->length == 0 && !lines->overlong)
        return LINES_NONE;
    return end_line(lines, line, line_length);
}
