/* Numbers from text. Every process uses it; writes no shared memory. */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Reads digits only: strtoll alone would also take a sign, white space or nothing. */
static bool digits(const char *text, const char **end, int64_t *value)
{
    if (!isdigit((unsigned char)*text))
        return false;
    char *stop;
    errno = 0;
    long long number = strtoll(text, &stop, 10);
    if (errno)
        return false;
    *end = stop;
    *value = number;
    return true;
}

bool parse_number(const char *text, int64_t least, int64_t most, int64_t *value)
{
    const char *end;
    int64_t number;
    if (!digits(text, &end, &number) || *end || number < least || number > most)
        return false;
    *value = number;
    return true;
}

bool parse_signed(const char *text, int64_t least, int64_t most, int64_t *value)
{
    int64_t size;
    if (*text != '-')
        return parse_number(text, least, most, value);
    if (!parse_number(text + 1, 0, INT64_MAX, &size) || -size < least || -size > most)
        return false;
    *value = -size;
    return true;
}

bool parse_size(const char *text, int64_t least, int64_t most, int64_t *bytes)
{
    const char *end;
    int64_t number;
    if (!digits(text, &end, &number))
        return false;
    int shift = 0;
    switch (*end) {
    case 'k':
    case 'K':
        shift = 10;
        end++;
        break;
    case 'm':
    case 'M':
        shift = 20;
        end++;
        break;
    case 'g':
    case 'G':
        shift = 30;
        end++;
        break;
    default:
        break;
    }
    if (*end || number > (INT64_MAX >> shift))
        return false;
    number <<= shift;
    if (number < least || number > most)
        return false;
    *bytes = number;
    return true;
}

/* Units of time, each under all its names; a number without one behind a unit is of the unit below. */
static const struct unit {
    int64_t seconds;
    const char *names;
} units[] = {
    {1, "s sec secs second seconds"},     {60, "m min mins minute minutes"},
    {3600, "h hr hrs hour hours"},        {86400, "d day days"},
    {604800, "w wk wks week weeks"},      {30 * 86400, "mo month months"},
    {365 * 86400, "y yr yrs year years"},
};

/* The unit that these letters name, in either case; NULL if they name none. */
static const struct unit *find_unit(const char *letters, size_t length)
{
    for (size_t i = 0; length > 0 && i < sizeof units / sizeof *units; i++)
        for (const char *name = units[i].names; *name; name += *name == ' ') {
            size_t size = strcspn(name, " ");
            if (size == length && strncasecmp(name, letters, length) == 0)
                return &units[i];
            name += size;
        }
    return NULL;
}

static size_t count_letters(const char *text)
{
    size_t count = 0;
    while (isalpha((unsigned char)text[count]))
        count++;
    return count;
}

/* 1h30 is an hour and thirty minutes, as 15m30 has thirty seconds; behind other units, or alone, a number is of seconds
 * or makes no sense. */
static const struct unit *bare_unit(const struct unit *before)
{
    if (!before)
        return &units[0];
    return before == &units[1] || before == &units[2] ? before - 1 : NULL;
}

static const int64_t longest = (int64_t)10 * 366 * 86400;

bool parse_duration(const char *text, int64_t *seconds)
{
    const struct unit *unit = NULL;
    int64_t total = 0;
    do {
        int64_t number;
        if (!digits(text, &text, &number) || number > longest)
            return false;
        size_t letters = count_letters(text);
        unit = *text ? find_unit(text, letters) : bare_unit(unit);
        if (!unit)
            return false;
        total += number * unit->seconds;
        if (total > longest)
            return false;
        text += letters;
    } while (*text);
    *seconds = total;
    return true;
}

static bool is_number(const char *word)
{
    return strspn(word, "0123456789") == strlen(word);
}

/* "90s", or "90 minutes": a number, and the word behind it is a unit's name. Returns how many words these are, or 0. */
static int take_duration(char *const *words, int count, int64_t *seconds)
{
    char both[64];
    const char *unit = count > 1 ? words[1] : "";
    if (*unit && is_number(words[0]) && count_letters(unit) == strlen(unit) && find_unit(unit, strlen(unit)) &&
        snprintf(both, sizeof both, "%s%s", words[0], unit) < (int)sizeof both && parse_duration(both, seconds))
        return 2;
    return parse_duration(words[0], seconds) ? 1 : 0;
}

int parse_duration_words(char *const *words, int count, int64_t *seconds)
{
    const char *first = words[0];
    int64_t before, more;
    int used = take_duration(words, count, &before);
    if (used == 0) {
        bool meant =
            isdigit((unsigned char)*first) || (*first && strchr("+-.", *first) && isdigit((unsigned char)first[1]));
        return meant ? -1 : 0;
    }
    *seconds = before;
    /* "1h 30m". A number without a unit, or with a larger one, begins a text. */
    while (used < count) {
        int taken = take_duration(words + used, count - used, &more);
        if (taken == 0 || (taken == 1 && is_number(words[used])) || more >= before || *seconds + more > longest)
            break;
        *seconds += more;
        before = more;
        used += taken;
    }
    return used;
}

bool parse_rate(const char *text, int64_t *count, int64_t *seconds)
{
    const char *end;
    int64_t many, span;
    if (!digits(text, &end, &many) || *end != '/' || many < 1 || many > 1000000)
        return false;
    if (!parse_number(end + 1, 1, 1000000, &span))
        return false;
    *count = many;
    *seconds = span;
    return true;
}
