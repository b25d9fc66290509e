/* Windows. Everything that enters a window is made harmless here, so that nothing behind it has to think of
 * what a stranger may have sent. */
#include "window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/harmless.h"
#include "base/text.h"

static struct window *window_new(const char *name, enum window_kind kind)
{
    struct window *window = calloc(1, sizeof *window);
    if (!window)
        return NULL;
    window->lines = calloc(WINDOW_LINES, sizeof *window->lines);
    if (!window->lines) {
        free(window);
        return NULL;
    }
    window->kind = kind;
    text_copy(window->name, sizeof window->name, name);
    return window;
}

static void free_line(struct line *line)
{
    free(line->nick);
    free(line->text);
}

void window_clear(struct window *window)
{
    for (size_t i = 0; i < window->count; i++)
        free_line(&window->lines[(window->first + i) % WINDOW_LINES]);
    window->first = window->count = 0;
    window->mark = window->total;
    window->anchored = window->lit = window->seek = false;
}

void window_forget_members(struct window *window)
{
    for (size_t i = 0; i < window->member_count; i++)
        free(window->members[i].nick);
    window->member_count = 0;
}

static void window_free(struct window *window)
{
    window_clear(window);
    window_forget_members(window);
    free(window->members);
    free(window->lines);
    free(window);
}

int windows_init(struct windows *windows, const char *name)
{
    *windows = (struct windows){0};
    windows->list[0] = window_new(name, WINDOW_SERVER);
    windows->count = windows->list[0] ? 1 : 0;
    return windows->count ? 0 : -1;
}

void windows_free(struct windows *windows)
{
    for (int i = 0; i < windows->count; i++)
        window_free(windows->list[i]);
    windows->count = 0;
}

struct window *windows_find(const struct windows *windows, const char *name)
{
    for (int i = 1; i < windows->count; i++)
        if (text_compare_names(windows->list[i]->name, name) == 0)
            return windows->list[i];
    return NULL;
}

struct window *windows_open(struct windows *windows, const char *name, enum window_kind kind)
{
    struct window *window = windows_find(windows, name);
    if (window || windows->count == WINDOW_MAX || strlen(name) >= WINDOW_NAME_SIZE || !*name)
        return window ? window : windows->list[0];
    window = window_new(name, kind);
    if (!window)
        return windows->list[0];
    windows->list[windows->count++] = window;
    return window;
}

int windows_number(const struct windows *windows, const struct window *window)
{
    for (int i = 0; i < windows->count; i++)
        if (windows->list[i] == window)
            return i;
    return 0;
}

void windows_close(struct windows *windows, struct window *window)
{
    int number = windows_number(windows, window);
    if (number == 0)
        return;
    if (windows->current == number)
        windows_show(windows, number - 1);
    memmove(&windows->list[number], &windows->list[number + 1],
            (size_t)(windows->count - number - 1) * sizeof windows->list[0]);
    windows->count--;
    if (windows->current > number)
        windows->current--;
    window_free(window);
}

bool windows_show(struct windows *windows, int number)
{
    if (number < 0 || number >= windows->count)
        return false;
    if (number != windows->current) {
        struct window *old = windows_current(windows);
        old->mark = old->total;
    }
    windows->current = number;
    struct window *new = windows_current(windows);
    new->unread = 0;
    new->called = false;
    return true;
}

struct window *windows_current(const struct windows *windows)
{
    return windows->list[windows->current];
}

/* A harmless copy. Control characters grow to two bytes, ill-formed ones to three. */
static char *harmless(const char *from)
{
    size_t length = from ? strlen(from) : 0;
    char *copy = malloc(length * 3 + 1);
    if (!copy)
        return NULL;
    struct text text;
    text_init(&text, copy, length * 3 + 1);
    if (length > 0)
        harmless_add_readable(&text, from, length);
    return copy;
}

/* Where a nick is, or where it would have to go. */
static size_t find(const struct window *window, const char *nick, bool *there)
{
    size_t low = 0, high = window->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare_names(window->members[middle].nick, nick);
        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = false;
    return low;
}

