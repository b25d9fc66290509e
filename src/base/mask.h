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

/* Whether the host of a mask fits `host`, an address as users have it: by its characters, or because it is that address
 * in another notation, or a range it is in (192.0.2.0/24, 2001:db8::/64). */
bool mask_match_host(const char *mask, const char *host);

/* Whether somebody fits a mask of nick!user@host; false for one that has not these parts. */
bool mask_match_person(const char *mask, const char *nick, const char *username, const char *host);

/* Writes the host of a mask as it is kept: addresses and ranges in the one form that equal ones have in common (::1 is
 * 0::1, because no parameter of IRC begins with a colon). False for what is meant to be an address or a range and is
 * none, and for what had to be cut. */
bool mask_normalise_host(char normal[MASK_SIZE], const char *host);

/* Writes `given`, composed, as nick!user@host: what is missing becomes *, as does what is empty; what has a dot or
 * colon and neither ! nor @ is a host; runs of * become one; hosts as above. False if it had to be cut, or the host
 * cannot be one. */
bool mask_normalise(char normal[MASK_SIZE], const char *given);

#endif
