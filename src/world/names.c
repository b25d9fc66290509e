/* Names. Any process; writes no shared memory. */
#include "names.h"

#include <stdio.h>
#include <string.h>

#include "base/lookalike.h"
#include "base/text.h"
#include "base/unicode.h"

static bool is_special(char c)
{
    return c && strchr("[]\\`_^{|}", c);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What the doors say in the place of a name, and services of other networks, to which people tell passwords. */
static const char *const reserved[] = {"server",   "you",      "all",      "tous",    "nickserv", "chanserv",
                                       "operserv", "hostserv", "memoserv", "botserv", "saslserv"};

/* Whether an ASCII word looks like one of ours: 1 and I stand for l, 0 for o; but not I beside an L, as in ALI. */
static bool is_like_ascii(const char *word, const char *ours)
{
    bool capital_l = strchr(word, 'L');
    if (strlen(word) != strlen(ours))
        return false;
    for (; *word; word++, ours++) {
        bool like_l = *word == '1' || *word == '|' || (*word == 'I' && !capital_l);
        if (text_fold((unsigned char)*word) != (unsigned char)*ours && !(*ours == 'l' && like_l) &&
            !(*ours == 'o' && *word == '0'))
            return false;
    }
    return true;
}

static bool is_reserved_word(const char *word)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (is_like_ascii(word, reserved[i]) || lookalike_are(word, reserved[i]))
            return true;
    char head[6];
    snprintf(head, sizeof head, "%.5s", word);
    if (text_compare_names(head, "guest") != 0 || !word[5])
        return false;
    return strspn(word + 5, "0123456789") == strlen(word + 5);
}

/* Whether any part between brackets is reserved, whatever signs are around it: server, [you], server[x], _all_. */
static bool is_reserved(const char *nick)
{
    char part[NICK_SIZE];
    for (const char *at = nick; *at;) {
        size_t length = 0;
        for (at += strspn(at, "[]{}"); *at && !strchr("[]{}", *at); at++)
            if (!strchr("\\`_^-", *at) && length < sizeof part - 1)
                part[length++] = *at;
        part[length] = '\0';
        /* A bar may be an l, or a sign. */
        if (is_reserved_word(part))
            return true;
        char *bar = part;
        while ((bar = strchr(bar, '|')))
            memmove(bar, bar + 1, strlen(bar));
        if (is_reserved_word(part))
            return true;
    }
    return false;
}

/* Whether each bracket that closes has one that opens before it, and none is left open; { is the small letter of [. */
static bool are_brackets_paired(const char *nick)
{
    int open = 0;
    for (; *nick && open >= 0; nick++)
        open += (*nick == '[' || *nick == '{') - (*nick == ']' || *nick == '}');
    return open == 0;
}

/* Whether each character may be in a nick; the first may be neither a digit nor -. */
static enum name_result check_characters(const char *nick)
{
    size_t length = strlen(nick), used;
    int32_t first = text_decode(nick, length, &used);
    if (first < 0x80 ? !is_letter(*nick) && !is_special(*nick)
                     : !lookalike_may_name(first) || lookalike_is_digit(first) || unicode_is_mark(first))
        return NAME_BAD_START;
    for (size_t at = 0; at < length; at += used) {
        char c = nick[at];
        int32_t point = text_decode(nick + at, length - at, &used);
        if (point < 0x80 ? !is_letter(c) && !is_digit(c) && !is_special(c) && c != '-' : !lookalike_may_name(point))
            return NAME_BAD_CHARACTER;
    }
    return NAME_OK;
}

enum name_result name_check_nick(const char *nick, size_t longest)
{
    char composed[NICK_SIZE];
    if (!*nick)
        return NAME_EMPTY;
    enum name_result result = check_characters(nick);
    if (result != NAME_OK)
        return result;
    if (strlen(nick) > longest || strlen(nick) >= NICK_SIZE)
        return NAME_TOO_LONG;
    if (!text_is_ascii(nick) && (!unicode_compose(composed, sizeof composed, nick) || strcmp(composed, nick) != 0))
        return NAME_BAD_CHARACTER;
    if (!are_brackets_paired(nick))
        return NAME_BRACKETS;
    if (!text_is_ascii(nick) && !lookalike_is_one_script(nick))
        return NAME_MIXED;
    return is_reserved(nick) ? NAME_RESERVED : NAME_OK;
}

bool name_is_channel(const char *name)
{
    size_t length = strlen(name), used;
    if (name[0] != '#' || length < 2 || length >= CHANNEL_SIZE)
        return false;
    for (size_t at = 1; at < length; at += used) {
        int32_t point = text_decode(name + at, length - at, &used);
        if (!unicode_is_seen(point) || point == ',' || point == ':' || (at == 1 && unicode_is_mark(point)))
            return false;
    }
    return true;
}

void name_guest(unsigned user, char nick[NICK_SIZE])
{
    snprintf(nick, NICK_SIZE, "guest%u", user + 1);
}

bool name_is_server(const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    return *word && strspn(word, letters) == strlen(word) && strlen(word) <= 63;
}
