/* Ctrl-R: the lines typed before, found by what is in them, as in readline(3). */
#ifndef FORKCHAT_TTY_SEARCH_H
#define FORKCHAT_TTY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "edit.h"

#define SEARCH_SIZE 128

/* Belongs to its user; start with zeros. search.c alone changes the fields, `on` may be read. */
struct search {
    bool on, failed;
    char stem[SEARCH_SIZE], last[SEARCH_SIZE]; /* what is looked for, and what the search before looked for */
    int at;                                    /* the line found: its number in the history, the count of it for none */
    char before[EDIT_SIZE];                    /* the line that was typed */
};

/* Begins. */
void search_begin(struct search *search, const struct edit *edit);

/* A key while it is on: more or less of what is looked for, Ctrl-R and Ctrl-S for the next one back and on, Ctrl-G or
 * Ctrl-C to give up. Returns false for any other: the search is over, and the key is for the line that was found. */
bool search_press(struct search *search, struct edit *edit, enum key key, const char *bytes, size_t length);

/* What stands in front of the line meanwhile. */
void search_prompt(const struct search *search, char *to, size_t size);

#endif
