/* Layout. This is the last wall before the terminal: only characters that width.c calls harmless become
 * glyphs, and only glyphs and our own sequences are written. */
#include "layout.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/unicode.h"
#include "base/width.h"

#define REPLACEMENT "\xEF\xBF\xBD"

void layout_free(struct layout *layout)
{
    free(layout->bytes);
    free(layout->glyphs);
    free(layout->rows);
    *layout = (struct layout){0};
}

void layout_clear(struct layout *layout)
{
    layout->length = layout->count = layout->row_count = 0;
    layout->indent = 0;
}

/* Makes room for `more` elements of `size` bytes; NULL if there is no memory. */
static void *grow(void *array, size_t count, size_t *room, size_t more, size_t size)
{
    if (count + more <= *room)
        return array;
    size_t wanted = (count + more) * 2 + 64;
    void *larger = realloc(array, wanted * size);
    if (larger)
        *room = wanted;
    return larger;
}

static void add_glyph(struct layout *layout, enum style style, const char *bytes, size_t length, int columns)
{
    /* More marks on one letter than fit are left out; cut between characters. */
    if (length > LAYOUT_PLACE_BYTES)
        length = text_boundary(bytes, length, LAYOUT_PLACE_BYTES);
    char *text = grow(layout->bytes, layout->length, &layout->size, length, 1);
    if (!text)
        return;
    layout->bytes = text;
    struct glyph *glyphs = grow(layout->glyphs, layout->count, &layout->room, 1, sizeof *glyphs);
    if (!glyphs)
        return;
    layout->glyphs = glyphs;
    memcpy(layout->bytes + layout->length, bytes, length);
    layout->glyphs[layout->count++] = (struct glyph){.offset = (uint32_t)layout->length,
                                                     .length = (uint8_t)length,
                                                     .columns = (uint8_t)columns,
                                                     .style = (uint8_t)style};
    layout->length += length;
}

void layout_add(struct layout *layout, enum style style, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0, step; at < length; at += step) {
        int columns;
        size_t used;
        step = width_next(text + at, length - at, &columns);
        int32_t point = text_decode(text + at, length - at, &used);
        if (point == '\t') {
            add_glyph(layout, style, " ", 1, 1);
        } else if (point < 0 || width_is_trouble(point)) {
            add_glyph(layout, style, REPLACEMENT, 3, 1);
            step = used;
        } else if (columns == 0 && !unicode_is_mark(point)) {
            continue; /* a joiner or a mark of direction, with nothing before it */
        } else if (columns == 0) {
            /* A mark without a letter to stand on gets a blank. */
            char marked[LAYOUT_PLACE_BYTES + 1] = " ";
            size_t take = text_boundary(text + at, step, LAYOUT_PLACE_BYTES - 1);
            memcpy(marked + 1, text + at, take);
            add_glyph(layout, style, marked, 1 + take, 1);
        } else {
            add_glyph(layout, style, text + at, step, columns);
        }
    }
}

static void start_row(struct layout *layout, size_t glyph, int indent)
{
    struct layout_row *rows = grow(layout->rows, layout->row_count, &layout->row_room, 1, sizeof *rows);
    if (!rows)
        return;
    layout->rows = rows;
    layout->rows[layout->row_count++] = (struct layout_row){.first = glyph, .indent = indent};
}

static bool is_blank(const struct layout *layout, size_t glyph)
{
    return layout->glyphs[glyph].length == 1 && layout->bytes[layout->glyphs[glyph].offset] == ' ';
}

/* The word around a glyph that is no blank: its first glyph, and the first behind it. */
static size_t word_around(const struct layout *layout, size_t glyph, size_t *end)
{
    size_t first = glyph;
    while (first > 0 && !is_blank(layout, first - 1))
        first--;
    for (*end = glyph; *end < layout->count && !is_blank(layout, *end);)
        ++*end;
    return first;
}

/* scheme://… or www.…, perhaps in brackets or quotes. */
static bool is_address(const struct layout *layout, size_t first, size_t end)
{
    const char *start = layout->bytes + layout->glyphs[first].offset;
    const struct glyph *last = &layout->glyphs[end - 1];
    const char *behind = layout->bytes + last->offset + last->length;
    while (start < behind && strchr("(<[{\"'", *start))
        start++;
    size_t length = (size_t)(behind - start), scheme = 0;
    if (length > 4 && memcmp(start, "www.", 4) == 0)
        return true;
    while (scheme < length &&
           ((start[scheme] >= 'a' && start[scheme] <= 'z') || (start[scheme] >= 'A' && start[scheme] <= 'Z') ||
            (scheme > 0 && strchr("0123456789+-.", start[scheme]))))
        scheme++;
    return scheme > 0 && length > scheme + 3 && memcmp(start + scheme, "://", 3) == 0;
}

static int columns_between(const struct layout *layout, size_t first, size_t end)
{
    int columns = 0;
    for (size_t i = first; i < end; i++)
        columns += layout->glyphs[i].columns;
    return columns;
}

