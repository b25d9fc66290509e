/* Frames: a title, the conversation, a line of the windows' states, the line being typed. On a screen too
 * small for all that the title goes first, then the states. */
#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/width.h"
#include "view.h"

#define LIST_FROM    120 /* columns of the screen */
#define LIST_COLUMNS 20  /* of the list, with a blank before it */

int frame_resize(struct frame *frame, int rows, int columns)
{
    rows = rows < 1 ? 1 : rows > FRAME_MAX_ROWS ? FRAME_MAX_ROWS : rows;
    columns = columns < 2 ? 2 : columns > FRAME_MAX_COLUMNS ? FRAME_MAX_COLUMNS : columns;
    for (int i = rows; i < FRAME_MAX_ROWS; i++) {
        free(frame->row[i]);
        frame->row[i] = NULL;
    }
    frame->rows = rows;
    frame->columns = columns;
    for (int i = 0; i < rows; i++) {
        if (!frame->row[i] && !(frame->row[i] = malloc(FRAME_ROW_BYTES)))
            return -1;
        frame->row[i][0] = '\0';
    }
    return 0;
}

void frame_free(struct frame *frame)
{
    for (int i = 0; i < FRAME_MAX_ROWS; i++) {
        free(frame->row[i]);
        frame->row[i] = NULL;
    }
}

static int title_rows(const struct frame *frame)
{
    return frame->rows >= 5 ? 1 : 0;
}

static int state_rows(const struct frame *frame)
{
    return frame->rows >= 3 ? 1 : 0;
}

int frame_view_rows(const struct frame *frame)
{
    return frame->rows - title_rows(frame) - state_rows(frame) - 1;
}

int frame_view_columns(const struct frame *frame, const struct session *session)
{
    const struct window *window = windows_current(&session->windows);
    bool listed = window->kind == WINDOW_CHANNEL && window->joined && !session->no_list &&
                  frame->columns >= LIST_FROM && frame_view_rows(frame) > 0;
    return listed ? frame->columns - LIST_COLUMNS : frame->columns;
}

static int bar_columns(const struct layout *layout)
{
    int columns = 0;
    for (size_t i = 0; i < layout->count; i++)
        columns += layout->glyphs[i].columns;
    return columns;
}

/* Fills the rest of a bar with blanks in its style, or cuts it. */
static void end_bar(struct frame *frame, struct layout *layout, int row)
{
    struct text text;
    for (int used = bar_columns(layout); used < frame->columns; used++)
        layout_add(layout, STYLE_REVERSE, " ");
    layout_break(layout, frame->columns);
    text_init(&text, frame->row[row], FRAME_ROW_BYTES);
    layout_row(layout, 0, frame->colour, &text);
}

/* Bars are cut at their edge, not at a blank. */
static void cut_bar(struct layout *layout, int columns)
{
    int used = 0;
    for (size_t i = 0; i < layout->count; i++) {
        used += layout->glyphs[i].columns;
        if (used > columns) {
            layout->count = i;
            return;
        }
    }
}

static void draw_title(struct frame *frame, struct layout *layout, const struct session *session)
{
    const struct window *window = windows_current(&session->windows);
    layout_clear(layout);
    layout_add(layout, STYLE_REVERSE_BOLD, " ");
    layout_add(layout, STYLE_REVERSE_BOLD, window->name);
    layout_add(layout, STYLE_REVERSE, "  ");
    if (window->kind == WINDOW_CHANNEL && !window->joined)
        layout_add(layout, STYLE_REVERSE, "(not joined) ");
    layout_add(layout, STYLE_REVERSE, window->topic);
    cut_bar(layout, frame->columns);
    end_bar(frame, layout, 0);
}

/* What is going on with the connection, "" if all is well. */
static void describe_connection(const struct session *session, char *to, size_t size)
{
    to[0] = '\0';
    if (session->state == SESSION_LEAVING)
        snprintf(to, size, " leaving…");
    else if (session->state == SESSION_DIALLING)
        snprintf(to, size, " connecting…");
    else if (!session_is_connected(session))
        snprintf(to, size, " no connection");
    else if (session->dialect->door == DOOR_IRC && session->irc.login != IRC_REGISTERED)
        snprintf(to, size, " logging in…");
    else if (pace_count(&session->pace) > 0)
        snprintf(to, size, " %zu to send", pace_count(&session->pace));
}

