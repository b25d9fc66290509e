/* Masks. Any process; writes no shared memory. */
#include "mask.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "net.h"
#include "text.h"
#include "unicode.h"

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

bool mask_match_host(const char *mask, const char *host)
{
    struct net_range range;
    unsigned char bytes[16];
    return mask_match(mask, host) || (!mask_is_wild(mask) && net_parse_range(mask, &range) &&
                                      net_parse_host(host, bytes) && net_range_holds(&range, bytes));
}

/* Whether the part of a mask fits; no mask is longer than MASK_SIZE. */
static bool match_part(const char *mask, size_t length, const char *text)
{
    char part[MASK_SIZE];
    if (length >= sizeof part)
        return false;
    memcpy(part, mask, length);
    part[length] = '\0';
    return mask_match(part, text);
}

bool mask_match_person(const char *mask, const char *nick, const char *username, const char *host)
{
    const char *bang = strchr(mask, '!'), *at = bang ? strrchr(bang, '@') : NULL;
    return at && match_part(mask, (size_t)(bang - mask), nick) &&
           match_part(bang + 1, (size_t)(at - bang - 1), username) && mask_match_host(at + 1, host);
}

bool mask_normalise_host(char normal[MASK_SIZE], const char *host)
{
    struct net_range range;
    char address[NET_TEXT_SIZE];
    bool wild = mask_is_wild(host);
    bool meant = strchr(host, '/') || strspn(host, "0123456789.") == strlen(host) || (strchr(host, ':') && !wild);
    if (!wild && net_normalise_scoped(host, address)) {
        host = address;
    } else if (meant) {
        if (wild || !net_parse_range(host, &range))
            return false;
        net_format_range(&range, address);
        host = address;
    }
    return snprintf(normal, MASK_SIZE, "%s%s", *host == ':' ? "0" : "", host) < MASK_SIZE;
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

bool mask_normalise(char normal[MASK_SIZE], const char *given)
{
    char composed[MASK_SIZE]; /* as nicks are */
    bool fits = unicode_compose(composed, sizeof composed, given);
    if (!fits && !text_is_ascii(given) && text_is_utf8(given, strlen(given)))
        return false;
    const char *mask = fits ? composed : given;
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
    char where[MASK_SIZE];
    if (*host && !mask_normalise_host(where, host))
        return false;
    add_part(&text, *host ? where : "", *host ? strlen(where) : 0);
    return !text.cut;
}
