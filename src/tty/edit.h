/* The line being typed: UTF-8, a cursor, a kill buffer, and the lines typed before. Knows no terminal. */
#ifndef FORKCHAT_TTY_EDIT_H
#define FORKCHAT_TTY_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "keys.h"

#define EDIT_SIZE    8192
#define EDIT_HISTORY 200

/* Belongs to its user; edit.c alone changes the fields, text, length and cursor may be read. */
struct edit {
    char text[EDIT_SIZE]; /* zero-terminated UTF-8 without control characters */
    size_t length, cursor;
    char killed[EDIT_SIZE];
    char *history[EDIT_HISTORY]; /* oldest first */
    int history_count;
    int browsing;          /* index into history; history_count: the new line */
    char draft[EDIT_SIZE]; /* the new line while an old one is shown */
};

void edit_init(struct edit *edit);
void edit_free(struct edit *edit);

/* Puts text in at the cursor: ill-formed bytes and control characters are left out, a tab is a blank.
 * Returns false if it did not all fit. */
bool edit_insert(struct edit *edit, const char *bytes, size_t length);

/* By one character, with the combining characters that belong to it. */
void edit_left(struct edit *edit);
void edit_right(struct edit *edit);
void edit_word_left(struct edit *edit);
void edit_word_right(struct edit *edit);
void edit_home(struct edit *edit);
void edit_end(struct edit *edit);

void edit_rub_out(struct edit *edit);       /* before the cursor */
void edit_delete(struct edit *edit);        /* under the cursor */
void edit_kill_to_end(struct edit *edit);   /* Ctrl-K */
void edit_kill_to_start(struct edit *edit); /* Ctrl-U */
void edit_kill_word(struct edit *edit);     /* Ctrl-W: back to the blank before */
void edit_kill_word_right(struct edit *edit);
void edit_yank(struct edit *edit);
void edit_transpose(struct edit *edit);

void edit_older(struct edit *edit);
void edit_newer(struct edit *edit);

/* Shows that line of the history, or the new one if that is behind the last; the cursor stands at that byte of it. */
void edit_recall(struct edit *edit, int number, size_t cursor);

/* Replaces bytes from..to by a text; the cursor stands behind it. False, and no change, without room. */
bool edit_replace(struct edit *edit, size_t from, size_t to, const char *with);

/* Does what a key means for the line, as keys_feed hands it on: a text is put in, Ctrl-A goes to the start, and so on.
 * Returns false, and does nothing, if it means nothing here: Enter, Tab, Ctrl-C, Ctrl-D on an empty line, pastes. */
bool edit_press(struct edit *edit, enum key key, const char *bytes, size_t length);

/* Moves the line into `line` (EDIT_SIZE bytes), into the history too, and starts a new one. */
void edit_take(struct edit *edit, char *line);

/* Takes the line that was moved last out of the history again. */
void edit_forget(struct edit *edit);

#endif