const struct line *window_add(struct window *window, const struct line *line, bool shown)
{
    struct line copy = *line;
    copy.nick = harmless(line->nick);
    copy.text = harmless(line->text);
    if (!copy.nick || !copy.text) {
        free_line(&copy);
        return NULL;
    }
    struct line *slot = &window->lines[(window->first + window->count) % WINDOW_LINES];
    if (window->count == WINDOW_LINES) {
        free_line(slot);
        window->first = (window->first + 1) % WINDOW_LINES;
    } else {
        window->count++;
    }
    *slot = copy;
    if (shown && window->mark == window->total && !window->anchored)
        window->mark++;
    window->total++;
    bool said = copy.kind <= LINE_PRIVATE && !copy.own, there;
    size_t speaker = find(window, copy.nick, &there);
    if (said && there)
        window->members[speaker].spoke = window->total;
    if (!shown && said)
        window->unread++;
    if (!shown && (copy.highlight || (said && window->kind == WINDOW_QUERY)))
        window->called = true;
    return slot;
}

const struct line *window_line(const struct window *window, uint64_t number)
{
    uint64_t oldest = window->total - window->count;
    if (number < oldest || number >= window->total)
        return NULL;
    return &window->lines[(window->first + (size_t)(number - oldest)) % WINDOW_LINES];
}

bool window_has(const struct window *window, const char *nick)
{
    bool there;
    find(window, nick, &there);
    return there;
}

void window_join(struct window *window, const char *nick)
{
    bool there;
    size_t at = find(window, nick, &there);
    if (there)
        window->members[at].doubted = false;
    if (there || !*nick || window->member_count >= WINDOW_MAX_MEMBERS)
        return;
    if (window->member_count == window->member_size) {
        size_t size = window->member_size ? window->member_size * 2 : 16;
        struct member *more = realloc(window->members, size * sizeof *more);
        if (!more)
            return;
        window->members = more;
        window->member_size = size;
    }
    char *copy = strdup(nick);
    if (!copy)
        return;
    memmove(&window->members[at + 1], &window->members[at], (window->member_count - at) * sizeof *window->members);
    window->members[at] = (struct member){.nick = copy};
    window->member_count++;
}

bool window_part(struct window *window, const char *nick)
{
    bool there;
    size_t at = find(window, nick, &there);
    if (!there)
        return false;
    free(window->members[at].nick);
    window->member_count--;
    memmove(&window->members[at], &window->members[at + 1], (window->member_count - at) * sizeof *window->members);
    return true;
}

bool window_rename(struct window *window, const char *nick, const char *new)
{
    bool there;
    size_t at = find(window, nick, &there);
    if (!there)
        return false;
    struct member old = window->members[at]; /* but for the nick, which is freed */
    window_part(window, nick);
    window_join(window, new);
    at = find(window, new, &there);
    if (there) {
        window->members[at].spoke = old.spoke;
        text_copy(window->members[at].ranks, sizeof old.ranks, old.ranks);
    }
    return true;
}

void window_set_ranks(struct window *window, const char *nick, const char *ranks)
{
    bool there;
    size_t at = find(window, nick, &there);
    if (there)
        text_copy(window->members[at].ranks, sizeof window->members[at].ranks, ranks);
}

void window_give_rank(struct window *window, const char *nick, char rank, bool given)
{
    bool there;
    size_t at = find(window, nick, &there), used;
    if (!there)
        return;
    char *ranks = window->members[at].ranks, *has = strchr(ranks, rank);
    used = strlen(ranks);
    if (given && !has && used + 1 < sizeof window->members[at].ranks)
        memcpy(ranks + used, (char[2]){rank, '\0'}, 2);
    else if (!given && has)
        memmove(has, has + 1, strlen(has));
}

void window_doubt_members(struct window *window)
{
    for (size_t i = 0; i < window->member_count; i++)
        window->members[i].doubted = true;
}

void window_drop_doubted(struct window *window)
{
    size_t kept = 0;
    for (size_t i = 0; i < window->member_count; i++) {
        if (window->members[i].doubted)
            free(window->members[i].nick);
        else
            window->members[kept++] = window->members[i];
    }
    window->member_count = kept;
}
