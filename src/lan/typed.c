/* Names as people type them. Runs in the peer's main process; keeps no state. */
#include "lan/typed.h"

#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "base/text.h"
#include "lan/screen.h"

char *typed_quoted(char **rest)
{
    char *name = *rest, *end = *name == '"' || *name == '\'' ? strchr(name + 1, *name) : NULL;
    if (!end || end == name + 1 || (end[1] && end[1] != ' '))
        return NULL;
    *end++ = '\0';
    *rest = end + strspn(end, " ");
    return name + 1;
}

char *typed_trimmed(char *line)
{
    line += strspn(line, " ");
    for (char *end = line + strlen(line); end > line && end[-1] == ' ';)
        *--end = '\0';
    return line;
}

char *typed_name(char **rest, typed_exists *exists, void *context)
{
    char *name = typed_quoted(rest);
    if (name)
        return name;
    name = typed_trimmed(*rest);
    char *end = name + strlen(name);
    for (char *at = end; at > name; at--) {
        char byte = *at;
        if (byte && byte != ' ')
            continue;
        *at = '\0';
        if (exists(context, name)) {
            *rest = at == end ? end : at + 1 + strspn(at + 1, " ");
            return name;
        }
        *at = byte;
    }
    *rest = end;
    return *name ? name : NULL;
}

char *typed_whole(char *line)
{
    char *name = typed_quoted(&line);
    return name ? name : typed_trimmed(line);
}

/* Word processors turn quotes into such pairs. */
static void straighten(char *line)
{
    static const struct {
        const char *curved;
        char straight;
    } quotes[] = {{"\u201c", '"'}, {"\u201d", '"'}, {"\u201e", '"'}, {"\u2018", '\''}, {"\u2019", '\''}};
    if (strpbrk(line, "\"'"))
        return;
    for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++)
        for (char *at = line; (at = strstr(at, quotes[i].curved));) {
            size_t length = strlen(quotes[i].curved);
            *at++ = quotes[i].straight;
            memmove(at, at + length - 1, strlen(at + length - 1) + 1);
        }
}

/* Cuts the next text in quotes out of *at; a backslash there stands before what is meant as it is. */
static char *next_quoted(char **at)
{
    char *start = *at + strcspn(*at, "\"'"), quote = *start, *to = start;
    if (!quote)
        return NULL;
    for (char *from = start + 1; *from; from++) {
        if (*from == quote) {
            *to = '\0';
            *at = from + 1;
            return start;
        }
        if (*from == '\\' && from[1] && strchr("\\\"'", from[1]))
            from++;
        *to++ = *from;
    }
    return NULL;
}

bool typed_read_offer(const char *line, struct typed_offer *offer)
{
    char copy[SCREEN_LINE_MAX + 1];
    text_copy(copy, sizeof copy, line);
    straighten(copy);
    char *at = copy + strspn(copy, " ([");
    if (at == copy || !*at || !strchr("\"'u", *at)) /* Python 2 puts a u before a quote */
        return false;
    const char *address = next_quoted(&at), *port = address ? at + strspn(at, " ,") : NULL;
    if (!port || *port < '0' || *port > '9' || strlen(address) >= sizeof offer->address)
        return false;
    offer->numeric = net_parse_host(address, offer->host);
    offer->port = strtol(port, NULL, 10);
    at += strcspn(at, ")]");
    const char *password = next_quoted(&at), *name = password ? next_quoted(&at) : NULL;
    if (!name) { /* one alone is the name, as behind None */
        name = password;
        password = "";
    }
    if (!name || at[strspn(at, " ,;)]")] || strlen(password) > SECRET_PASSWORD_MAX || strlen(name) > NAME_FILE_MAX)
        return false;
    text_copy(offer->address, sizeof offer->address, address);
    text_copy(offer->password, sizeof offer->password, password);
    text_copy(offer->name, sizeof offer->name, name);
    return true;
}
