/* Characters of Unicode 16, and names that are the same however they are composed (Unicode Standard Annex 15). */
#ifndef FORKCHAT_BASE_UNICODE_H
#define FORKCHAT_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of what is normalised here; more than a path of forkchat-lan has. */
#define UNICODE_BYTES 1024
/* Code points of such a text when all of it is decomposed, at most. */
#define UNICODE_POINTS (2 * UNICODE_BYTES)

/* 0, 1 or 2 columns for a code point (General_Category, East_Asian_Width). */
int unicode_width(int32_t point);

/* Whether one sees that it is there: a letter, mark, digit, sign or symbol that is assigned. Not what is a blank or
 * without a shape of its own: spaces, controls, format characters, fillers, variation selectors, private use. */
bool unicode_is_seen(int32_t point);

/* How many bytes in front of the text nobody sees: blanks of any kind, format characters, byte order marks. */
size_t unicode_unseen_length(const char *text);

/* A mark that is set on the letter before. */
bool unicode_is_mark(int32_t point);

/* Of these, one that stands above or below of all that is there already (canonical combining class 200 and more), as
 * vowel signs of many scripts do not. */
bool unicode_stacks(int32_t point);

/* What belongs to the character before it (Grapheme_Cluster_Break Extend, SpacingMark, ZWJ). */
bool unicode_joins(int32_t point);

/* An emoji or the like, as a zero-width joiner joins them to one. */
bool unicode_is_pictograph(int32_t point);

/* What turns the direction of writing or ends a line where no newline is: embeddings, overrides and isolates, line and
 * paragraph separators. Marks like U+200F, which only give a blank its side, are not among them. */
bool unicode_turns(int32_t point);

/* The code points of `length` bytes (at most UNICODE_BYTES), each taken apart and marks in canonical order (NFD). Bytes
 * that are not UTF-8 are told apart by 0x110000 and more. Returns how many. */
size_t unicode_decompose(const char *bytes, size_t length, int32_t points[UNICODE_POINTS]);

/* Puts marks in canonical order. */
void unicode_order(int32_t *points, size_t count);

/* Puts `from`, composed (NFC), into `size` bytes at `to`. Returns false, with `to` a copy that is cut where need be, if
 * `from` is not UTF-8 or it does not fit. */
bool unicode_compose(char *to, size_t size, const char *from);

/* Whether two names are the same, however they are composed (canonical equivalence); other bytes must be equal. */
bool unicode_is_same(const char *a, const char *b);

/* Whether `text` begins with `stem`, however they are composed. */
bool unicode_begins(const char *text, const char *stem);

#endif
