/* The search in the history of the line being typed. */
#include "search.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void search_begin(struct search *search, const struct edit *edit)
{
    search->on = true;
    search->failed = false;
    search->stem[0] = '\0';
    search->at = edit->history_count;
    memcpy(search->before, edit->text, edit->length + 1);
}

/* Shows the next line from number `from` on in that direction that holds the stem, and is another than the one shown if
 * it is to be a new one. */
static void find(struct search *search, struct edit *edit, int from, int step, bool new)
{
    for (int i = from; i >= 0 && i < edit->history_count; i += step) {
        const char *found = text_find(edit->history[i], search->stem);
        if (!found || (new &&strcmp(edit->history[i], edit->text) == 0))
            continue;
        edit_recall(edit, i, (size_t)(found - edit->history[i]));
        search->at = i;
        search->failed = false;
        return;
    }
    search->failed = true;
}

static void give_up(struct search *search, struct edit *edit)
{
    search->on = false;
    edit_recall(edit, edit->history_count, 0);
    edit_replace(edit, 0, edit->length, search->before);
}

static void rub_out(struct search *search, struct edit *edit)
{
    size_t length = strlen(search->stem);
    if (length > 0)
        search->stem[text_boundary(search->stem, length, length - 1)] = '\0';
    if (*search->stem)
        find(search, edit, edit->history_count - 1, -1, false);
    else
        search->failed = false;
}

bool search_press(struct search *search, struct edit *edit, enum key key, const char *bytes, size_t length)
{
    size_t used = strlen(search->stem);
    switch ((int)key) {
    case KEY_TEXT:
        if (used + length < sizeof search->stem) {
            memcpy(search->stem + used, bytes, length);
            search->stem[used + length] = '\0';
        }
        find(search, edit, search->at < edit->history_count ? search->at : edit->history_count - 1, -1, false);
        break;
    case KEY_RUB_OUT:
    case KEY_CONTROL('H'):
        rub_out(search, edit);
        break;
    case KEY_CONTROL('R'):
        if (!used)
            text_copy(search->stem, sizeof search->stem, search->last);
        if (*search->stem)
            find(search, edit, search->at - 1, -1, used > 0);
        break;
    case KEY_CONTROL('S'):
        if (used)
            find(search, edit, search->at + 1, 1, true);
        break;
    case KEY_CONTROL('C'):
    case KEY_CONTROL('G'):
        give_up(search, edit);
        break;
    default:
        search->on = false;
        break;
    }
    if (!search->on && *search->stem)
        text_copy(search->last, sizeof search->last, search->stem);
    return search->on || key == KEY_CONTROL('C') || key == KEY_CONTROL('G');
}

void search_prompt(const struct search *search, char *to, size_t size)
{
    snprintf(to, size, "(%sreverse-i-search)`%s': ", search->failed ? "failed " : "", search->stem);
}
