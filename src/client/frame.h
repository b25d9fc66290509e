/* A picture of the whole screen, row by row, made from the session and the line being typed. Knows how it
 * looks, not how it gets onto a terminal. */
#ifndef FORKCHAT_CLIENT_FRAME_H
#define FORKCHAT_CLIENT_FRAME_H

#include <stdbool.h>

#include "tty/edit.h"
#include "layout.h"
#include "session.h"

#define FRAME_MAX_ROWS 512
#define FRAME_MAX_COLUMNS 500
#define FRAME_ROW_BYTES (FRAME_MAX_COLUMNS * LAYOUT_PLACE_BYTES + 256)

struct frame {
    int rows, columns;
    bool colour;
    char *row[FRAME_MAX_ROWS]; /* FRAME_ROW_BYTES each, zero-terminated */
    int cursor_row, cursor_column; /* from 0 */
};

/* Sets the size (cut to what is possible), freeing or making rows. Returns 0, or -1 with ENOMEM. */
int frame_resize(struct frame *frame, int rows, int columns);
void frame_free(struct frame *frame);

/* How many rows of a frame show the conversation. */
int frame_view_rows(const struct frame *frame);

/* Draws it. `question`: stands in place of the line being typed if not NULL. */
void frame_draw(struct frame *frame, struct layout *layout, const struct session *session,
                const struct edit *edit, const char *question);

/* The line being typed with its prompt, cut to `columns` around the cursor, into `to`; returns the column of
 * the cursor. */
int frame_input(struct layout *layout, const struct session *session, const struct edit *edit,
                const char *question, int columns, bool colour, struct text *to);

#endif
