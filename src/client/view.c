/* The view of a window. Its bottom is the newest line, or, scrolled back, the line `anchor` of which the last
 * `hidden` rows are out of view; so what is in view does not move when lines arrive. */
#include "view.h"

#include <string.h>

/* The first line not seen has a row of its own above it, the mark. */
static bool has_mark(const struct window *window, uint64_t number)
{
    return number == window->mark && number > window->total - window->count;
}

/* Lays the line out; returns how many rows it takes, with the mark. 0: the line is not kept. */
static size_t measure(const struct window *window, uint64_t number, struct layout *layout, int columns)
{
    const struct line *line = window_line(window, number);
    if (!line)
        return 0;
    layout_line(layout, line, columns);
    return layout->row_count + (has_mark(window, number) ? 1 : 0);
}

static void add_mark(struct text *text, int columns, bool colour)
{
    static const char word[] = " unread ";
    int dashes = columns - (int)strlen(word);
    layout_style(STYLE_ERROR, colour, text);
    for (int i = 0; i < dashes / 2; i++)
        text_add_char(text, '-');
    if (dashes >= 0)
        text_add(text, word);
    for (int i = 0; i < dashes - dashes / 2; i++)
        text_add_char(text, '-');
    text_add(text, "\033[0m");
}

/* What was looked for stands out. */
static void light(struct layout *layout)
{
    for (size_t i = 0; i < layout->count; i++)
        layout->glyphs[i].style = STYLE_REVERSE;
}

static bool is_anchored(const struct window *window)
{
    return window->anchored && window_line(window, window->anchor);
}

void view_rows(const struct window *window, struct layout *layout, int rows, int columns, bool colour, view_take *take,
               void *context)
{
    char bytes[500 * LAYOUT_PLACE_BYTES + 256]; /* a row of a frame */
    struct text text;
    uint64_t number = is_anchored(window) ? window->anchor + 1 : window->total;
    size_t hidden = is_anchored(window) ? window->hidden : 0;
    for (int shown = 0; shown < rows && number > 0;) {
        size_t high = measure(window, --number, layout, columns);
        if (high == 0)
            return;
        if (window->lit && number == window->found)
            light(layout);
        for (size_t i = high > hidden ? high - hidden : 1; i > 0 && shown < rows; i--) {
            bool mark = has_mark(window, number);
            text_init(&text, bytes, sizeof bytes);
            if (mark && i == 1)
                add_mark(&text, columns, colour);
            else
                layout_row(layout, i - (mark ? 2 : 1), colour, &text);
            take(context, shown++, &text);
        }
        hidden = 0;
    }
}

/* How many rows there are above the bottom of the view, counting at most `limit`. */
static int count_above(const struct window *window, struct layout *layout, int columns, int limit)
{
    uint64_t number = window->anchor + 1;
    int count = -(int)window->hidden;
    while (count < limit && number > 0) {
        size_t high = measure(window, --number, layout, columns);
        if (high == 0)
            break;
        count += (int)high;
    }
    return count < limit ? count : limit;
}

static void scroll_back(struct window *window, struct layout *layout, int rows, int columns, int by)
{
    int more = count_above(window, layout, columns, rows + by) - rows;
    for (int left = more < by ? more : by; left > 0;) {
        size_t high = measure(window, window->anchor, layout, columns);
        int visible = (int)high - (int)window->hidden;
        if (left < visible) {
            window->hidden += (size_t)left;
            return;
        }
        left -= visible > 0 ? visible : 0;
        window->hidden = 0;
        if (window->anchor-- == 0)
            return;
    }
}

static void scroll_on(struct window *window, struct layout *layout, int columns, int by)
{
    while (by > 0) {
        if ((int)window->hidden >= by) {
            window->hidden -= (size_t)by;
            return;
        }
        by -= (int)window->hidden;
        window->hidden = 0;
        if (window->anchor + 1 >= window->total)
            return;
        window->anchor++;
        window->hidden = measure(window, window->anchor, layout, columns);
    }
}

void view_show(struct window *window, struct layout *layout, int rows, int columns, uint64_t number)
{
    window->anchored = true;
    window->anchor = number;
    window->hidden = 0;
    int above = count_above(window, layout, columns, rows);
    scroll_on(window, layout, columns, above + rows / 2 < rows ? rows - above : rows / 2);
    if (window->hidden == 0 && window->anchor + 1 >= window->total)
        view_end(window);
}

void view_end(struct window *window)
{
    window->anchored = false;
    window->hidden = 0;
}

void view_scroll(struct window *window, struct layout *layout, int rows, int columns, int by)
{
    if (window->total == 0 || rows < 1)
        return;
    if (!is_anchored(window)) {
        window->anchored = true;
        window->anchor = window->total - 1;
        window->hidden = 0;
    }
    if (by < 0)
        scroll_back(window, layout, rows, columns, -by);
    else
        scroll_on(window, layout, columns, by);
    if (window->hidden == 0 && window->anchor + 1 >= window->total)
        view_end(window);
}
