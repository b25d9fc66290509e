/* Which rows of a window are in view, and moving through them. */
#ifndef FORKCHAT_CLIENT_VIEW_H
#define FORKCHAT_CLIENT_VIEW_H

#include <stdbool.h>

#include "layout.h"
#include "window.h"

/* Called for each row in view, from the bottom up: `row` counts from 0 at the bottom. The text is valid until
 * the function returns. */
typedef void view_take(void *context, int row, const struct text *text);

/* Hands out the rows in view of a window shown in `rows` rows of `columns` columns. */
void view_rows(const struct window *window, struct layout *layout, int rows, int columns, bool colour, view_take *take,
               void *context);

/* Scrolls by so many rows: back in time if negative. Stops at either end. */
void view_scroll(struct window *window, struct layout *layout, int rows, int columns, int by);

/* So that the line with that number stands in the middle, as far as there are lines behind it. */
void view_show(struct window *window, struct layout *layout, int rows, int columns, uint64_t number);

/* To the newest line. */
void view_end(struct window *window);

#endif
