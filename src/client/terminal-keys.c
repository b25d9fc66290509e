/* What each key does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "lastlog.h"
#include "terminal.h"
#include "view.h"

static void show_window(struct terminal *terminal, int number)
{
    windows_show(&terminal->session->windows, number);
}

static void step_window(struct terminal *terminal, int by)
{
    struct windows *windows = &terminal->session->windows;
    show_window(terminal, (windows->current + by + windows->count) % windows->count);
}

/* Alt-A: the next window where something waits, those that call first. */
static void next_unread(struct terminal *terminal)
{
    struct windows *windows = &terminal->session->windows;
    int unread = -1;
    for (int i = 0; i < windows->count; i++) {
        if (windows->list[i]->called) {
            show_window(terminal, i);
            return;
        }
        if (unread < 0 && windows->list[i]->unread > 0)
            unread = i;
    }
    if (unread >= 0)
        show_window(terminal, unread);
}

static void scroll(struct terminal *terminal, int direction)
{
    int rows = frame_view_rows(&terminal->frame);
    view_scroll(windows_current(&terminal->session->windows), &terminal->layout, rows,
                frame_view_columns(&terminal->frame, terminal->session), direction * (rows > 2 ? rows - 1 : 1));
}

const char *terminal_prompt(const struct terminal *terminal, char *words, size_t size)
{
    if (!terminal->search.on)
        return NULL;
    search_prompt(&terminal->search, words, size);
    return words;
}

static void press_alt(struct terminal *terminal, char letter)
{
    if (letter >= '1' && letter <= '9')
        show_window(terminal, letter - '1');
    else if (letter == '0')
        show_window(terminal, 9);
    else if (letter == 'a')
        next_unread(terminal);
    else if (letter == 'n')
        terminal->session->no_list = !terminal->session->no_list;
    else if (letter == 'r' || letter == 's')
        lastlog_step(terminal->session, letter == 'r' ? -1 : 1);
    else if (letter == '<')
        view_scroll(windows_current(&terminal->session->windows), &terminal->layout, frame_view_rows(&terminal->frame),
                    frame_view_columns(&terminal->frame, terminal->session), -1000000);
    else if (letter == '>')
        view_end(windows_current(&terminal->session->windows));
}

static void enter(struct terminal *terminal)
{
    char line[EDIT_SIZE];
    edit_take(&terminal->edit, line);
    view_end(windows_current(&terminal->session->windows));
    windows_current(&terminal->session->windows)->lit = false;
    input_take_line(terminal->session, line, terminal->session->options->literal);
}

/* --- pastes --- */

static int count_lines(const char *text)
{
    int count = 0;
    while (*text) {
        size_t length = strcspn(text, "\r\n");
        count += length > 0;
        text += length + strspn(text + length, "\r\n");
    }
    return count;
}

/* One line goes into the line being typed; several are asked about, because each would be said, and so is one that has
 * no room there. */
static void paste(struct terminal *terminal, const char *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        return;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    for (char *nul; (nul = memchr(copy, '\0', length)); *nul = ' ')
        ;
    int lines = count_lines(copy);
    size_t line = strcspn(copy, "\r\n");
    if (lines <= 1 && terminal->edit.length + line < EDIT_SIZE) {
        copy[line] = '\0';
        edit_insert(&terminal->edit, copy, strlen(copy));
        free(copy);
        return;
    }
    free(terminal->paste);
    terminal->paste = copy;
    terminal->paste_lines = lines;
    if (lines <= 1)
        snprintf(terminal->question, sizeof terminal->question, "Say this pasted line of %zu bytes? (y/n) ", length);
    else
        snprintf(terminal->question, sizeof terminal->question, "Say these %d pasted lines? (y/n) ", lines);
}

static void say_paste(struct terminal *terminal)
{
    char *line = terminal->paste;
    while (*line) {
        size_t length = strcspn(line, "\r\n");
        char *next = line + length + strspn(line + length, "\r\n");
        line[length] = '\0';
        if (length > 0)
            input_take_line(terminal->session, line, true);
        line = next;
    }
}

