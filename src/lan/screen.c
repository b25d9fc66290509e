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
#include "base/lines.h"
#include "base/log.h"
#include "base/port.h"
#include "base/text.h"

static struct {
    bool terminal, gone, hidden, input;
    int end; /* readable when we are to end: then nobody who does not read is waited for */
    struct termios before;
    char prompt[128];
    char typed[4096]; /* on a terminal: the line so far */
    size_t length;
    int escape; /* bytes of an escape sequence being skipped */
    struct lines lines;
} screen;

static void put(const char *bytes, size_t length)
{
    if (fd_write_heeding(STDOUT_FILENO, bytes, length, screen.end, -1) != (ssize_t)length)
        screen.gone = true;
}

static void restore(void)
{
    if (screen.terminal)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
}

void screen_open(bool input, int end)
{
    screen.input = input;
    screen.end = end;
    if (lines_init(&screen.lines, SCREEN_LINE_MAX))
        fatal(71, "no memory");
    if (!input || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &screen.before))
        return;
    struct termios raw = screen.before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    /* Stopped in the middle of a line we would leave the shell a terminal without echo. */
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw))
        return;
    screen.terminal = true;
    atexit(restore);
}

static void wipe(void)
{
    if (screen.terminal)
        put("\r\033[K", 4);
}

void screen_close(void)
{
    wipe();
    restore();
    screen.terminal = false;
    lines_free(&screen.lines);
}

bool screen_is_gone(void)
{
    return screen.gone;
}

/* Never less than the prompt and a little takes. */
static size_t width(void)
{
    int rows, columns;
    if (port_terminal_size(STDOUT_FILENO, &rows, &columns))
        return 80;
    return columns < 24 ? 24 : (size_t)columns;
}

/* The columns that a text takes at most: what has three bytes and more in UTF-8 may be wide. */
static size_t columns_of(const char *bytes, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += (((unsigned char)bytes[i] & 0xc0) != 0x80) + ((unsigned char)bytes[i] >= 0xe0);
    return count;
}

/* The prompt and the end of what is typed, as much as fits in one row. */
static void draw(void)
{
    char row[8192];
    struct text text;
    if (!screen.terminal)
        return;
    size_t prompt = columns_of(screen.prompt, strlen(screen.prompt)), room = width() - 1, from = 0;
    while (prompt + columns_of(screen.typed + from, screen.length - from) > room && from < screen.length)
        from++;
    while (from < screen.length && ((unsigned char)screen.typed[from] & 0xc0) == 0x80)
        from++;
    text_init(&text, row, sizeof row);
    text_add(&text, "\r\033[K");
    text_add(&text, screen.prompt);
    if (!screen.hidden)
        text_add_harmless(&text, screen.typed + from, screen.length - from);
    put(row, text.length);
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
    text_add_harmless(&text, given, (size_t)length);
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

static void drop_character(void)
{
    while (screen.length > 0 && ((unsigned char)screen.typed[--screen.length] & 0xc0) == 0x80)
        ;
}

static void drop_word(void)
{
    while (screen.length > 0 && screen.typed[screen.length - 1] == ' ')
        screen.length--;
    while (screen.length > 0 && screen.typed[screen.length - 1] != ' ')
        screen.length--;
}

/* One byte typed. Returns false when it means the end. */
static bool take_key(unsigned char key, void (*line)(void *context, char *text), void *context)
{
    if (screen.escape) {
        /* ESC [ … letter, or ESC letter: arrows and the like mean nothing here. */
        screen.escape = (screen.escape == 1 && (key == '[' || key == 'O')) || (key >= '0' && key <= '?') ? 2 : 0;
        return true;
    }
    if (key == '\r' || key == '\n') {
        char text[sizeof screen.typed];
        memcpy(text, screen.typed, screen.length);
        text[screen.length] = '\0';
        if (!screen.hidden)
            draw();
        put("\n", 1);
        screen.length = 0;
        line(context, text);
    } else if (key == 4) {
        return screen.length > 0;
    } else if (key == 033) {
        screen.escape = 1;
    } else if (key == 0x7f || key == '\b') {
        drop_character();
    } else if (key == 025) {
        screen.length = 0;
    } else if (key == 027) {
        drop_word();
    } else if (key >= ' ' && screen.length + 1 < sizeof screen.typed) {
        screen.typed[screen.length++] = (char)key;
    }
    return true;
}

static bool take_lines(const char *bytes, size_t length, void (*line)(void *context, char *text), void *context)
{
    char *text;
    size_t text_length;
    for (;;) {
        enum lines_result result = lines_take(&screen.lines, &bytes, &length, &text, &text_length);
        if (result == LINES_NONE)
            return true;
        if (result == LINES_LINE)
            line(context, text);
        else
            log_error("that line was too long: at most %d bytes", SCREEN_LINE_MAX);
    }
}

bool screen_read(void (*line)(void *context, char *text), void *context)
{
    char bytes[4096];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    if (!screen.terminal) {
        char *text;
        size_t length;
        if (got > 0)
            return take_lines(bytes, (size_t)got, line, context);
        if (lines_finish(&screen.lines, &text, &length) == LINES_LINE)
            line(context, text);
        return false;
    }
    for (ssize_t i = 0; i < got; i++)
        if (!take_key((unsigned char)bytes[i], line, context))
            return false;
    draw();
    return got > 0;
}
