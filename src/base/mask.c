/* Masks. Any process; writes no shared memory. */
#include "mask.h"

#include <string.h>

#include "text.h"

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Behind the character at `at`; bytes that are no UTF-8 count as characters of their own, more or less. */
static const char *next_character(const char *at)
{
    at++;
    while (is_continuation(*at))
        at++;
    return at;
}

static bool is_same(char a, char b)
{
    return text_fold((unsigned char)a) == text_fold((unsigned char)b);
}

/* Only the last star seen can usefully take more: an earlier one could give it nothing that it cannot
 * take by itself. So there is one place to go back to, and it only moves forward. */
bool mask_match(const char *mask, const char *text)
{
    const char *star = NULL, *taken = NULL;
    while (*text || *mask == '*') {
        if (*mask == '*') {
            star = ++mask;
            taken = text;
            if (!*mask)
                return true;
        } else if (*mask == '?') {
            mask++;
            text = next_character(text);
        } else if (*mask && is_same(*mask, *text)) {
            mask++;
            text++;
        } else if (star) {
            mask = star;
            taken = next_character(taken);
            text = taken;
        } else {
            return false;
        }
    }
    return !*mask;
}

bool mask_is_wild(const char *mask)
{
    return strpbrk(mask, "*?") != NULL;
}

/* Adds a part of a mask: * if it is empty, runs of * as one. */
static void add_part(struct text *text, const char *part, size_t length)
{
    if (length == 0)
        text_add_char(text, '*');
    for (size_t i = 0; i < length; i++)
        if (part[i] != '*' || i == 0 || part[i - 1] != '*')
            text_add_char(text, part[i]);
}

bool mask_normalise(char normal[MASK_SIZE], const char *mask)
{
    const char *nick = mask, *user = "", *host = "";
    size_t nick_length, user_length = 0, bang = strcspn(mask, "!");
    const char *at = strrchr(mask + (mask[bang] ? bang : 0), '@');
    size_t end = at ? (size_t)(at - mask) : strlen(mask);
    if (at)
        host = at + 1;
    if (bang < end && mask[bang]) {
        nick_length = bang;
        user = mask + bang + 1;
        user_length = end - bang - 1;
    } else if (at) {
        nick_length = 0;
        user = mask;
        user_length = end;
    } else if (strpbrk(mask, ".:")) {
        nick_length = 0;
        host = mask;
    } else {
        nick_length = end;
    }
    struct text text;
    text_init(&text, normal, MASK_SIZE);
    add_part(&text, nick, nick_length);
    text_add_char(&text, '!');
    add_part(&text, user, user_length);
    text_add_char(&text, '@');
    if (*host == ':')
        text_add_char(&text, '0'); /* hosts never begin with a colon */
    add_part(&text, host, strlen(host));
    return !text.cut;
}