/* --- questions --- */

const char *terminal_question(const struct terminal *terminal)
{
    return terminal->paste || terminal->leaving ? terminal->question : NULL;
}

/* A user with a half typed line may have meant to give up that, or to copy something. */
static void leave(struct terminal *terminal)
{
    if (terminal->edit.length == 0 || terminal->session->state == SESSION_LEAVING) {
        session_leave(terminal->session, "");
        return;
    }
    terminal->leaving = true;
    snprintf(terminal->question, sizeof terminal->question, "Leave, and lose the line you are typing? (y/n) ");
}

static void answer(struct terminal *terminal, enum key key, const char *bytes)
{
    bool yes = key == KEY_TEXT && (*bytes == 'y' || *bytes == 'Y');
    bool no = (key == KEY_TEXT && (*bytes == 'n' || *bytes == 'N')) || key == KEY_ALT || key == KEY_UNKNOWN;
    if (key == KEY_CONTROL('C')) { /* leave after all; no paste after all */
        yes = terminal->leaving;
        no = !yes;
    }
    if (!yes && !no)
        return;
    if (terminal->leaving) {
        terminal->leaving = false;
        if (yes)
            session_leave(terminal->session, "");
        return;
    }
    if (yes)
        say_paste(terminal);
    else
        session_tell(terminal->session, "the %d pasted line%s not said", terminal->paste_lines,
                     terminal->paste_lines == 1 ? " was" : "s were");
    free(terminal->paste);
    terminal->paste = NULL;
}

/* --- */

/* The keys that are not the line's own, and those that mean something else here. */
static bool press_here(struct terminal *terminal, enum key key, const char *bytes, size_t length)
{
    switch ((int)key) {
    case KEY_ENTER:
        enter(terminal);
        return true;
    case KEY_PAGE_UP:
        scroll(terminal, -1);
        return true;
    case KEY_PAGE_DOWN:
        scroll(terminal, 1);
        return true;
    case KEY_PASTE:
        paste(terminal, bytes, length);
        return true;
    case KEY_PASTE_TOO_LONG:
        session_complain(terminal->session, "that paste is over %d bytes: pipe it, as in forkchat … < FILE",
                         KEYS_PASTE_LIMIT);
        return true;
    case KEY_CONTROL('C'):
        leave(terminal);
        return true;
    case KEY_CONTROL('L'):
        screen_forget(&terminal->screen);
        return true;
    case KEY_CONTROL('N'):
        step_window(terminal, 1);
        return true;
    case KEY_CONTROL('P'):
        step_window(terminal, -1);
        return true;
    case KEY_CONTROL('R'):
        search_begin(&terminal->search, &terminal->edit);
        return true;
    case KEY_CONTROL('Z'):
        terminal_stop(terminal);
        return true;
    default:
        return false;
    }
}

void terminal_key(void *context, enum key key, const char *bytes, size_t length)
{
    struct terminal *terminal = context;
    terminal->changed = true;
    if (terminal->session->state == SESSION_ENDED)
        return;
    if (terminal_question(terminal)) {
        answer(terminal, key, bytes);
        return;
    }
    if (terminal->search.on && search_press(&terminal->search, &terminal->edit, key, bytes, length))
        return;
    if (key == KEY_TAB || key == KEY_BACK_TAB) {
        complete_next(&terminal->complete, terminal->session, &terminal->edit, key == KEY_BACK_TAB);
        return;
    }
    complete_stop(&terminal->complete);
    if (key == KEY_TEXT && terminal->edit.length + length >= EDIT_SIZE)
        terminal->session->bell = true; /* the line is full */
    if (press_here(terminal, key, bytes, length) || edit_press(&terminal->edit, key, bytes, length))
        return;
    if (key == KEY_CONTROL('D'))
        session_leave(terminal->session, "");
    else if (key == KEY_ALT)
        press_alt(terminal, bytes[0]);
}