static void add_window(struct layout *layout, const struct session *session, int number)
{
    const struct window *window = session->windows.list[number];
    enum style style = number == session->windows.current ? STYLE_REVERSE_BOLD : STYLE_REVERSE;
    char digits[32];
    snprintf(digits, sizeof digits, " %d:", number + 1);
    layout_add(layout, STYLE_REVERSE, digits);
    layout_add(layout, window->called ? STYLE_REVERSE_BOLD : style, window->name);
    if (window->unread > 0) {
        snprintf(digits, sizeof digits, "(%u%s)", window->unread, window->called ? "!" : "");
        layout_add(layout, window->called ? STYLE_REVERSE_BOLD : style, digits);
    }
}

/* Where there is no room for the names of all windows: the numbers of those where something was said, those that call
 * for us with a mark. */
static void add_active(struct layout *layout, const struct session *session, bool calling)
{
    for (int i = 0; i < session->windows.count; i++) {
        const struct window *window = session->windows.list[i];
        char digits[32];
        if (i == session->windows.current || window->called != calling || (!calling && window->unread == 0))
            continue;
        snprintf(digits, sizeof digits, " %d%s", i + 1, calling ? "!" : "");
        layout_add(layout, calling ? STYLE_REVERSE_BOLD : STYLE_REVERSE, digits);
    }
}

static void draw_states(struct frame *frame, struct layout *layout, const struct session *session)
{
    char words[64];
    const struct window *window = windows_current(&session->windows);
    layout_clear(layout);
    layout_add(layout, STYLE_REVERSE, " ");
    layout_add(layout, STYLE_REVERSE, session->nick);
    layout_add(layout, STYLE_REVERSE_BOLD, session->away ? " (away)" : "");
    describe_connection(session, words, sizeof words);
    layout_add(layout, STYLE_REVERSE_BOLD, words);
    if (window->anchored) {
        snprintf(words, sizeof words, " [PageDown: %llu more]",
                 (unsigned long long)(window->total - 1 - window->anchor));
        layout_add(layout, STYLE_REVERSE_BOLD, words);
    }
    size_t before = layout->count;
    for (int i = 0; i < session->windows.count; i++)
        add_window(layout, session, i);
    if (bar_columns(layout) > frame->columns) {
        layout->count = before;
        add_window(layout, session, session->windows.current);
        add_active(layout, session, true);
        add_active(layout, session, false);
    }
    cut_bar(layout, frame->columns);
    end_bar(frame, layout, frame->rows - 2);
}

static void add_prompt(struct layout *layout, const struct session *session, const char *prompt, int columns)
{
    const struct window *window = windows_current(&session->windows);
    if (prompt) {
        layout_add(layout, STYLE_DIM, prompt);
        cut_bar(layout, columns * 2 / 3);
        return;
    }
    if (columns < 30)
        return;
    const char *name = session->dialect->door == DOOR_PAIR ? session->nick : window->name;
    layout_add(layout, STYLE_DIM, "[");
    layout_add(layout, STYLE_DIM, name);
    layout_add(layout, STYLE_DIM, "] ");
    cut_bar(layout, columns / 3);
}

/* The start of the part of the text to show: so that the cursor is in it, moving by thirds of the room. */
static size_t first_shown(const struct edit *edit, int room)
{
    size_t start = 0;
    int columns;
    int before = width_of_text(edit->text, edit->cursor);
    while (before >= room) {
        for (int moved = 0; moved < room / 3 + 1 && start < edit->cursor;) {
            start += width_next(edit->text + start, edit->length - start, &columns);
            moved += columns;
            before -= columns;
        }
        if (start >= edit->cursor)
            break;
    }
    return start;
}

