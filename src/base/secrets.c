/* Secrets in lines. Run by every process that keeps a client's line; writes no shared memory. */
#include "secrets.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* What follows any of these may be a password: verbs of ours, of other servers', of services, names of services, and
 * headers of HTTP. By their first letter, so that most words are told by one look. Words are of ASCII letters alone;
 * whatever else is next to them does not count. */
static const char *const askers[26][7] = {
    ['A' - 'A'] = {"ACCOUNT", "AUTH", "AUTHENTICATE", "AUTHORIZATION", "AUTHSERV"},
    ['C' - 'A'] = {"CHANSERV", "COOKIE", "CS"},
    ['G' - 'A'] = {"GHOST"},
    ['I' - 'A'] = {"IDENTIFY"},
    ['K' - 'A'] = {"KEY"},
    ['L' - 'A'] = {"LOGIN", "LOGON"},
    ['N' - 'A'] = {"NICKSERV", "NS"},
    ['O' - 'A'] = {"OPER"},
    ['P' - 'A'] = {"PASS", "PASSCODE", "PASSPHRASE", "PASSWD", "PASSWORD"},
    ['R' - 'A'] = {"RECOVER", "REGAIN", "REGISTER", "RELEASE", "RESUME"},
    ['S' - 'A'] = {"SASL", "SETPASS", "SIDENTIFY"},
    ['T' - 'A'] = {"TOKEN"},
    ['V' - 'A'] = {"VERIFY", "VHOST"},
    ['W' - 'A'] = {"WEBIRC"},
};

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char upper(char letter)
{
    return (char)(letter & ~0x20);
}

/* Of letters alone, one at least. */
static bool is_asker(const char *word, size_t length)
{
    for (const char *const *list = askers[upper(word[0]) - 'A']; *list; list++) {
        size_t at = 1;
        while (at < length && (*list)[at] == upper(word[at]))
            at++;
        if (at == length && !(*list)[at])
            return true;
    }
    return false;
}

static size_t skip_blanks(const char *line, size_t length, size_t at)
{
    while (at < length && is_blank(line[at]))
        at++;
    return at;
}

static size_t skip_word(const char *line, size_t length, size_t at)
{
    while (at < length && !is_blank(line[at]))
        at++;
    return at;
}

/* Where the command stands: behind IRC's tags and prefix, or a slash. */
static size_t find_verb(const char *line, size_t length)
{
    size_t at = skip_blanks(line, length, 0);
    for (const char *mark = "@:"; *mark; mark++)
        if (at < length && line[at] == *mark)
            at = skip_blanks(line, length, skip_word(line, length, at));
    while (at < length && line[at] == '/')
        at++;
    return at;
}

/* The end of what may be shown of a command that may have a channel's key, or `length`. */
static size_t end_before_key(const char *line, size_t length)
{
    size_t verb = find_verb(line, length), at = skip_word(line, length, verb);
    bool mode = at - verb == 4 && strncasecmp(line + verb, "MODE", 4) == 0;
    if (!mode && !(at - verb == 4 && strncasecmp(line + verb, "JOIN", 4) == 0))
        return length;
    at = skip_blanks(line, length, at);
    if (mode && at < length && (line[at] == '#' || line[at] == '&'))
        at = skip_blanks(line, length, skip_word(line, length, at));
    return skip_word(line, length, at);
}

size_t secrets_begin(const char *line, size_t length)
{
    size_t end = end_before_key(line, length);
    for (size_t at = 0; at < end;) {
        if (!is_letter(line[at])) {
            at++;
            continue;
        }
        size_t word = at;
        while (at < length && is_letter(line[at]))
            at++;
        if (is_asker(line + word, at - word))
            end = at;
    }
    return end < length && skip_blanks(line, length, end) < length ? end : length;
}
