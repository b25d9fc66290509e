/* Line editing, as readline and the tty have taught people's fingers. */
#include "edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/width.h"

void edit_init(struct edit *edit)
{
    memset(edit, 0, sizeof *edit);
}

void edit_free(struct edit *edit)
{
    for (int i = 0; i < edit->history_count; i++)
        free(edit->history[i]);
    edit->history_count = 0;
}

bool edit_replace(struct edit *edit, size_t from, size_t to, const char *with)
{
    size_t length = strlen(with);
    if (edit->length - (to - from) + length >= EDIT_SIZE)
        return false;
    memmove(edit->text + from + length, edit->text + to, edit->length - to + 1);
    memcpy(edit->text + from, with, length);
    edit->length += length - (to - from);
    edit->cursor = from + length;
    return true;
}

bool edit_insert(struct edit *edit, const char *bytes, size_t length)
{
    for (size_t at = 0, used; at < length; at += used) {
        char one[5] = "";
        int32_t point = text_decode(bytes + at, length - at, &used);
        if (point < 0 || (point != '\t' && width_is_trouble(point)))
            continue;
        memcpy(one, bytes + at, used);
        if (!edit_replace(edit, edit->cursor, edit->cursor, point == '\t' ? " " : one))
            return false;
    }
    return true;
}

/* The start of the character that ends at `at` (> 0). */
static size_t before(const struct edit *edit, size_t at)
{
    size_t start = 0, next;
    int columns;
    while ((next = start + width_cluster(edit->text + start, at - start, &columns)) < at)
        start = next;
    return start;
}

static size_t after(const struct edit *edit, size_t at)
{
    int columns;
    return at < edit->length ? at + width_cluster(edit->text + at, edit->length - at, &columns) : at;
}

void edit_left(struct edit *edit)
{
    if (edit->cursor > 0)
        edit->cursor = before(edit, edit->cursor);
}

void edit_right(struct edit *edit)
{
    edit->cursor = after(edit, edit->cursor);
}

