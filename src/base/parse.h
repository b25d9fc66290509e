/* Numbers as people write them: 7777, 4M, 90s, 1h30m, 20/10. All refuse what is not wholly a number. */
#ifndef FORKCHAT_BASE_PARSE_H
#define FORKCHAT_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* A decimal number from `least` to `most`. False, with *value untouched, for anything else. */
bool parse_number(const char *text, int64_t least, int64_t most, int64_t *value);

/* The same, which may be negative: one '-' before the digits. */
bool parse_signed(const char *text, int64_t least, int64_t most, int64_t *value);

/* Bytes, with an optional k, M or G (powers of 1024), from `least` to `most`. */
bool parse_size(const char *text, int64_t least, int64_t most, int64_t *bytes);

/* Seconds: 90, 90s, 15m, 1h30m, 1h30, 2d, 1w, 1mo (30 days), 1y (365 days), with units in full and in either case as
 * well, 2Hours; at most ten years. */
bool parse_duration(const char *text, int64_t *seconds);

/* The same where words follow one another, of which there is one at least: "90 minutes" and "1h 30m" are two. Returns
 * how many words are the time, 0 if the first is none, -1 if it begins as one and is wrong. */
int parse_duration_words(char *const *words, int count, int64_t *seconds);

/* What a wrong one is answered with. */
#define PARSE_DURATION_FORMS "a time as in 90s, 15m, 1h30m, 2d, 1w, 1mo or 1y"

/* COUNT/SECONDS, each from 1 to 1,000,000. */
bool parse_rate(const char *text, int64_t *count, int64_t *seconds);

#endif