/* Where the row after the one that begins with glyph `start` begins, as glyph `i` has no room in it. A word is not
 * broken unless half the row would stay empty; an address only at the edge, and without an indent, so that it can be
 * copied. */
static struct layout_row next_row(const struct layout *layout, size_t start, size_t blank, size_t i)
{
    size_t end, word = word_around(layout, i, &end);
    struct layout_row row = {.first = i, .indent = layout->indent};
    if (!is_address(layout, word, end)) {
        row.first = blank > start + (i - start) / 2 ? blank + 1 : i;
        return row;
    }
    if (word > start)
        row.first = word;
    if (word < start || columns_between(layout, word, end) > layout->columns - layout->indent)
        row.indent = 0;
    return row;
}

void layout_break(struct layout *layout, int columns)
{
    int used = 0;
    size_t start = 0, blank = 0;
    layout->row_count = 0;
    layout->columns = columns;
    start_row(layout, 0, 0);
    for (size_t i = 0; i < layout->count; i++) {
        int width = layout->glyphs[i].columns;
        if (used + width > columns && i > start) {
            if (is_blank(layout, i)) { /* a blank at the edge is the break itself */
                blank = i;
                continue;
            }
            struct layout_row next = next_row(layout, start, blank, i);
            start_row(layout, next.first, next.indent);
            start = i = next.first;
            used = next.indent;
            width = layout->glyphs[i].columns;
        }
        if (is_blank(layout, i))
            blank = i;
        used += width;
    }
}

enum style layout_nick_style(const char *nick)
{
    return (enum style)(STYLE_NICK + text_hash_name(nick) % STYLE_NICK_COLOURS);
}

static void add_time(struct layout *layout, int64_t time)
{
    char stamp[16] = "--:-- ";
    time_t seconds = (time_t)(time / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local))
        strftime(stamp, sizeof stamp, "%H:%M ", &local);
    layout_add(layout, STYLE_DIM, stamp);
}

static void add_nick(struct layout *layout, const struct line *line, const char *before, const char *behind)
{
    enum style style = line->own ? STYLE_BOLD : layout_nick_style(line->nick);
    layout_add(layout, STYLE_DIM, before);
    layout_add(layout, style, line->nick);
    layout_add(layout, STYLE_DIM, behind);
}

void layout_line(struct layout *layout, const struct line *line, int columns)
{
    enum style said = line->highlight && !line->own ? STYLE_HIGHLIGHT : STYLE_PLAIN;
    layout_clear(layout);
    add_time(layout, line->time);
    layout->indent = columns >= 24 ? 6 : 0;
    switch (line->kind) {
    case LINE_MESSAGE:
        add_nick(layout, line, "<", "> ");
        break;
    case LINE_PRIVATE:
        add_nick(layout, line, "*", "* ");
        break;
    case LINE_ACTION:
        add_nick(layout, line, "* ", " ");
        break;
    case LINE_NOTICE:
        add_nick(layout, line, "-", "- ");
        break;
    case LINE_EVENT:
        layout_add(layout, STYLE_DIM, "* ");
        said = STYLE_DIM;
        break;
    case LINE_SERVER:
        said = STYLE_PLAIN;
        break;
    case LINE_ERROR:
        layout_add(layout, STYLE_ERROR, "! ");
        said = STYLE_ERROR;
        break;
    }
    layout_add(layout, said, line->text);
    layout_break(layout, columns);
}

void layout_style(enum style style, bool colour, struct text *to)
{
    static const char *const colours[STYLE_NICK_COLOURS] = {"31", "32",   "33",   "34",   "35",
                                                            "36", "1;32", "1;34", "1;35", "1;36"};
    static const char *const coloured[] = {"", "2", "1", "7", "7;1", "31", "1;33"};
    static const char *const bare[] = {"", "", "1", "7", "7;1", "1", "1"};
    const char *codes;
    if (style >= STYLE_NICK)
        codes = colour ? colours[(style - STYLE_NICK) % STYLE_NICK_COLOURS] : "";
    else
        codes = colour ? coloured[style] : bare[style];
    text_addf(to, "\033[0%s%sm", *codes ? ";" : "", codes);
}

void layout_row(const struct layout *layout, size_t row, bool colour, struct text *to)
{
    if (row >= layout->row_count)
        return;
    size_t end = row + 1 < layout->row_count ? layout->rows[row + 1].first : layout->count;
    int style = -1, used = layout->rows[row].indent;
    for (int i = 0; i < used; i++)
        text_add_char(to, ' ');
    for (size_t i = layout->rows[row].first; i < end; i++) {
        const struct glyph *glyph = &layout->glyphs[i];
        if (to->size - to->length < LAYOUT_STYLE_BYTES + LAYOUT_PLACE_BYTES + 8)
            break;
        if ((used += glyph->columns) > layout->columns)
            break; /* the blanks the row was broken at */
        if (glyph->style != style)
            layout_style((enum style)(style = glyph->style), colour, to);
        text_add_bytes(to, layout->bytes + glyph->offset, glyph->length);
    }
    text_add(to, "\033[0m");
}
