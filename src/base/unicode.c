/* Unicode: properties, decomposition and composition, all from tables that are constant. Every process uses it; writes
 * no shared memory. The tables are made by contrib/unicode/make-tables.py. */
#include "unicode.h"

#include <string.h>

#include "text.h"
#include "unicode_tables.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Traits, as make-tables.py writes them. */
#define TRAIT_WIDTH      3U
#define TRAIT_SEEN       4U
#define TRAIT_MARK       8U
#define TRAIT_PICTOGRAPH 16U
#define TRAIT_JOINS      32U

#define POINTS 0x110000 /* code points are below */

/* Hangul syllables are composed by rule (Unicode Standard, section 3.12). */
#define HANGUL   0xAC00
#define HANGUL_L 0x1100
#define HANGUL_V 0x1161
#define HANGUL_T 0x11A7 /* one before the first */
#define COUNT_L  19
#define COUNT_V  21
#define COUNT_T  28

/* The value of the run that `point` is in: runs say where they begin above `shift` bits, and the first begins at 0. */
static uint32_t value_of(const uint32_t *runs, size_t count, unsigned shift, int32_t point)
{
    size_t low = 0, high = count;
    if (point < 0 || point >= POINTS)
        return 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (runs[middle] >> shift <= (uint32_t)point)
            low = middle;
        else
            high = middle;
    }
    return runs[low] & ((1U << shift) - 1);
}

static uint32_t traits_of(int32_t point)
{
    return value_of(traits, COUNT(traits), 6, point);
}

int unicode_width(int32_t point)
{
    return (int)(traits_of(point) & TRAIT_WIDTH);
}

bool unicode_is_seen(int32_t point)
{
    return traits_of(point) & TRAIT_SEEN;
}

size_t unicode_unseen_length(const char *text)
{
    size_t at = 0, used;
    for (; text[at]; at += used) {
        int32_t point = text_decode(text + at, strlen(text + at), &used);
        if (point < 0 || (point < ' ' && point != '\t') || unicode_is_seen(point))
            break;
    }
    return at;
}

bool unicode_is_mark(int32_t point)
{
    return traits_of(point) & TRAIT_MARK;
}

bool unicode_joins(int32_t point)
{
    return traits_of(point) & TRAIT_JOINS;
}

bool unicode_is_pictograph(int32_t point)
{
    return traits_of(point) & TRAIT_PICTOGRAPH;
}

bool unicode_turns(int32_t point)
{
    return (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

static uint32_t class_of(int32_t point)
{
    return value_of(classes, COUNT(classes), 8, point);
}

bool unicode_stacks(int32_t point)
{
    return class_of(point) >= 200;
}

/* The row of pairs that says what `point` is made of; NULL if it is not made of others. */
static const uint32_t *parts_of(int32_t point)
{
    size_t low = 0, high = COUNT(pairs);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pairs[middle][0] < (uint32_t)point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < COUNT(pairs) && pairs[low][0] == (uint32_t)point ? pairs[low] : NULL;
}

/* Takes `point` apart into at most four; returns how many. */
static size_t take_apart(int32_t point, int32_t to[4])
{
    size_t count = 0;
    if (point >= HANGUL && point < HANGUL + COUNT_L * COUNT_V * COUNT_T) {
        int32_t at = point - HANGUL, last = HANGUL_T + at % COUNT_T;
        to[count++] = HANGUL_L + at / (COUNT_V * COUNT_T);
        to[count++] = HANGUL_V + at / COUNT_T % COUNT_V;
        if (last != HANGUL_T)
            to[count++] = last;
        return count;
    }
    /* Only the first of two parts can be made of others. */
    int32_t behind[3];
    size_t more = 0;
    for (const uint32_t *row; more < COUNT(behind) && (row = parts_of(point)); point = (int32_t)row[1])
        if (row[2])
            behind[more++] = (int32_t)row[2];
    to[count++] = point;
    while (more > 0)
        to[count++] = behind[--more];
    return count;
}

void unicode_order(int32_t *points, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t class = class_of(points[i]);
        int32_t point = points[i];
        size_t at = i;
        for (; class && at > 0 && class_of(points[at - 1]) > class; at--)
            points[at] = points[at - 1];
        points[at] = point;
    }
}

size_t unicode_decompose(const char *bytes, size_t length, int32_t points[UNICODE_POINTS])
{
    size_t count = 0;
    if (length > UNICODE_BYTES)
        length = UNICODE_BYTES;
    for (size_t at = 0, used; at < length; at += used) {
        int32_t point = text_decode(bytes + at, length - at, &used);
        if (point < 0)
            points[count++] = POINTS + (unsigned char)bytes[at];
        else if (point < 0xC0)
            points[count++] = point;
        else
            count += take_apart(point, points + count);
    }
    unicode_order(points, count);
    return count;
}

/* The character that two are together, 0 if there is none. */
static int32_t together(int32_t first, int32_t second)
{
    if (first >= HANGUL_L && first < HANGUL_L + COUNT_L && second >= HANGUL_V && second < HANGUL_V + COUNT_V)
        return HANGUL + ((first - HANGUL_L) * COUNT_V + second - HANGUL_V) * COUNT_T;
    if (first >= HANGUL && first < HANGUL + COUNT_L * COUNT_V * COUNT_T && (first - HANGUL) % COUNT_T == 0 &&
        second > HANGUL_T && second < HANGUL_T + COUNT_T)
        return first + second - HANGUL_T;
    size_t low = 0, high = COUNT(composes);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const uint32_t *row = pairs[composes[middle]];
        if (row[1] == (uint32_t)first && row[2] == (uint32_t)second)
            return (int32_t)row[0];
        if (row[1] < (uint32_t)first || (row[1] == (uint32_t)first && row[2] < (uint32_t)second))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* Composes in place what unicode_decompose made; returns how many are left. */
static size_t compose(int32_t *points, size_t count)
{
    size_t kept = 0, starter = 0;
    bool has_starter = false;
    for (size_t i = 0; i < count; i++) {
        int32_t point = points[i];
        uint32_t class = class_of(point);
        uint32_t before = kept > 0 ? class_of(points[kept - 1]) : 0;
        /* A mark behind one of its class or a higher one, and a letter behind any mark, cannot reach the starter. */
        bool reaches = has_starter && (starter == kept - 1 || (before != 0 && before < class));
        int32_t whole = reaches ? together(points[starter], point) : 0;
        if (whole) {
            points[starter] = whole;
            continue;
        }
        if (class == 0) {
            starter = kept;
            has_starter = true;
        }
        points[kept++] = point;
    }
    return kept;
}

static size_t encode(int32_t point, char to[4])
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3F));
    to[0] = (char)((length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0) | point);
    return length;
}

