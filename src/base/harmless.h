/* Text from others, of which nobody knows what is in it: made harmless for a terminal, readable if it is no UTF-8, told
 * byte by byte. */
#ifndef FORKCHAT_BASE_HARMLESS_H
#define FORKCHAT_BASE_HARMLESS_H

#include "text.h"

/* Adds `bytes` so that no terminal can be driven by it: ill-formed bytes become U+FFFD; C0, DEL and C1
 * control characters become ^X (TAB stays); IRC's formatting codes (bold, colour …) vanish, and so does what turns the
 * direction of writing (unicode_turns); separators of lines are blanks. */
void harmless_add(struct text *text, const char *bytes, size_t length);

/* The same for what may come from a program that knows no UTF-8: if there is no character of it beyond ASCII,
 * ill-formed bytes are Latin-1, or rather Windows' own idea of it. At most three times as long. */
void harmless_add_readable(struct text *text, const char *bytes, size_t length);

/* Adds `bytes` so that each can be told: what one cannot see (unicode_is_seen), but for the blank, and ill-formed
 * bytes become \xHH for each of its bytes, a backslash two. At
 * most four times as long. */
void harmless_add_escaped(struct text *text, const char *bytes, size_t length);

/* A copy for the heap, to be freed, of what should be UTF-8 and may be older: if there is no character of it beyond
 * ASCII, ill-formed bytes are Latin-1, or rather Windows' own idea of it, else U+FFFD. A byte order mark in front is
 * left out. Ends the process (fatal) if there is no memory. */
char *harmless_keep(const char *string);

#endif
