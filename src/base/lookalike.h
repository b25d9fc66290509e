/* Names in letters of all scripts, and which of them may be taken for one another (Unicode Technical Standard 39). */
#ifndef FORKCHAT_BASE_LOOKALIKE_H
#define FORKCHAT_BASE_LOOKALIKE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a name may have this character beside ASCII: a letter, mark or digit that is recommended for names (UTS 39)
 * or of a script of which UTS 39 says nothing, that Normalization Form KC leaves as it is, and that does not look like
 * punctuation. */
bool lookalike_may_name(int32_t point);

/* A decimal digit of any script. */
bool lookalike_is_digit(int32_t point);

/* Whether a name is written in one script (digits of ASCII, and what is no letter, go with every one), or Japanese,
 * Chinese or Korean with Latin letters ("highly restrictive"); with digits of one kind, and no mark at its beginning,
 * twice on a letter, or more than three above and below it. `name` is composed UTF-8 of fewer than LOOKALIKE_BYTES. */
bool lookalike_is_one_script(const char *name);

#define LOOKALIKE_BYTES 256 /* what comes after them in a name does not count */

/* Whether two names, of which at least one has other letters than ASCII, may be taken for one another: they differ in
 * nothing but case, how they are composed, and characters that look the same. Never true of two in ASCII. */
bool lookalike_are(const char *a, const char *b);

/* A hash that is the same for names that lookalike_are(), and for those that text_compare_names() finds equal. */
uint32_t lookalike_hash(const char *name);

#endif
