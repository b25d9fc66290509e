/* A line of chat as rows of a screen: what it looks like, in which style, and where it is broken. */
#ifndef FORKCHAT_CLIENT_LAYOUT_H
#define FORKCHAT_CLIENT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "window.h"

enum style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_REVERSE,
    STYLE_REVERSE_BOLD,
    STYLE_ERROR,
    STYLE_HIGHLIGHT,
    STYLE_NICK, /* and the following: one for each colour of nicks */
};
#define STYLE_NICK_COLOURS 10

/* The longest sequence layout_style adds, and the most bytes one place on the screen can take. */
#define LAYOUT_STYLE_BYTES 16
#define LAYOUT_PLACE_BYTES 32

/* One place on the screen, 1 or 2 columns. */
struct glyph {
    uint32_t offset;
    uint8_t length, columns, style;
};

struct layout_row {
    size_t first; /* glyph */
    int indent;
};

/* Grows as needed; belongs to its user, layout.c alone changes it. */
struct layout {
    char *bytes;
    size_t length, size;
    struct glyph *glyphs;
    size_t count, room;
    struct layout_row *rows;
    size_t row_count, row_room;
    int indent;  /* of all rows but the first, and those of an address (URL) that does not fit into one with it */
    int columns; /* of a row, as layout_break was told */
};

void layout_free(struct layout *layout);
void layout_clear(struct layout *layout);

/* Adds text, as UTF-8. Nothing that could drive a terminal gets through, wherever it comes from. */
void layout_add(struct layout *layout, enum style style, const char *text);

/* Breaks what was added into rows of that many columns (at least 2), at blanks where it can. Addresses (URLs) are not
 * broken where they fit into a row, and start one of their own if they do not. */
void layout_break(struct layout *layout, int columns);

/* All of it for one line of a window: clear, add, break. */
void layout_line(struct layout *layout, const struct line *line, int columns);

/* Adds row number `row` to `to`, with sequences for the styles. */
void layout_row(const struct layout *layout, size_t row, bool colour, struct text *to);

/* Adds the sequence that switches to a style (from any other). */
void layout_style(enum style style, bool colour, struct text *to);

/* The style for a nick: the same nick, the same colour. */
enum style layout_nick_style(const char *nick);

#endif
