/* The columns characters take, and which of them a terminal must not be given. */
#ifndef FORKCHAT_BASE_WIDTH_H
#define FORKCHAT_BASE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for what would drive the terminal or turn the line around: controls, line separators, bidirectional embeddings,
 * overrides and isolates. It is shown as one replacement character. */
bool width_is_trouble(int32_t point);

/* The length in bytes of the first character of `text` (`length` > 0) with the combining characters that
 * follow it, and its width in *columns. */
size_t width_next(const char *text, size_t length, int *columns);

/* The same for what a person takes for one character, though it be several: emoji that are joined or have a colour of
 * skin, the two letters of a flag, a letter with its vowel signs. */
size_t width_cluster(const char *text, size_t length, int *columns);

/* The columns of a whole text. */
int width_of_text(const char *text, size_t length);

/* How many bytes of the text go into a row of so many columns: whole words if it can be, whole characters otherwise, at
 * least one. *next is where the next row begins, behind the blanks. */
size_t width_row(const char *text, size_t length, int columns, size_t *next);

#endif
