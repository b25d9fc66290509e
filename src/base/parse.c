/* Numbers from text. Every process uses it; writes no shared memory. */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

bool parse_duration(const char *text, int64_t *seconds)
{
    static const int64_t most = (int64_t)10 * 366 * 86400;
    int64_t total = 0;
    do {
        int64_t number, unit = 1;
        if (!digits(text, &text, &number) || number > most)
            return false;
        if (*text) {
            static const char letters[] = "smhdw";
            static const int64_t units[] = {1, 60, 3600, 86400, 604800};
            const char *letter = strchr(letters, *text++);
            if (!letter)
                return false;
            unit = units[letter - letters];
        }
        total += number * unit;
        if (total > most)
            return false;
    } while (*text);
    *seconds = total;
    return true;
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
