/* Names of the server, and origins. Run by workers; no shared memory. */
#include "web_name.h"

#include <string.h>
#include <strings.h>

#include "base/net.h"

#define NAME_MAX_LENGTH 255

/* A part of a string. */
struct span {
    const char *at;
    size_t length;
};

static struct span span_of(const char *string)
{
    return (struct span){.at = string, .length = strlen(string)};
}

static bool is_same(struct span a, struct span b)
{
    return a.length == b.length && strncasecmp(a.at, b.at, a.length) == 0;
}

static bool ends_in(struct span name, const char *end)
{
    size_t length = strlen(end);
    return name.length > length && strncasecmp(name.at + name.length - length, end, length) == 0;
}

/* Of "host:port" or "[address]:port" the host; the port, if any, in *port. */
static struct span host_of(struct span authority, struct span *port)
{
    size_t length = 0;
    if (authority.length > 0 && authority.at[0] == '[')
        while (length < authority.length && authority.at[length] != ']')
            length++;
    while (length < authority.length && authority.at[length] != ':')
        length++;
    *port = (struct span){.at = authority.at + length, .length = authority.length - length};
    return (struct span){.at = authority.at, .length = length};
}

static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
              c == '.'))
            return false;
    }
    return name.length > 0 && name.length <= NAME_MAX_LENGTH;
}

static bool is_port(struct span port)
{
    for (size_t i = 1; i < port.length; i++)
        if (port.at[i] < '0' || port.at[i] > '9')
            return false;
    return port.length != 1 && port.length <= 6;
}

static bool is_address(struct span host)
{
    char text[NET_TEXT_SIZE];
    unsigned char bytes[16];
    bool bracketed = host.length > 2 && host.at[0] == '[' && host.at[host.length - 1] == ']';
    size_t length = bracketed ? host.length - 2 : host.length;
    if (length == 0 || length >= sizeof text)
        return false;
    memcpy(text, host.at + bracketed, length);
    text[length] = '\0';
    return bracketed == (strchr(text, ':') != NULL) && !strchr(text, '%') && net_parse_host(text, bytes);
}

/* ---- web-origin ---- */

static struct span next_word(const char **list)
{
    *list += strspn(*list, " ");
    struct span word = {.at = *list, .length = strcspn(*list, " ")};
    *list += word.length;
    return word;
}

/* Of scheme://host:port what is behind the scheme; of anything else nothing. */
static struct span authority_of(struct span origin)
{
    for (size_t i = 0; i + 3 <= origin.length; i++)
        if (memcmp(origin.at + i, "://", 3) == 0)
            return (struct span){.at = origin.at + i + 3, .length = origin.length - i - 3};
    return (struct span){.at = origin.at, .length = 0};
}

/* Whether the list has that host, alone or in an origin; or, if `origin` has any length, that very origin. */
static bool is_listed(const struct settings *settings, struct span origin, struct span host)
{
    const char *list = settings->web_origin ? settings->web_origin : "";
    struct span port;
    for (struct span word = next_word(&list); word.length > 0; word = next_word(&list)) {
        struct span authority = authority_of(word);
        bool whole = authority.length > 0; /* scheme and all */
        if (is_same(word, span_of("any")) || (!whole && is_same(word, host)) || is_same(word, origin) ||
            (whole && origin.length == 0 && is_same(host_of(authority, &port), host)))
            return true;
    }
    return false;
}

bool web_name_is_known(const struct settings *settings, const char *text)
{
    static const char *const private[] = {".localhost", ".local", ".internal", ".home.arpa"};
    struct span port, nothing = {.at = "", .length = 0}, host = host_of(span_of(text), &port);
    if (!is_port(port))
        return false;
    if (is_address(host))
        return true;
    if (!is_name(host))
        return false;
    if (!memchr(host.at, '.', host.length) || is_same(host, span_of(settings->server_name)))
        return true;
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        if (ends_in(host, private[i]))
            return true;
    return is_listed(settings, nothing, host);
}

/* Without the port that goes without saying. */
static struct span trim_port(struct span authority)
{
    struct span port, host = host_of(authority, &port);
    return is_same(port, span_of(":80")) || is_same(port, span_of(":443")) ? host : authority;
}

bool web_name_may_connect(const struct settings *settings, const char *text, const char *host)
{
    struct span port, origin = span_of(text), authority = authority_of(origin);
    if (authority.length > 0 && is_same(trim_port(authority), trim_port(span_of(host))))
        return true;
    struct span of_origin = host_of(authority, &port);
    return is_listed(settings, origin, of_origin.length > 0 ? of_origin : origin);
}
