/* Names. Any process; writes no shared memory. */
#include "names.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

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

static bool is_reserved(const char *nick)
{
    static const char *const words[] = {"server", "all", "tous"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_compare_names(nick, words[i]) == 0)
            return true;
    char head[6];
    snprintf(head, sizeof head, "%.5s", nick);
    if (text_compare_names(head, "guest") != 0 || !nick[5])
        return false;
    return strspn(nick + 5, "0123456789") == strlen(nick + 5);
}

enum name_result name_check_nick(const char *nick, size_t longest)
{
    if (!*nick)
        return NAME_EMPTY;
    if (!is_letter(*nick) && !is_special(*nick))
        return NAME_BAD_START;
    for (const char *at = nick; *at; at++)
        if (!is_letter(*at) && !is_digit(*at) && !is_special(*at) && *at != '-')
            return NAME_BAD_CHARACTER;
    if (strlen(nick) > longest)
        return NAME_TOO_LONG;
    return is_reserved(nick) ? NAME_RESERVED : NAME_OK;
}

bool name_is_channel(const char *name)
{
    size_t length = strlen(name);
    if (name[0] != '#' || length < 2 || length >= CHANNEL_SIZE || !text_is_utf8(name, length))
        return false;
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == ',' || *at == ':' || *at == 0x7f)
            return false;
    return true;
}

void name_guest(unsigned user, char nick[NICK_SIZE])
{
    snprintf(nick, NICK_SIZE, "guest%u", user + 1);
}