/* What needs much of the stack has functions of its own, because most text is ASCII, and the stack of a process that
 * never needs it stays small. */
__attribute__((noinline)) static bool compose_text(char *to, size_t size, const char *from, size_t length)
{
    int32_t points[UNICODE_POINTS];
    size_t count = unicode_decompose(from, length, points);
    count = compose(points, count);
    struct text text;
    text_init(&text, to, size);
    for (size_t i = 0; i < count; i++) {
        char bytes[4];
        text_add_bytes(&text, bytes, encode(points[i], bytes));
    }
    if (text.cut)
        text_copy(to, size, from);
    return !text.cut;
}

bool unicode_compose(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (text_is_ascii(from) || length > UNICODE_BYTES || !text_is_utf8(from, length))
        return text_copy(to, size, from) && text_is_ascii(from);
    return compose_text(to, size, from, length);
}

__attribute__((noinline)) static bool compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int32_t points[2][UNICODE_POINTS];
    size_t count = unicode_decompose(a, a_length, points[0]);
    return count == unicode_decompose(b, b_length, points[1]) &&
           memcmp(points[0], points[1], count * sizeof points[0][0]) == 0;
}

bool unicode_is_same(const char *a, const char *b)
{
    size_t lengths[] = {strlen(a), strlen(b)};
    if (strcmp(a, b) == 0)
        return true;
    if ((text_is_ascii(a) && text_is_ascii(b)) || lengths[0] > UNICODE_BYTES || lengths[1] > UNICODE_BYTES)
        return false;
    return compare(a, lengths[0], b, lengths[1]);
}

__attribute__((noinline)) static bool begins(const char *text, size_t text_length, const char *stem, size_t stem_length)
{
    int32_t points[2][UNICODE_POINTS];
    size_t count = unicode_decompose(text, text_length, points[0]);
    size_t needed = unicode_decompose(stem, stem_length, points[1]);
    return needed <= count && memcmp(points[0], points[1], needed * sizeof points[0][0]) == 0 &&
           (needed == count || !unicode_is_mark(points[0][needed]));
}

bool unicode_begins(const char *text, const char *stem)
{
    size_t lengths[] = {strlen(text), strlen(stem)};
    if (strncmp(text, stem, lengths[1]) == 0)
        return true;
    if ((text_is_ascii(stem) && text_is_ascii(text)) || lengths[0] > UNICODE_BYTES || lengths[1] > UNICODE_BYTES)
        return false;
    return begins(text, lengths[0], stem, lengths[1]);
}
