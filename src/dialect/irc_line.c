/* Parsing IRC lines. Run by workers, on bytes that anybody may have sent. */
#include "irc_line.h"

#include <string.h>

#include "base/text.h"

static char *skip_blanks(char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* Ends the word at `at` with a zero byte and returns what follows it and its blanks. */
static char *end_word(char *at)
{
    char *end = strchr(at, ' ');
    if (!end)
        return at + strlen(at);
    *end = '\0';
    return skip_blanks(end + 1);
}

bool irc_line_parse(char *line, struct irc_line *parsed)
{
    *parsed = (struct irc_line){.tags = line + strlen(line)};
    char *at = skip_blanks(line);
    if (*at == '@') {
        parsed->tags = at + 1;
        at = end_word(at);
    }
    if (*at == ':')
        at = end_word(at);
    if (!*at)
        return false;
    parsed->verb = at;
    at = end_word(at);
    while (*at && parsed->count < IRC_PARAMETERS) {
        if (*at == ':' || parsed->count == IRC_PARAMETERS - 1) {
            parsed->parameters[parsed->count++] = at + (*at == ':');
            break;
        }
        parsed->parameters[parsed->count++] = at;
        at = end_word(at);
    }
    return true;
}

/* Copies an escaped value. IRCv3 message-tags: \: is ;, \s a blank, \\ a backslash. */
static void unescape(struct text *value, const char *from, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = from[i];
        if (c == '\\') {
            if (++i == length)
                return;
            c = from[i];
            c = c == ':' ? ';' : c == 's' ? ' ' : c == 'r' ? '\r' : c == 'n' ? '\n' : c;
        }
        text_add_char(value, c);
    }
}

const char *irc_tag_raw(const char *tags, const char *key, size_t *length)
{
    size_t key_length = strlen(key);
    const char *found = NULL;
    while (*tags) {
        size_t all = strcspn(tags, ";"), name = strcspn(tags, "=;");
        if (name == key_length && memcmp(tags, key, name) == 0) {
            found = tags + name + (name < all); /* the last one counts */
            *length = all - name - (name < all);
        }
        tags += all + (tags[all] == ';');
    }
    return found;
}

bool irc_tag_value(const char *tags, const char *key, char *value, size_t size)
{
    size_t length;
    struct text text;
    const char *raw = irc_tag_raw(tags, key, &length);
    if (!raw)
        return false;
    text_init(&text, value, size);
    unescape(&text, raw, length);
    return true;
}

/* A client-only tag's name: + and perhaps a vendor, then letters, digits, hyphens. */
static bool is_client_tag(const char *tag, size_t length)
{
    size_t name = strcspn(tag, "=;");
    if (name > length || name < 2 || tag[0] != '+')
        return false;
    for (size_t i = 1; i < name; i++) {
        unsigned char c = (unsigned char)tag[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !strchr("-./_:", c))
            return false;
    }
    return true;
}

void irc_tags_of_clients(const char *tags, char *kept, size_t size)
{
    struct tag {
        const char *start;
        size_t length, name;
    } found[IRC_TAGS_LIMIT / 3]; /* "+a;" is the shortest */
    size_t count = 0;
    struct text text;
    while (*tags && count < sizeof found / sizeof *found) {
        size_t length = strcspn(tags, ";");
        if (is_client_tag(tags, length))
            found[count++] = (struct tag){tags, length, strcspn(tags, "=;")};
        tags += length + (tags[length] == ';');
    }
    text_init(&text, kept, size);
    for (size_t i = 0; i < count; i++) {
        size_t next = i + 1; /* of two tags with one name the last one counts */
        while (next < count &&
               (found[next].name != found[i].name || memcmp(found[next].start, found[i].start, found[i].name) != 0))
            next++;
        if (next < count)
            continue;
        if (text.length > 0)
            text_add_char(&text, ';');
        text_add_bytes(&text, found[i].start, found[i].length);
    }
}
