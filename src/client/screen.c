/* The terminal. Full screens get CUP, EL, ED, SGR and three private modes (alternate screen, bracketed paste,
 * cursor), which terminals that do not know them ignore; dumb ones get text, CR and blanks. Writing blocks: a
 * terminal that stops taking bytes stops us. */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/port.h"
#include "base/text.h"

static void put(const char *bytes, size_t length)
{
    /* A terminal that is gone tells us by SIGHUP; there is nothing to do here. */
    if (fd_write_all(STDOUT_FILENO, bytes, length))
        return;
}

int screen_init(struct screen *screen)
{
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    *screen = (struct screen){.dumb = !term || !*term || strcmp(term, "dumb") == 0};
    screen->colour =
        !screen->dumb && !(no_colour && *no_colour) && strncmp(term, "vt1", 3) != 0 && strncmp(term, "vt2", 3) != 0;
    return tcgetattr(STDIN_FILENO, &screen->before);
}

void screen_free(struct screen *screen)
{
    for (int i = 0; i < FRAME_MAX_ROWS; i++) {
        free(screen->row[i]);
        screen->row[i] = NULL;
    }
}

void screen_forget(struct screen *screen)
{
    screen_free(screen);
    screen->rows = 0;
}

int screen_start(struct screen *screen)
{
    struct termios raw = screen->before;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT | PARMRK);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) || tcgetattr(STDIN_FILENO, &screen->ours))
        return -1;
    static const char start[] = "\033[?1049h\033[?2004h\033[r\033[0m\033[2J";
    if (!screen->dumb)
        put(start, sizeof start - 1);
    screen_forget(screen);
    screen->on = true;
    return 0;
}

void screen_stop(struct screen *screen)
{
    if (!screen->on)
        return;
    if (screen->dumb) {
        put("\n", 1);
    } else {
        char last[64];
        struct text text;
        text_init(&text, last, sizeof last);
        text_addf(&text, "\033[%d;1H\n", screen->rows > 0 ? screen->rows : 1);
        text_add(&text, SCREEN_RESET);
        put(last, text.length);
    }
    /* Other modes than ours: a shell has taken the terminal back already, because our guardian was killed. */
    struct termios now;
    if (tcgetattr(STDIN_FILENO, &now) == 0 && now.c_lflag == screen->ours.c_lflag &&
        now.c_iflag == screen->ours.c_iflag && now.c_oflag == screen->ours.c_oflag)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->before);
    screen->on = false;
}

void screen_lost(struct screen *screen)
{
    screen->on = false;
}

void screen_size(int *rows, int *columns)
{
    *rows = 24;
    *columns = 80;
    port_terminal_size(STDOUT_FILENO, rows, columns);
}

void screen_show(struct screen *screen, const struct frame *frame)
{
    size_t size = (size_t)frame->rows * FRAME_ROW_BYTES;
    char *bytes = malloc(size);
    struct text text;
    if (!bytes)
        return;
    text_init(&text, bytes, size);
    if (screen->rows != frame->rows || screen->columns != frame->columns) {
        screen_forget(screen);
        screen->rows = frame->rows;
        screen->columns = frame->columns;
        text_add(&text, "\033[0m\033[2J");
    }
    for (int i = 0; i < frame->rows; i++) {
        if (screen->row[i] && strcmp(screen->row[i], frame->row[i]) == 0)
            continue;
        /* Erased first: behind a row that fills the screen, EL would take its last character. */
        text_addf(&text, "\033[%d;1H\033[0m\033[K%s", i + 1, frame->row[i]);
        free(screen->row[i]);
        screen->row[i] = strdup(frame->row[i]);
    }
    text_addf(&text, "\033[%d;%dH", frame->cursor_row + 1, frame->cursor_column + 1);
    put(text.start, text.length);
    free(bytes);
}

static void dumb_erase(struct screen *screen)
{
    char blanks[FRAME_MAX_COLUMNS + 2];
    size_t columns = screen->dumb_columns < FRAME_MAX_COLUMNS ? screen->dumb_columns : FRAME_MAX_COLUMNS;
    memset(blanks, ' ', columns);
    put("\r", 1);
    put(blanks, columns);
    put("\r", 1);
    screen->dumb_columns = 0;
}

void screen_dumb_line(struct screen *screen, const char *text)
{
    dumb_erase(screen);
    put(text, strlen(text));
    put("\n", 1);
}

void screen_dumb_input(struct screen *screen, const char *text, size_t columns)
{
    dumb_erase(screen);
    put(text, strlen(text));
    screen->dumb_columns = columns;
}

void screen_bell(void)
{
    put("\a", 1);
}
