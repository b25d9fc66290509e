/* The PROXY protocol. Run by workers; no shared memory. */
#include "proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/parse.h"

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
#define SIGNATURE (sizeof signature - 1)
static const char word[] = "PROXY ";
#define WORD (sizeof word - 1)

enum { LOCAL = 0x20, PROXIED = 0x21, TCP4 = 0x11, TCP6 = 0x21, UNIX_STREAM = 0x31 };
enum { TCP4_BYTES = 12, TCP6_BYTES = 36, UNIX_BYTES = 216 };

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

struct net_address proxy_address(const unsigned char host[16], uint16_t port)
{
    struct net_address address = {.length = 0};
    if (memcmp(host, mapped, sizeof mapped) == 0) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&in.sin_addr, host + sizeof mapped, 4);
        memcpy(&address.storage, &in, sizeof in);
        address.length = sizeof in;
    } else {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        memcpy(&in6.sin6_addr, host, 16);
        memcpy(&address.storage, &in6, sizeof in6);
        address.length = sizeof in6;
    }
    return address;
}

/* ---- version 1 ---- */

/* The next word up to one blank, or to the end; NULL if it is empty. */
static char *next_word(char **rest)
{
    char *at = *rest;
    size_t length = strcspn(at, " ");
    *rest = at[length] ? at + length + 1 : at + length;
    at[length] = '\0';
    return length > 0 ? at : NULL;
}

static bool read_port(const char *text, int64_t *port)
{
    return text && (text[0] != '0' || text[1] == '\0') && parse_number(text, 0, 65535, port);
}

static bool read_host(const char *text, bool six, unsigned char host[16])
{
    memcpy(host, mapped, sizeof mapped);
    return text && inet_pton(six ? AF_INET6 : AF_INET, text, six ? host : host + sizeof mapped) == 1;
}

static enum proxy_result read_line(char *line, struct net_address *client)
{
    unsigned char host[16], other[16];
    int64_t port, other_port;
    char *family = next_word(&line);
    if (family && strcmp(family, "UNKNOWN") == 0)
        return PROXY_NONE;
    bool six = family && strcmp(family, "TCP6") == 0;
    if (!six && (!family || strcmp(family, "TCP4") != 0))
        return PROXY_WRONG;
    const char *from = next_word(&line), *to = next_word(&line), *from_port = next_word(&line);
    bool blank_behind = strchr(line, ' ') != NULL;
    const char *to_port = next_word(&line);
    if (blank_behind || !read_host(from, six, host) || !read_host(to, six, other) || !read_port(from_port, &port) ||
        !read_port(to_port, &other_port))
        return PROXY_WRONG;
    *client = proxy_address(host, (uint16_t)port);
    return PROXY_ADDRESS;
}

static enum proxy_result end_line(struct proxy *proxy, struct net_address *client)
{
    char line[PROXY_LINE_MAX];
    size_t length = proxy->length - WORD;
    memcpy(line, proxy->bytes + WORD, length);
    if (length < 2 || line[length - 2] != '\r' || memchr(line, '\0', length))
        return PROXY_WRONG;
    line[length - 2] = '\0';
    return read_line(line, client);
}

/* ---- version 2 ---- */

static const unsigned char *head_of(const struct proxy *proxy)
{
    return (const unsigned char *)proxy->bytes;
}

static size_t follows(const struct proxy *proxy)
{
    return (size_t)head_of(proxy)[14] << 8 | head_of(proxy)[15];
}

/* What is looked at of what follows the head. */
static size_t looked_at(const struct proxy *proxy)
{
    switch (head_of(proxy)[12] == PROXIED ? head_of(proxy)[13] : 0) {
    case TCP4:
        return TCP4_BYTES;
    case TCP6:
        return TCP6_BYTES;
    case UNIX_STREAM:
        return UNIX_BYTES;
    default:
        return 0;
    }
}

/* Once the head is whole. */
static bool is_good_head(const struct proxy *proxy)
{
    unsigned char how = head_of(proxy)[12], family = head_of(proxy)[13];
    bool known = how == LOCAL || family == 0 || looked_at(proxy) > 0;
    return (how == LOCAL || how == PROXIED) && known && follows(proxy) >= looked_at(proxy) &&
           follows(proxy) <= PROXY_FOLLOW_MAX;
}

