/* A picture of the whole screen, row by row, made from the session and the line being typed. Knows how it
 * looks, not how it gets onto a terminal. */
#ifndef FORKCHAT_CLIENT_FRAME_H
#define FORKCHAT_CLIENT_FRAME_H

#include <stdbool.h>

#include "tty/edit.h"
#include "layout.h"
#include "session.h"

#define FRAME_MAX_ROWS    512
#define FRAME_MAX_COLUMNS 500
#define FRAME_ROW_BYTES   (FRAME_MAX_COLUMNS * LAYOUT_PLACE_BYTES + 256)

struct frame {
    int rows, columns;
    bool colour;
    char *row[FRAME_MAX_ROWS];     /* FRAME_ROW_BYTES each, zero-terminated */
    int cursor_row, cursor_column; /* from 0 */
};

/* Sets the size (cut to what is possible), freeing or making rows. Returns 0, or -1 with ENOMEM. */
int frame_resize(struct frame *frame, int rows, int columns);
void frame_free(struct frame *frame);

/* How many rows of a frame show the conversation. */
int frame_view_rows(const struct frame *frame);

/* The last row: what is being typed, a question in place of that if not NULL, and what stands in place of the name of
 * the window in front of it if not NULL. */
struct frame_line {
    const struct edit *edit;
    const char *question, *prompt;
};

/* How many columns of it that takes: fewer where the members of a channel are listed beside it. */
int frame_view_columns(const struct frame *frame, const struct session *session);

/* Draws it. */
void frame_draw(struct frame *frame, struct layout *layout, const struct session *session,
                const struct frame_line *line);

/* The line being typed with its prompt, cut to `columns` around the cursor, into `to`; returns the column of
 * the cursor. */
int frame_input(struct layout *layout, const struct session *session, const struct frame_line *line, int columns,
                bool colour, struct text *to);

#endif
