/* Terminal and pipe. Runs in the peer's main process; the only file here that touches stdin and stdout. */
#include "lan/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/harmless.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/port.h"
#include "base/text.h"
#include "tty/edit.h"
#include "tty/keys.h"
#include "base/width.h"

#define ROOM_LEAST 8 /* columns for what is typed, or the prompt is shortened */

static struct {
    bool terminal, gone, hidden, input, ended;
    int error; /* errno of what could not be shown; 0: all was, or nobody reads it any more */
    int end;   /* readable when we are to end: then an unread terminal is no longer waited for */
    struct termios before;
    char prompt[128];
    struct edit open, secret; /* the line being typed: at a prompt that shows it, at one that does not */
    struct keys keys;
    struct lines lines; /* without a terminal */
} screen;

static void put(const char *bytes, size_t length)
{
    ssize_t wrote = fd_write_heeding(STDOUT_FILENO, bytes, length, screen.end, -1);
    if (wrote < 0 && !screen.gone && errno != EPIPE && !screen.terminal)
        screen.error = errno;
    if (wrote != (ssize_t)length)
        screen.gone = true;
}

/* What is pasted comes between marks, so that its lines are not taken for lines that were entered. */
static const char bracketed[] = "\033[?2004h";

static void restore(void)
{
    if (!screen.terminal)
        return;
    put(SCREEN_RESET, strlen(SCREEN_RESET));
    tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
}

