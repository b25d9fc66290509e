/* Completion. The candidates are numbered: commands if the word starts the line with a slash, else the members
 * of the window, then the windows. */
#include "complete.h"

#include <stdio.h>
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

/* Candidate number i of all there are, whether it fits or not; NULL behind the last. */
static const char *candidate(const struct complete *complete, const struct session *session, int i)
{
    static char command[64];
    const struct window *window = windows_current(&session->windows);
    if (complete->start == 0 && complete->stem[0] == '/') {
        const char *name = commands_name(session, i);
        if (!name)
            return NULL;
        snprintf(command, sizeof command, "/%s", name);
        return command;
    }
    int members = (int)window->member_count;
    if (i < members)
        return window->members[i];
    i = i - members + 1;
    return i < session->windows.count ? session->windows.list[i]->name : NULL;
}

/* The chosen-th that fits, counting from 0, round and round; NULL if none does. */
static const char *pick(struct complete *complete, const struct session *session)
{
    int count = 0;
    const char *name;
    for (int i = 0; (name = candidate(complete, session, i)); i++)
        count += starts_with(name, complete->stem) && is_harmless(name);
    if (count == 0)
        return NULL;
    complete->chosen = (complete->chosen % count + count) % count;
    for (int i = 0, fits = 0; (name = candidate(complete, session, i)); i++)
        if (starts_with(name, complete->stem) && is_harmless(name) && fits++ == complete->chosen)
            return name;
    return NULL;
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
    /* At the start of a line a nick is who is spoken to. */
    bool called = complete->start == 0 && *name != '/' && *name != '#' && *name != '&';
    snprintf(with, sizeof with, "%s%s", name, called ? ": " : " ");
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
