/* Names that look alike. Each character has a look, that of the simplest one that it may be taken for; names whose
 * looks are the same are too close. Every process uses it; writes no shared memory. The tables are made by
 * contrib/unicode/make-tables.py. */
#include "lookalike.h"

#include <string.h>

#include "hash.h"
#include "lookalike_tables.h"
#include "text.h"
#include "unicode.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Code points of a name whose looks are compared, taken apart. */
#define LOOKS UNICODE_POINTS

#define MARKS_MAX 3

#define BIT(script) (UINT64_C(1) << (script))
#define JAPANESE    (BIT(SCRIPT_LATIN) | BIT(SCRIPT_HAN) | BIT(SCRIPT_HIRAGANA) | BIT(SCRIPT_KATAKANA))
#define CHINESE     (BIT(SCRIPT_LATIN) | BIT(SCRIPT_HAN) | BIT(SCRIPT_BOPOMOFO))
#define KOREAN      (BIT(SCRIPT_LATIN) | BIT(SCRIPT_HAN) | BIT(SCRIPT_HANGUL))

/* The number of the last row that is not beyond `point`; rows hold it above `shift` bits, and the first is not beyond.
 */
static size_t row_of(const uint32_t *rows, size_t count, unsigned shift, int32_t point)
{
    size_t low = 0, high = count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle] >> shift <= (uint32_t)point)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static const uint64_t *scripts_of(int32_t point)
{
    if (point < 0 || point > 0x10FFFF)
        return script_sets[0];
    return script_sets[script_runs[row_of(script_runs, COUNT(script_runs), 11, point)] & 0x7FF];
}

bool lookalike_may_name(int32_t point)
{
    return scripts_of(point) != script_sets[0];
}

/* The zero that a digit belongs to, 0 for what is no digit. */
static int32_t zero_of(int32_t point)
{
    int32_t zero = (int32_t)zeros[row_of(zeros, COUNT(zeros), 0, point)];
    return point >= zero && point < zero + 10 ? zero : 0;
}

bool lookalike_is_digit(int32_t point)
{
    return zero_of(point);
}

static const uint64_t *letter_scripts(int32_t point)
{
    if (point >= 0x80)
        return lookalike_may_name(point) ? scripts_of(point) : NULL;
    bool latin = (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
    return latin ? scripts_of(0xE9) : NULL; /* as that of é; ASCII is not in the table */
}

/* Whether there is a script that all letters have. */
static bool have_one_script(const int32_t *points, size_t count)
{
    uint64_t common[SCRIPT_WORDS], any = 0;
    memset(common, 0xFF, sizeof common);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *scripts = letter_scripts(points[i]);
        for (size_t word = 0; scripts && word < SCRIPT_WORDS; word++)
            common[word] &= scripts[word];
    }
    for (size_t word = 0; word < SCRIPT_WORDS; word++)
        any |= common[word];
    return any;
}

/* Whether each letter has one of these scripts, which people mix: bits of the first word. */
static bool have_any_script(const int32_t *points, size_t count, uint64_t mixed)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t *scripts = letter_scripts(points[i]);
        if (scripts && !(scripts[0] & mixed))
            return false;
    }
    return true;
}

/* Letters that have a dot anyway, or one that is hardly seen: another above it hides there. */
static bool hides_dot(int32_t letter)
{
    static const int32_t letters[] = {'i', 'j', 'l', 0x131, 0x237, 0x456, 0x458, 0x3F3, 0x12F, 0x1ECB};
    for (size_t i = 0; i < COUNT(letters); i++)
        if (letters[i] == letter)
            return true;
    return false;
}

/* No mark without a letter, none twice in a row of them, no more above or below than one can tell apart. */
static bool are_marks_clear(const int32_t *points, size_t count)
{
    size_t marks = 0, stacked = 0;
    for (size_t i = 0; i < count; i++) {
        if (!unicode_is_mark(points[i])) {
            marks = stacked = 0;
            continue;
        }
        if (i == marks || (unicode_stacks(points[i]) && ++stacked > MARKS_MAX))
            return false;
        if (points[i] == 0x307 && hides_dot(points[i - marks - 1]))
            return false;
        for (size_t back = 1; back <= marks; back++)
            if (points[i - back] == points[i])
                return false;
        marks++;
    }
    return true;
}

bool lookalike_is_one_script(const char *name)
{
    int32_t points[LOOKALIKE_BYTES], zero = 0;
    size_t count = 0, length = strlen(name);
    for (size_t at = 0, used; at < length && count < COUNT(points); at += used) {
        int32_t point = text_decode(name + at, length - at, &used), its_zero = zero_of(point);
        if (its_zero && zero && its_zero != zero)
            return false;
        zero = its_zero ? its_zero : zero;
        points[count++] = point;
    }
    int32_t apart[UNICODE_POINTS];
    size_t apart_count = unicode_decompose(name, length, apart);
    return are_marks_clear(apart, apart_count) &&
           (have_one_script(points, count) || have_any_script(points, count, JAPANESE) ||
            have_any_script(points, count, CHINESE) || have_any_script(points, count, KOREAN));
}

/* Puts the look of `point` at `to`; returns how many code points it has. */
static size_t look_of(int32_t point, int32_t *to, size_t room)
{
    size_t row = row_of(look_points, COUNT(look_points), 11, point);
    *to = point < 0x80 ? ascii_looks[text_fold((unsigned char)point)] : point;
    if (point < 0x80 || look_points[row] >> 11 != (uint32_t)point)
        return 1;
    const char *look = (const char *)look_pool + look_places[look_points[row] & 0x7FF];
    size_t length = strlen(look), count = 0;
    for (size_t at = 0, used; at < length && count < room; at += used)
        to[count++] = text_decode(look + at, length - at, &used);
    return count;
}

static size_t make_look(const char *name, int32_t look[LOOKS])
{
    int32_t points[UNICODE_POINTS];
    size_t length = strlen(name), count = 0;
    size_t given = unicode_decompose(name, length < LOOKALIKE_BYTES ? length : LOOKALIKE_BYTES, points);
    for (size_t i = 0; i < given && count < LOOKS; i++)
        count += look_of(points[i], look + count, LOOKS - count);
    unicode_order(look, count);
    return count;
}

/* Apart from those who ask for a look, as most names are ASCII: see base/unicode.c. */
__attribute__((noinline)) static bool compare(const char *a, const char *b)
{
    int32_t looks[2][LOOKS];
    size_t count = make_look(a, looks[0]);
    return count == make_look(b, looks[1]) && memcmp(looks[0], looks[1], count * sizeof looks[0][0]) == 0;
}

bool lookalike_are(const char *a, const char *b)
{
    return !(text_is_ascii(a) && text_is_ascii(b)) && compare(a, b);
}

__attribute__((noinline)) static uint32_t hash_look(const char *name)
{
    uint32_t hash = HASH32_START;
    int32_t look[LOOKS];
    size_t count = make_look(name, look);
    for (size_t i = 0; i < count; i++)
        hash = hash32_add(hash, (uint32_t)look[i]);
    return hash;
}

uint32_t lookalike_hash(const char *name)
{
    uint32_t hash = HASH32_START;
    if (!text_is_ascii(name))
        return hash_look(name);
    for (size_t i = 0; i < LOOKALIKE_BYTES && name[i]; i++)
        hash = hash32_add(hash, ascii_looks[text_fold((unsigned char)name[i])]);
    return hash;
}
