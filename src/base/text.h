/* Text: building it without overflow, checking it as UTF-8, making it harmless for a terminal, and
 * comparing names as RFC 1459 does. */
#ifndef FORKCHAT_BASE_TEXT_H
#define FORKCHAT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bounded string under construction. What does not fit is dropped on a character boundary and `cut` is
 * set; from then on nothing is added any more. The result is always zero-terminated and never overflows. */
struct text {
    char *start;
    size_t length;
    size_t size; /* of start, with room for the zero byte */
    bool cut;
};

/* Starts an empty text in `size` bytes (at least 1) at `start`. */
void text_init(struct text *text, char *start, size_t size);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Copies `from` into `size` bytes at `to`, cut on a character boundary; the rest of `to` is zeroed. Reads no more than
 * `size` bytes, wherever the string ends. Returns false if it was cut. */
bool text_copy(char *to, size_t size, const char *from);

/* Ends the string in an array that was copied out of shared memory, where another process may have taken its end away.
 */
#define TEXT_END(array) ((void)((array)[sizeof(array) - 1] = '\0'))

/* One character of UTF-8 at `bytes` (`length` > 0): its code point and, in *used, how many bytes it
 * has. Anything RFC 3629 does not allow is -1 with *used = 1 for the one byte to skip. */
int32_t text_decode(const char *bytes, size_t length, size_t *used);

bool text_is_ascii(const char *string);

/* True if all of it is well-formed UTF-8 (RFC 3629). */
bool text_is_utf8(const char *bytes, size_t length);

/* How many bytes at the beginning of a text are UTF-8's byte order mark, which some editors and scripts put there: 3 or
 * 0. It is none of the text. */
size_t text_mark_length(const char *bytes, size_t length);

/* The largest length <= `limit` at which `bytes` can be cut without splitting a UTF-8 character. */
size_t text_boundary(const char *bytes, size_t length, size_t limit);

/* Adds `bytes` with every ill-formed byte and NUL, CR and LF as U+FFFD. Other control characters stay:
 * they mean something to IRC clients. */
void text_add_utf8(struct text *text, const char *bytes, size_t length);

/* Lower case as RFC 1459 section 2.2 has it: {}|^ are the lower case of []\~. */
unsigned char text_fold(unsigned char c);

/* Compares names by that rule: <0, 0 or >0. */
int text_compare_names(const char *a, const char *b);

/* Where `part` is in `text`, in any case of ASCII's letters; NULL if it is not. */
const char *text_find(const char *text, const char *part);

/* A hash of a name that is the same for equal names (FNV-1a over the folded bytes). */
uint32_t text_hash_name(const char *name);

/* Cuts the next word off *rest: skips blanks, ends the word with a zero byte, moves *rest behind it and
 * the blanks that follow. NULL if there is none. */
char *text_next_word(char **rest);

/* The same, but of the blanks behind the word only the one that ends it is taken: what follows keeps its indentation.
 */
char *text_take_word(char **rest);

/* Whether there is nothing but blanks in it. */
bool text_is_blank(const char *text);

/* Cuts the next item off a list with `separator` between items, which may be empty. NULL after the last. */
char *text_next_item(char **rest, char separator);

/* Whether such a list has an item that is not empty. */
bool text_has_item(const char *list, char separator);

#endif
