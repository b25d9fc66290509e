/* How many columns a character takes on a terminal. Not wcwidth(3): that one answers for the locale, and a chat is
 * UTF-8 whatever the locale says. The columns of each code point come from the tables of Unicode 16 (unicode_tables.h,
 * made by contrib/unicode/make-tables.py), and those of a text are their sum, as irssi and most terminals have it: what
 * a zero-width joiner joins stays as wide as its parts. Every program uses it; keeps nothing. */
#include "width.h"

#include "text.h"
#include "unicode.h"

#define JOINER 0x200D

bool width_is_trouble(int32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || unicode_turns(point) ||
           (point >= 0xFFF9 && point <= 0xFFFB);
}

size_t width_next(const char *text, size_t length, int *columns)
{
    size_t used, at;
    int32_t point = text_decode(text, length, &used);
    *columns = point < 0 || width_is_trouble(point) ? 1 : unicode_width(point);
    /* What follows and has no width of its own belongs to the same place. */
    for (at = used; at < length; at += used) {
        point = text_decode(text + at, length - at, &used);
        if (point < 0 || width_is_trouble(point) || unicode_width(point) != 0)
            break;
    }
    return at;
}

static bool is_flag_letter(int32_t point)
{
    return point >= 0x1F1E6 && point <= 0x1F1FF;
}

/* Whether a person sees one thing in what has been up to `last`, where `letters` of a flag stand before, and `next`. */
static bool goes_on(int32_t base, int32_t last, int letters, int32_t next)
{
    if (unicode_joins(next) || (last == JOINER && unicode_is_pictograph(base) && unicode_is_pictograph(next)))
        return true;
    return is_flag_letter(next) && is_flag_letter(last) && letters % 2 == 1;
}

size_t width_cluster(const char *text, size_t length, int *columns)
{
    size_t at = width_next(text, length, columns), used;
    int32_t base = text_decode(text, length, &used), last = base;
    int letters = is_flag_letter(base) && used == at;
    for (size_t next; at < length; at = next) {
        int more;
        for (size_t back = 1; back <= 4 && back <= at; back++)
            if ((last = text_decode(text + at - back, back, &used)) >= 0 && used == back)
                break;
        int32_t point = text_decode(text + at, length - at, &used);
        if (point < 0 || width_is_trouble(point) || !goes_on(base, last, letters, point))
            break;
        letters += is_flag_letter(point);
        next = at + width_next(text + at, length - at, &more);
        *columns += more;
    }
    return at;
}

int width_of_text(const char *text, size_t length)
{
    int sum = 0, columns;
    for (size_t at = 0; at < length;) {
        at += width_next(text + at, length - at, &columns);
        sum += columns;
    }
    return sum;
}

size_t width_row(const char *text, size_t length, int columns, size_t *next)
{
    size_t at = 0, row = 0; /* row: the end of the last whole word */
    int column = 0, taken;
    while (at < length) {
        size_t size = width_next(text + at, length - at, &taken);
        if (column + taken > columns && at > 0)
            break;
        column += taken;
        at += size;
        if (at == length || (text[at] == ' ' && text[at - 1] != ' '))
            row = at;
    }
    if (at == length || row == 0)
        row = at;
    for (*next = row; *next < length && text[*next] == ' ';)
        ++*next;
    return row;
}
