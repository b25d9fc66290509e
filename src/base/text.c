/* Text. Every process uses it; writes no shared memory. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hash.h"

#define REPLACEMENT "\xEF\xBF\xBD"

void text_init(struct text *text, char *start, size_t size)
{
    *text = (struct text){.start = start, .size = size};
    start[0] = '\0';
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    size_t room = text->size - text->length - 1;
    if (text->cut || length == 0)
        return;
    if (length > room) {
        length = text_boundary(bytes, length, room);
        text->cut = true;
    }
    memcpy(text->start + text->length, bytes, length);
    text->length += length;
    text->start[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
    text_add_bytes(text, &c, 1);
}

/* `length` less the beginning of a character whose end is missing. */
static size_t whole_characters(const char *bytes, size_t length)
{
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        unsigned char c = (unsigned char)bytes[length - back];
        size_t wanted = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        if (c >= 0xC0)
            return wanted > back ? length - back : length;
        if (c < 0x80)
            return length;
    }
    return length;
}

void text_addf(struct text *text, const char *format, ...)
{
    if (text->cut)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *start = text->start + text->length;
    size_t room = text->size - text->length;
    int length = vsnprintf(start, room, format, arguments);
    va_end(arguments);
    text->cut = length < 0 || (size_t)length >= room;
    text->length += text->cut ? whole_characters(start, length < 0 ? 0 : room - 1) : (size_t)length;
    text->start[text->length] = '\0';
}

bool text_copy(char *to, size_t size, const char *from)
{
    size_t length = strnlen(from, size);
    bool whole = length < size;
    if (!whole)
        length = whole_characters(from, size - 1);
    memcpy(to, from, length);
    memset(to + length, 0, size - length);
    return whole;
}

int32_t text_decode(const char *bytes, size_t length, size_t *used)
{
    const unsigned char *at = (const unsigned char *)bytes;
    *used = 1;
    if (at[0] < 0x80)
        return at[0];
    size_t more;
    int32_t point, least;
    if (at[0] >= 0xC2 && at[0] <= 0xDF) {
        more = 1, point = at[0] & 0x1F, least = 0x80;
    } else if ((at[0] & 0xF0) == 0xE0) {
        more = 2, point = at[0] & 0x0F, least = 0x800;
    } else if (at[0] >= 0xF0 && at[0] <= 0xF4) {
        more = 3, point = at[0] & 0x07, least = 0x10000;
    } else {
        return -1;
    }
    if (length <= more)
        return -1;
    for (size_t i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return -1;
        point = point << 6 | (at[i] & 0x3F);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return -1;
    *used = more + 1;
    return point;
}

bool text_is_ascii(const char *string)
{
    while (*string && (unsigned char)*string < 0x80)
        string++;
    return !*string;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    for (size_t i = 0, used; i < length; i += used) {
        if ((unsigned char)bytes[i] < 0x80)
            used = 1;
        else if (text_decode(bytes + i, length - i, &used) < 0)
            return false;
    }
    return true;
}

size_t text_mark_length(const char *bytes, size_t length)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t at = 0;
    while (length - at >= sizeof mark - 1 && memcmp(bytes + at, mark, sizeof mark - 1) == 0)
        at += sizeof mark - 1; /* a file that was saved twice has two */
    return at;
}

size_t text_boundary(const char *bytes, size_t length, size_t limit)
{
    if (limit >= length)
        return length;
    /* A character that is split begins at most three bytes before. What is not UTF-8 may be cut. */
    for (size_t back = 1; back <= 3 && back <= limit; back++) {
        size_t at = limit - back, used;
        if (text_decode(bytes + at, length - at, &used) >= 0)
            return used > back ? at : limit;
    }
    return limit;
}

void text_add_utf8(struct text *text, const char *bytes, size_t length)
{
    for (size_t i = 0, used; i < length; i += used) {
        int32_t point = text_decode(bytes + i, length - i, &used);
        if (point <= 0 || point == '\r' || point == '\n')
            text_add(text, REPLACEMENT);
        else
            text_add_bytes(text, bytes + i, used);
    }
}

unsigned char text_fold(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned char)(c + 32);
    if (c == '[' || c == '\\' || c == ']')
        return (unsigned char)(c + 32);
    return c == '~' ? '^' : c;
}

const char *text_find(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (const char *at = text;; at++) {
        if (strncasecmp(at, part, length) == 0)
            return at;
        if (!*at)
            return NULL;
    }
}

int text_compare_names(const char *a, const char *b)
{
    for (;; a++, b++) {
        int difference = text_fold((unsigned char)*a) - text_fold((unsigned char)*b);
        if (difference || !*a)
            return difference;
    }
}

uint32_t text_hash_name(const char *name)
{
    uint32_t hash = HASH32_START;
    for (; *name; name++)
        hash = hash32_add(hash, text_fold((unsigned char)*name));
    return hash;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

char *text_take_word(char **rest)
{
    char *word = *rest;
    while (is_blank(*word))
        word++;
    if (!*word)
        return NULL;
    char *end = word;
    while (*end && !is_blank(*end))
        end++;
    if (*end)
        *end++ = '\0';
    *rest = end;
    return word;
}

char *text_next_word(char **rest)
{
    char *word = text_take_word(rest);
    while (word && is_blank(**rest))
        ++*rest;
    return word;
}

bool text_is_blank(const char *text)
{
    while (is_blank(*text))
        text++;
    return !*text;
}

char *text_next_item(char **rest, char separator)
{
    char *item = *rest;
    if (!item)
        return NULL;
    char *end = strchr(item, separator);
    if (end)
        *end++ = '\0';
    *rest = end;
    return item;
}

bool text_has_item(const char *list, char separator)
{
    while (*list && *list == separator)
        list++;
    return *list;
}