static size_t word_before(const struct edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && edit->text[at - 1] == ' ')
        at--;
    while (at > 0 && edit->text[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_after(const struct edit *edit)
{
    size_t at = edit->cursor;
    while (at < edit->length && edit->text[at] == ' ')
        at++;
    while (at < edit->length && edit->text[at] != ' ')
        at++;
    return at;
}

void edit_word_left(struct edit *edit)
{
    edit->cursor = word_before(edit);
}

void edit_word_right(struct edit *edit)
{
    edit->cursor = word_after(edit);
}

void edit_home(struct edit *edit)
{
    edit->cursor = 0;
}

void edit_end(struct edit *edit)
{
    edit->cursor = edit->length;
}

void edit_rub_out(struct edit *edit)
{
    if (edit->cursor > 0)
        edit_replace(edit, before(edit, edit->cursor), edit->cursor, "");
}

void edit_delete(struct edit *edit)
{
    edit_replace(edit, edit->cursor, after(edit, edit->cursor), "");
}

static void kill_range(struct edit *edit, size_t from, size_t to)
{
    if (from == to)
        return;
    memcpy(edit->killed, edit->text + from, to - from);
    edit->killed[to - from] = '\0';
    edit_replace(edit, from, to, "");
}

void edit_kill_to_end(struct edit *edit)
{
    kill_range(edit, edit->cursor, edit->length);
}

void edit_kill_to_start(struct edit *edit)
{
    kill_range(edit, 0, edit->cursor);
}

void edit_kill_word(struct edit *edit)
{
    kill_range(edit, word_before(edit), edit->cursor);
}

void edit_kill_word_right(struct edit *edit)
{
    kill_range(edit, edit->cursor, word_after(edit));
}

void edit_yank(struct edit *edit)
{
    edit_replace(edit, edit->cursor, edit->cursor, edit->killed);
}

/* Swaps the characters around the cursor, or the last two at the end, as Ctrl-T does in a shell. */
void edit_transpose(struct edit *edit)
{
    size_t middle = edit->cursor == edit->length && edit->cursor > 0 ? before(edit, edit->cursor) : edit->cursor;
    if (middle == 0 || middle == edit->length)
        return;
    size_t start = before(edit, middle), end = after(edit, middle);
    char swapped[EDIT_SIZE];
    memcpy(swapped, edit->text + middle, end - middle);
    memcpy(swapped + (end - middle), edit->text + start, middle - start);
    memcpy(edit->text + start, swapped, end - start);
    edit->cursor = end;
}

static void show(struct edit *edit, const char *text)
{
    text_copy(edit->text, EDIT_SIZE, text);
    edit->length = edit->cursor = strlen(edit->text);
}

void edit_recall(struct edit *edit, int number, size_t cursor)
{
    if (edit->browsing == edit->history_count)
        memcpy(edit->draft, edit->text, edit->length + 1);
    edit->browsing = number;
    show(edit, number == edit->history_count ? edit->draft : edit->history[number]);
    if (cursor < edit->length)
        edit->cursor = cursor;
}

void edit_older(struct edit *edit)
{
    if (edit->browsing > 0)
        edit_recall(edit, edit->browsing - 1, EDIT_SIZE);
}

void edit_newer(struct edit *edit)
{
    if (edit->browsing < edit->history_count)
        edit_recall(edit, edit->browsing + 1, EDIT_SIZE);
}

static void remember(struct edit *edit, const char *line)
{
    if (!*line || (edit->history_count && strcmp(edit->history[edit->history_count - 1], line) == 0))
        return;
    char *copy = strdup(line);
    if (!copy)
        return;
    if (edit->history_count == EDIT_HISTORY) {
        free(edit->history[0]);
        memmove(&edit->history[0], &edit->history[1], (EDIT_HISTORY - 1) * sizeof edit->history[0]);
        edit->history_count--;
    }
    edit->history[edit->history_count++] = copy;
}

void edit_take(struct edit *edit, char *line)
{
    memcpy(line, edit->text, edit->length + 1);
    remember(edit, line);
    edit->browsing = edit->history_count;
    edit->draft[0] = '\0';
    show(edit, "");
}

void edit_forget(struct edit *edit)
{
    if (edit->history_count == 0)
        return;
    free(edit->history[--edit->history_count]);
    edit->browsing = edit->history_count;
}

/* ---- keys ---- */

static bool press_alt(struct edit *edit, char letter)
{
    switch (letter) {
    case 'b':
        edit_word_left(edit);
        return true;
    case 'f':
        edit_word_right(edit);
        return true;
    case 'd':
        edit_kill_word_right(edit);
        return true;
    case 0x7f:
    case '\b':
        edit_kill_word(edit);
        return true;
    default:
        return false;
    }
}

static const struct {
    int key;
    void (*press)(struct edit *edit);
} presses[] = {
    {KEY_LEFT, edit_left},
    {KEY_RIGHT, edit_right},
    {KEY_UP, edit_older},
    {KEY_DOWN, edit_newer},
    {KEY_WORD_LEFT, edit_word_left},
    {KEY_WORD_RIGHT, edit_word_right},
    {KEY_HOME, edit_home},
    {KEY_END, edit_end},
    {KEY_DELETE, edit_delete},
    {KEY_RUB_OUT, edit_rub_out},
    {KEY_CONTROL('A'), edit_home},
    {KEY_CONTROL('B'), edit_left},
    {KEY_CONTROL('D'), edit_delete},
    {KEY_CONTROL('E'), edit_end},
    {KEY_CONTROL('F'), edit_right},
    {KEY_CONTROL('H'), edit_rub_out},
    {KEY_CONTROL('K'), edit_kill_to_end},
    {KEY_CONTROL('N'), edit_newer},
    {KEY_CONTROL('P'), edit_older},
    {KEY_CONTROL('T'), edit_transpose},
    {KEY_CONTROL('U'), edit_kill_to_start},
    {KEY_CONTROL('W'), edit_kill_word},
    {KEY_CONTROL('Y'), edit_yank},
};

bool edit_press(struct edit *edit, enum key key, const char *bytes, size_t length)
{
    if (key == KEY_TEXT) {
        edit_insert(edit, bytes, length);
        return true;
    }
    if (key == KEY_ALT)
        return press_alt(edit, bytes[0]);
    if (key == KEY_CONTROL('D') && edit->length == 0)
        return false;
    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++) {
        if (presses[i].key == (int)key) {
            presses[i].press(edit);
            return true;
        }
    }
    return false;
}