/* Its modes: bytes as they are typed, none shown. Signals keep their keys. */
static int take(void)
{
    struct termios raw = screen.before;
    raw.c_iflag &= ~(tcflag_t)ICRNL;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    put(bracketed, strlen(bracketed));
    return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void show_log(const char *line, size_t length)
{
    screen_show("%.*s", (int)length - 1, line);
}

bool screen_is_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void screen_open(bool input, int end)
{
    screen.input = input;
    screen.end = end;
    edit_init(&screen.open);
    edit_init(&screen.secret);
    if (lines_init(&screen.lines, SCREEN_LINE_MAX) || keys_init(&screen.keys))
        fatal(71, "no memory");
    if (!input || !screen_is_terminal() || tcgetattr(STDIN_FILENO, &screen.before) || take())
        return;
    screen.terminal = true;
    if (isatty(STDERR_FILENO))
        log_show_by(show_log);
    atexit(restore);
}

static void wipe(void)
{
    if (screen.terminal)
        put("\r\033[K", 4);
}

void screen_pause(void)
{
    wipe();
    restore();
}

void screen_lose(void)
{
    log_show_by(NULL);
    screen.terminal = false;
    screen.gone = true;
}

void screen_close(void)
{
    screen_pause();
    log_show_by(NULL);
    screen.terminal = false;
    lines_free(&screen.lines);
    keys_free(&screen.keys);
    edit_free(&screen.open);
    edit_free(&screen.secret);
}

bool screen_is_gone(void)
{
    return screen.gone;
}

int screen_error(void)
{
    return screen.error;
}

static int width(void)
{
    int rows, columns;
    if (port_terminal_size(STDOUT_FILENO, &rows, &columns))
        return 80;
    return columns < 2 ? 2 : columns;
}

static struct edit *typing(void)
{
    return screen.hidden ? &screen.secret : &screen.open;
}

/* The end of as much of a text as takes that many columns. */
static size_t fitting(const char *text, size_t length, int columns)
{
    size_t at = 0;
    int wide;
    while (at < length) {
        size_t next = at + width_next(text + at, length - at, &wide);
        if ((columns -= wide) < 0)
            break;
        at = next;
    }
    return at;
}

/* The prompt and as much of what is typed as fits in one row, with the cursor in it. */
static void draw(void)
{
    char row[EDIT_SIZE * 2];
    struct text text;
    if (!screen.terminal)
        return;
    const struct edit *edit = typing();
    /* A row that is too short for the prompt has its last character, or none. */
    const char *shown = screen.prompt;
    int prompt = width_of_text(shown, strlen(shown)), room = width() - 1 - prompt, wide;
    if (room < ROOM_LEAST) {
        shown = width() > ROOM_LEAST ? ">" : "";
        prompt = (int)strlen(shown);
        room = width() - 1 - prompt;
    }
    size_t from = 0;
    while (from < edit->cursor && width_of_text(edit->text + from, edit->cursor - from) > room)
        from += width_next(edit->text + from, edit->cursor - from, &wide);
    text_init(&text, row, sizeof row);
    text_add(&text, "\r\033[K");
    text_add(&text, shown);
    if (!screen.hidden) {
        text_add_bytes(&text, edit->text + from, fitting(edit->text + from, edit->length - from, room));
        if (edit->cursor < edit->length)
            text_addf(&text, "\r\033[%dC", prompt + width_of_text(edit->text + from, edit->cursor - from));
    }
    put(row, text.length);
}

void screen_resume(void)
{
    if (screen.terminal)
        take();
    draw();
}

void screen_show(const char *format, ...)
{
    char given[SCREEN_LINE_MAX], row[SCREEN_LINE_MAX + 64];
    struct text text;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(given, sizeof given, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if (length >= (int)sizeof given)
        length = (int)text_boundary(given, sizeof given - 1, sizeof given - 1);
    text_init(&text, row, sizeof row - 1);
    if (screen.terminal)
        text_add(&text, "\r\033[K");
    harmless_add(&text, given, (size_t)length);
    row[text.length++] = '\n';
    put(row, text.length);
    draw();
}

void screen_prompt(const char *prompt, bool hidden)
{
    text_copy(screen.prompt, sizeof screen.prompt, prompt);
    screen.hidden = hidden;
    draw();
}

static void enter(const struct screen_user *user)
{
    char text[EDIT_SIZE];
    struct edit *edit = typing();
    if (!screen.hidden) {
        edit_end(edit);
        draw();
    }
    put("\n", 1);
    edit_take(edit, text);
    if (screen.hidden) {
        edit_free(edit); /* nobody finds it again */
        edit_init(edit);
    }
    user->line(user->context, text);
}

void screen_forget(void)
{
    edit_forget(&screen.open);
}

/* One line, whatever was pasted: it is said when it is entered. */
static void paste(const char *bytes, size_t length)
{
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    bool all = true;
    while (length > 0) {
        size_t line = 0;
        while (line < length && bytes[line] != '\n' && bytes[line] != '\r')
            line++;
        all = edit_insert(typing(), bytes, line) && all;
        if (line < length) {
            all = edit_insert(typing(), " ", 1) && all;
            line++;
        }
        bytes += line;
        length -= line;
    }
    if (!all)
        log_error("that paste was too long: at most %d bytes in a line", EDIT_SIZE - 1);
}

static void take_key(void *context, enum key key, const char *bytes, size_t length)
{
    const struct screen_user *user = context;
    if (key == KEY_ENTER)
        enter(user);
    else if (key == KEY_PASTE)
        paste(bytes, length);
    else if (key == KEY_PASTE_TOO_LONG)
        log_error("that paste was too long: at most %d bytes in a line", EDIT_SIZE - 1);
    else if (key == KEY_TAB && !screen.hidden)
        user->complete(user->context, typing());
    else if (!edit_press(typing(), key, bytes, length) && key == KEY_CONTROL('D'))
        screen.ended = true;
}

static bool take_lines(const struct screen_user *user, const char *bytes, size_t length)
{
    char *text;
    size_t text_length;
    for (;;) {
        enum lines_result result = lines_take(&screen.lines, &bytes, &length, &text, &text_length);
        if (result == LINES_NONE)
            return true;
        if (result == LINES_LINE)
            user->line(user->context, text);
        else
            log_error("that line was too long: at most %d bytes", SCREEN_LINE_MAX);
    }
}

int screen_wait(int64_t now)
{
    return screen.terminal ? keys_wait(&screen.keys, now) : -1;
}

void screen_timeout(struct screen_user *user, int64_t now)
{
    if (!screen.terminal || keys_wait(&screen.keys, now) != 0)
        return;
    keys_timeout(&screen.keys, now, take_key, user);
    draw();
}

bool screen_read(struct screen_user *user)
{
    char bytes[4096];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    if (!screen.terminal) {
        char *text;
        size_t length;
        if (got > 0)
            return take_lines(user, bytes, (size_t)got);
        if (lines_finish(&screen.lines, &text, &length) == LINES_LINE)
            user->line(user->context, text);
        return false;
    }
    keys_feed(&screen.keys, bytes, (size_t)got, take_key, user);
    draw();
    return got > 0 && !screen.ended;
}