int frame_input(struct layout *layout, const struct session *session, const struct frame_line *line, int columns,
                bool colour, struct text *to)
{
    const struct edit *edit = line->edit;
    const char *question = line->question;
    int cursor = 0, room;
    layout_clear(layout);
    if (question) {
        layout_add(layout, STYLE_HIGHLIGHT, question);
        room = columns - 1;
        cut_bar(layout, room);
    } else {
        add_prompt(layout, session, line->prompt, columns);
        room = columns - bar_columns(layout) - 1;
        size_t start = first_shown(edit, room);
        char before[EDIT_SIZE];
        snprintf(before, sizeof before, "%.*s", (int)(edit->cursor - start), edit->text + start);
        layout_add(layout, STYLE_PLAIN, before);
        cursor = bar_columns(layout);
        layout_add(layout, STYLE_PLAIN, edit->text + edit->cursor);
        cut_bar(layout, columns - 1);
    }
    if (question)
        cursor = bar_columns(layout);
    layout_break(layout, FRAME_MAX_COLUMNS * 2);
    layout_row(layout, 0, colour, to);
    return cursor < columns ? cursor : columns - 1;
}

struct drawing {
    struct frame *frame;
    int bottom;
};

static void take_row(void *context, int row, const struct text *text)
{
    struct drawing *drawing = context;
    text_copy(drawing->frame->row[drawing->bottom - row], FRAME_ROW_BYTES, text->start);
}

static const char *ranks_of(const struct session *session)
{
    return *session->irc.ranks ? session->irc.ranks : "@+";
}

static void draw_member(struct frame *frame, struct layout *layout, int row, const char *sign, const char *nick)
{
    char bytes[FRAME_ROW_BYTES];
    struct text text;
    layout_clear(layout);
    layout_add(layout, STYLE_DIM, sign);
    layout_add(layout, *nick ? layout_nick_style(nick) : STYLE_DIM, nick);
    cut_bar(layout, LIST_COLUMNS - 1);
    layout_break(layout, LIST_COLUMNS * 2);
    text_init(&text, bytes, sizeof bytes);
    text_addf(&text, "%s\033[%d;%dH", frame->row[row], row + 1, frame->columns - LIST_COLUMNS + 2);
    layout_row(layout, 0, frame->colour, &text);
    text_copy(frame->row[row], FRAME_ROW_BYTES, bytes);
}

/* The members of the channel, as far as there are rows: by the highest rank, in the server's own order, then by the
 * alphabet. */
static void draw_members(struct frame *frame, struct layout *layout, const struct session *session)
{
    const struct window *window = windows_current(&session->windows);
    const char *ranks = ranks_of(session);
    size_t rows = (size_t)frame_view_rows(frame), shown = 0, count = window->member_count;
    size_t room = count > rows ? rows - 1 : rows, top = (size_t)title_rows(frame);
    char words[32];
    for (size_t rank = 0; rank <= strlen(ranks) && shown < room; rank++) {
        snprintf(words, sizeof words, "%c", ranks[rank] ? ranks[rank] : ' ');
        for (size_t i = 0; i < count && shown < room; i++) {
            const struct member *member = &window->members[i];
            if (strcspn(ranks, *member->ranks ? member->ranks : " ") == rank)
                draw_member(frame, layout, (int)(top + shown++), words, member->nick);
        }
    }
    if (shown == room && shown < rows && shown < count) {
        snprintf(words, sizeof words, " and %zu more", count - shown);
        draw_member(frame, layout, (int)(top + shown), words, "");
    }
}

void frame_draw(struct frame *frame, struct layout *layout, const struct session *session,
                const struct frame_line *line)
{
    struct drawing drawing = {.frame = frame, .bottom = frame->rows - 2 - state_rows(frame)};
    struct text text;
    for (int i = 0; i < frame->rows; i++)
        frame->row[i][0] = '\0';
    view_rows(windows_current(&session->windows), layout, frame_view_rows(frame), frame_view_columns(frame, session),
              frame->colour, take_row, &drawing);
    if (frame_view_columns(frame, session) < frame->columns)
        draw_members(frame, layout, session);
    if (title_rows(frame))
        draw_title(frame, layout, session);
    if (state_rows(frame))
        draw_states(frame, layout, session);
    text_init(&text, frame->row[frame->rows - 1], FRAME_ROW_BYTES);
    frame->cursor_row = frame->rows - 1;
    frame->cursor_column = frame_input(layout, session, line, frame->columns, frame->colour, &text);
}
