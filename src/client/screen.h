/* The terminal: its modes, and frames on it. */
#ifndef FORKCHAT_CLIENT_SCREEN_H
#define FORKCHAT_CLIENT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "frame.h"

/* What undoes everything a screen switches on, for screen_stop and for the guardian. */
#define SCREEN_RESET "\033[?2004l\033[r\033[0m\033[?25h\033[?1049l"

/* Belongs to its user; screen.c alone changes it, dumb may be read. */
struct screen {
    bool on;
    bool dumb;   /* a terminal that can do nothing: TERM is dumb, or not set */
    bool colour; /* NO_COLOR is not set, and the terminal is no VT */
    struct termios before, ours;
    char *row[FRAME_MAX_ROWS]; /* what is on the terminal */
    int rows, columns;
    size_t dumb_columns; /* dumb: how much of the last line is written */
};

/* Looks at the environment and keeps the terminal's modes. Returns 0, or -1 and errno. */
int screen_init(struct screen *screen);
void screen_free(struct screen *screen);

/* Takes the terminal: bytes as they are typed, no echo, the alternate screen. Returns 0, or -1 and errno. */
int screen_start(struct screen *screen);

/* Gives it back as it was. Does nothing if it was not taken; leaves modes alone that others have set since. */
void screen_stop(struct screen *screen);

/* Somebody else has given it back: touches it no more. */
void screen_lost(struct screen *screen);

/* The size as the terminal has it now; 24 by 80 if it does not say. */
void screen_size(int *rows, int *columns);

/* Writes what has changed since the last frame. */
void screen_show(struct screen *screen, const struct frame *frame);

/* The next screen_show writes everything: somebody else may have written to the terminal. */
void screen_forget(struct screen *screen);

/* Dumb: writes a line of text above the line being typed, or that line. */
void screen_dumb_line(struct screen *screen, const char *text);
void screen_dumb_input(struct screen *screen, const char *text, size_t columns);

void screen_bell(void);

#endif
