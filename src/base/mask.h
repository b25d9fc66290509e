/* Masks: patterns with wildcards for names and addresses, as bans and searches use them. RFC 2812 section 2.5. */
#ifndef FORKCHAT_BASE_MASK_H
#define FORKCHAT_BASE_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a normalised mask, with the zero byte. */
#define MASK_SIZE 160

/* Whether all of `text` fits `mask`: * stands for any characters, also none, ? for exactly one, everything
 * else for itself, whatever its case (RFC 1459 section 2.2). There is no escape: a backslash is a
 * letter in nicks. Needs no memory and no recursion, and at most time proportional to the product of the lengths. */
bool mask_match(const char *mask, const char *text);

/* Whether there is a wildcard in it. */
bool mask_is_wild(const char *mask);

/* Writes `mask` as nick!user@host: what is missing becomes *, as does what is empty; what has a dot or
 * colon and neither ! nor @ is a host, ::1 is 0::1; runs of * become one. False if it had to be cut. */
bool mask_normalise(char normal[MASK_SIZE], const char *mask);

#endif