static enum proxy_result end_head(const struct proxy *proxy, struct net_address *client)
{
    const unsigned char *at = head_of(proxy) + PROXY_HEAD;
    unsigned char host[16];
    memcpy(host, mapped, sizeof mapped);
    if (looked_at(proxy) == TCP4_BYTES) {
        memcpy(host + sizeof mapped, at, 4);
        *client = proxy_address(host, (uint16_t)(at[8] << 8 | at[9]));
        return PROXY_ADDRESS;
    }
    if (looked_at(proxy) == TCP6_BYTES) {
        memcpy(host, at, 16);
        *client = proxy_address(host, (uint16_t)(at[32] << 8 | at[33]));
        return PROXY_ADDRESS;
    }
    return PROXY_NONE;
}

/* ---- both ---- */

static enum proxy_result look(struct proxy *proxy, struct net_address *client)
{
    size_t length = proxy->length;
    bool binary = proxy->bytes[0] == signature[0];
    const char *expected = binary ? signature : word;
    size_t size = binary ? SIGNATURE : WORD;
    if (memcmp(proxy->bytes, expected, length < size ? length : size) != 0)
        return PROXY_ABSENT;
    if (length < size)
        return PROXY_MORE;
    if (!binary) {
        if (proxy->bytes[length - 1] == '\n')
            return end_line(proxy, client);
        return length < PROXY_LINE_MAX ? PROXY_MORE : PROXY_WRONG;
    }
    if (length == PROXY_HEAD && !is_good_head(proxy))
        return PROXY_WRONG;
    if (length < PROXY_HEAD || length < PROXY_HEAD + looked_at(proxy))
        return PROXY_MORE;
    proxy->skip = follows(proxy) - looked_at(proxy);
    return end_head(proxy, client);
}

static void skip_bytes(struct proxy *proxy, const char **from, size_t *length)
{
    size_t part = proxy->skip < *length ? proxy->skip : *length;
    proxy->skip -= part;
    *from += part;
    *length -= part;
}

enum proxy_result proxy_take(struct proxy *proxy, const char **from, size_t *length, struct net_address *client)
{
    while (*length > 0 && proxy->skip == 0) {
        proxy->bytes[proxy->length++] = **from;
        (*from)++;
        (*length)--;
        enum proxy_result result = look(proxy, client);
        if (result == PROXY_MORE)
            continue;
        skip_bytes(proxy, from, length);
        if (proxy->skip == 0 || (result != PROXY_ADDRESS && result != PROXY_NONE))
            return result;
    }
    if (proxy->skip == 0)
        return PROXY_MORE;
    skip_bytes(proxy, from, length);
    return proxy->skip == 0 ? end_head(proxy, client) : PROXY_MORE;
}

/* ---- X-Forwarded-For ---- */

/* 192.0.2.1, 192.0.2.1:51116, 2001:db8::1, [2001:db8::1], [2001:db8::1]:51116 */
static bool read_forwarded(const char *at, size_t length, unsigned char host[16])
{
    char text[NET_TEXT_SIZE];
    while (length > 0 && (at[0] == ' ' || at[0] == '\t')) {
        at++;
        length--;
    }
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= sizeof text || memchr(at, '%', length))
        return false;
    memcpy(text, at, length);
    text[length] = '\0';
    char *end = text[0] == '[' ? strchr(text, ']') : NULL, *colon = strchr(text, ':');
    char *start = text + (text[0] == '[');
    if (end)
        *end = '\0';
    else if (colon && !strchr(colon + 1, ':'))
        *colon = '\0';
    return net_parse_host(start, host);
}

static bool is_listed(const struct net_range *ranges, int count, const unsigned char host[16])
{
    for (int i = 0; i < count; i++)
        if (net_range_holds(&ranges[i], host))
            return true;
    return false;
}

bool proxy_forwarded(const char *list, const struct net_range *ranges, int count, unsigned char host[16])
{
    size_t end = strlen(list);
    while (is_listed(ranges, count, host)) {
        size_t start = end;
        while (start > 0 && list[start - 1] != ',')
            start--;
        if (!read_forwarded(list + start, end - start, host))
            return false;
        if (start == 0)
            return is_listed(ranges, count, host);
        end = start - 1;
    }
    return false;
}
