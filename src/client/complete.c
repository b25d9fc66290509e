/* Completion: of commands if the word starts the line with a slash, else of the members of the window, then of the
 * windows. */
#include "complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/width.h"
#include "commands.h"

static bool starts_with(const char *name, const char *stem)
{
    for (; *stem; name++, stem++)
        if (text_fold((unsigned char)*name) != text_fold((unsigned char)*stem))
            return false;
    return true;
}

/* Could come from a server that means ill. */
static bool is_harmless(const char *name)
{
    size_t length = strlen(name), used;
    for (size_t at = 0; at < length; at += used) {
        int32_t point = text_decode(name + at, length - at, &used);
        if (point < 0 || width_is_trouble(point))
            return false;
    }
    return true;
}

static bool is_command(const struct complete *complete)
{
    return complete->start == 0 && complete->stem[0] == '/';
}

/* What may be meant: members before windows, and of each kind the heavier first. */
struct candidate {
    const char *name;
    bool is_window;
    uint64_t weight;
};

static int compare(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->is_window != other->is_window)
        return one->is_window ? 1 : -1;
    if (one->weight != other->weight)
        return one->weight > other->weight ? -1 : 1;
    return text_compare_names(one->name, other->name);
}

static size_t add_if_fits(struct candidate *list, size_t count, const char *stem, struct candidate candidate)
{
    if (!starts_with(candidate.name, stem) || !is_harmless(candidate.name))
        return count;
    list[count] = candidate;
    return count + 1;
}

/* Commands in the order of the table, members in the order in which they spoke last, windows in theirs. */
static size_t find(const struct complete *complete, const struct session *session, struct candidate *list)
{
    const struct window *window = windows_current(&session->windows);
    const char *stem = complete->stem, *name;
    size_t count = 0;
    if (is_command(complete)) {
        for (int i = 0; (name = commands_name(session, i)); i++)
            count = add_if_fits(list, count, stem + 1, (struct candidate){name, false, (uint64_t)(1000 - i)});
        return count;
    }
    for (size_t i = 0; i < window->member_count; i++)
        count = add_if_fits(list, count, stem,
                            (struct candidate){window->members[i].nick, false, window->members[i].spoke});
    for (int i = 1; i < session->windows.count; i++)
        count = add_if_fits(list, count, stem,
                            (struct candidate){session->windows.list[i]->name, true, (uint64_t)(1000 - i)});
    return count;
}

/* The chosen-th that fits, counting from 0, round and round; NULL if none does. */
static const char *pick(struct complete *complete, const struct session *session)
{
    size_t room = 0;
    while (commands_name(session, (int)room))
        room++;
    room += windows_current(&session->windows)->member_count + (size_t)session->windows.count;
    struct candidate *list = malloc(room * sizeof *list);
    int count = list ? (int)find(complete, session, list) : 0;
    const char *name = NULL;
    if (count > 0) {
        qsort(list, (size_t)count, sizeof *list, compare);
        complete->chosen = (complete->chosen % count + count) % count;
        name = list[complete->chosen].name;
    }
    free(list);
    return name;
}

static bool begin(struct complete *complete, const struct edit *edit)
{
    size_t start = edit->cursor;
    while (start > 0 && edit->text[start - 1] != ' ')
        start--;
    size_t length = edit->cursor - start;
    if (length == 0 || length >= sizeof complete->stem)
        return false;
    memcpy(complete->stem, edit->text + start, length);
    complete->stem[length] = '\0';
    complete->start = start;
    complete->end = edit->cursor;
    complete->chosen = 0;
    return true;
}

bool complete_next(struct complete *complete, const struct session *session, struct edit *edit, bool back)
{
    char with[WINDOW_NAME_SIZE + 4];
    if (complete->active)
        complete->chosen += back ? -1 : 1;
    else if (!begin(complete, edit))
        return false;
    const char *name = pick(complete, session);
    if (!name)
        return false;
    /* A nick at the start of a line names the person spoken to. */
    bool command = is_command(complete), called = complete->start == 0 && !command && *name != '#' && *name != '&';
    snprintf(with, sizeof with, "%s%s%s", command ? "/" : "", name, called ? ": " : " ");
    if (!edit_replace(edit, complete->start, complete->end, with))
        return false;
    complete->end = edit->cursor;
    complete->active = true;
    return true;
}

void complete_stop(struct complete *complete)
{
    complete->active = false;
}
