/* The columns characters take, and which of them a terminal must not be given. */
#ifndef FORKCHAT_TTY_WIDTH_H
#define FORKCHAT_TTY_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0, 1 or 2 columns for a code point. */
int width_of(int32_t point);

/* True for what would drive the terminal or turn the line around: controls, line separators, bidirectional
 * marks and overrides, tags. It is shown as one replacement character. */
bool width_is_trouble(int32_t point);

/* The length in bytes of the first character of `text` (`length` > 0) with the combining characters that
 * follow it, and its width in *columns. */
size_t width_next(const char *text, size_t length, int *columns);

/* The columns of a whole text. */
int width_of_text(const char *text, size_t length);

#endif
