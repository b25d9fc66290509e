/* The text of a load line: who sent it, its number, and when it was (or should have been) sent, in
 * printable ASCII of fixed width, so that a receiver finds everything at fixed places before the
 * line's end and need not look at what a server put in front.
 *
 *     ~ld~SSSNNNNNTTTTTTTTpadding…    3 digits sender, 5 digits number, 8 digits time, base 64
 */
#ifndef FORKCHAT_T_BENCH_MARK_H
#define FORKCHAT_T_BENCH_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MARK_LEAST    20 /* bytes of a load line's text, at least and at most */
#define MARK_MOST     400
#define MARK_SENDERS  (1 << 18)
#define MARK_SEQUENCE (1 << 30)

/* Digits are 0x30 … 0x6f: no blank, no control character, nothing above ASCII. */
static inline void mark_put(char *at, int digits, uint64_t value)
{
    for (int i = digits - 1; i >= 0; i--, value >>= 6)
        at[i] = (char)('0' + (value & 63));
}

static inline uint64_t mark_get(const char *at, int digits)
{
    uint64_t value = 0;
    for (int i = 0; i < digits; i++)
        value = value << 6 | (uint64_t)(at[i] - '0');
    return value;
}

/* Writes a text of `size` bytes. `nanoseconds` counts from any fixed point, at most 78 hours ago.
 */
static inline void mark_write(char *text, size_t size, uint32_t sender, uint32_t sequence, int64_t nanoseconds)
{
    memset(text, 'x', size);
    memcpy(text, "~ld~", 4);
    mark_put(text + 4, 3, sender);
    mark_put(text + 7, 5, sequence);
    mark_put(text + 12, 8, (uint64_t)nanoseconds);
}

static inline bool mark_is(const char *text)
{
    return memcmp(text, "~ld~", 4) == 0;
}

/* Sender and number as one word: what the checks are made of. */
static inline uint64_t mark_id(const char *text)
{
    uint64_t id;
    memcpy(&id, text + 4, sizeof id);
    return id;
}

static inline uint32_t mark_sender(uint64_t id)
{
    char digits[sizeof id];
    memcpy(digits, &id, sizeof id);
    return (uint32_t)mark_get(digits, 3);
}

static inline uint32_t mark_sequence(uint64_t id)
{
    char digits[sizeof id];
    memcpy(digits, &id, sizeof id);
    return (uint32_t)mark_get(digits + 3, 5);
}

static inline int64_t mark_time(const char *text)
{
    return (int64_t)mark_get(text + 12, 8);
}

/* Adds a line to a hash that is equal for equal lines in equal order; `loose`: in any order. */
static inline uint64_t mark_hash(uint64_t hash, uint64_t id, bool loose)
{
    if (loose)
        return hash + (id ^ id >> 29) * UINT64_C(0x9e3779b97f4a7c15);
    return ((hash << 25 | hash >> 39) ^ id) * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
