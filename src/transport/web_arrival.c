/* Requests at the web door. Run by workers, but for web_refuse, which the supervisor runs; no shared memory.
 *
 * A connection is good for one request: a browser needs one for the page and one for what follows. */
#include "web_arrival.h"

#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/sha1.h"
#include "page.h"
#include "web_name.h"

#define WEBSOCKET_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_BYTES      16
#define KEY_LENGTH     24

static void add_date(struct text *text)
{
    char date[40];
    struct tm parts;
    time_t now = time(NULL);
    if (gmtime_r(&now, &parts) && strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts))
        text_addf(text, "Date: %s\r\n", date);
}

static void begin_answer(struct text *text, enum http_status status)
{
    text_addf(text, "HTTP/1.1 %d %s\r\n", (int)status, http_reason(status));
    add_date(text);
    text_add(text, "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
    if (status == HTTP_BAD_METHOD)
        text_add(text, "Allow: GET, HEAD\r\n");
    if (status == HTTP_BUSY)
        text_add(text, "Retry-After: 10\r\n");
    if (status == HTTP_UPGRADE)
        text_add(text, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nConnection: Upgrade, close\r\n");
    else
        text_add(text, "Connection: close\r\n");
}

/* An answer of one line. head_only: its head alone. */
static void answer_line(struct text *text, enum http_status status, const char *line, bool head_only)
{
    begin_answer(text, status);
    text_add(text, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nCache-Control: no-store\r\n"
                   "Content-Type: text/plain; charset=utf-8\r\n");
    text_addf(text, "Content-Length: %zu\r\n\r\n", strlen(line) + 1);
    if (!head_only)
        text_addf(text, "%s\n", line);
}

void web_refuse(struct text *text, const char *why)
{
    answer_line(text, HTTP_BUSY, why, false);
}

static enum newcomer_result refuse(struct newcomer *newcomer, enum http_status status, const char *line)
{
    answer_line(&newcomer->said, status, line, newcomer->http.is_head);
    return NEWCOMER_OVER;
}

static const char *why_wrong(enum http_status status)
{
    switch (status) {
    case HTTP_BAD_METHOD:
        return "only GET and HEAD are understood here";
    case HTTP_BAD_VERSION:
        return "only HTTP/1.1 and 1.0 are spoken here; HTTP/2 is for a server in front";
    case HTTP_LARGE_HEAD:
        return "the head of the request is too large: 8 KiB and 64 fields are enough";
    case HTTP_LONG_TARGET:
        return "the address is too long";
    case HTTP_NONE:
    case HTTP_SWITCHING:
    case HTTP_OK:
    case HTTP_NOT_MODIFIED:
    case HTTP_BAD_REQUEST:
    case HTTP_FORBIDDEN:
    case HTTP_NOT_FOUND:
    case HTTP_TIMEOUT:
    case HTTP_MISDIRECTED:
    case HTTP_UPGRADE:
    case HTTP_BUSY:
        break;
    }
    return "this is no request of HTTP/1.1: the web door is for browsers and WebSocket (ws://); TLS is for a server in "
           "front";
}

/* ---- the handshake: RFC 6455 section 4.2 ---- */

static bool wants_websocket(const struct http *http)
{
    return http->minor > 0 && !http->is_head && http_has_token(http, "Upgrade", "websocket") &&
           http_has_token(http, "Connection", "upgrade");
}

/* The subprotocol that the client would like best, of those there are; NULL if it names none of them. */
static const char *choose_protocol(const struct http *http, enum door_kind *door)
{
    int at = 0;
    const char *list;
    while ((list = http_next_field(http, "Sec-WebSocket-Protocol", &at))) {
        for (;; list += strcspn(list, ",")) {
            list += strspn(list, ", \t");
            size_t length = strcspn(list, ", \t");
            if (length == 0)
                break;
            if (length == 14 && strncmp(list, "text.ircv3.net", 14) == 0)
                return "text.ircv3.net";
            if (length == 16 && strncmp(list, "binary.ircv3.net", 16) == 0) {
                *door = DOOR_WEB_BINARY;
                return "binary.ircv3.net";
            }
        }
    }
    return NULL;
}

static void accept_key(const char *key, char accept[BASE64_SIZE(SHA1_SIZE)])
{
    char bytes[KEY_LENGTH + sizeof WEBSOCKET_GUID];
    unsigned char digest[SHA1_SIZE];
    memcpy(bytes, key, KEY_LENGTH);
    memcpy(bytes + KEY_LENGTH, WEBSOCKET_GUID, sizeof WEBSOCKET_GUID);
    sha1_of(bytes, KEY_LENGTH + sizeof WEBSOCKET_GUID - 1, digest);
    base64_encode(accept, BASE64_SIZE(SHA1_SIZE), digest, sizeof digest);
}

static bool is_key(const char *key)
{
    unsigned char bytes[KEY_BYTES];
    return key && strlen(key) == KEY_LENGTH && base64_decode(bytes, sizeof bytes, key, KEY_LENGTH) == KEY_BYTES;
}

static enum newcomer_result shake_hands(struct newcomer *newcomer)
{
    const struct http *http = &newcomer->http;
    const char *version = http_field(http, "Sec-WebSocket-Version"), *key = http_field(http, "Sec-WebSocket-Key");
    const char *origin = http_field(http, "Origin"), *host = http_field(http, "Host");
    char accept[BASE64_SIZE(SHA1_SIZE)];
    if (!version || strcmp(version, "13") != 0)
        return refuse(newcomer, HTTP_UPGRADE, "only version 13 of WebSocket is spoken here");
    if (!is_key(key))
        return refuse(newcomer, HTTP_BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64");
    if (origin && !web_name_may_connect(newcomer->settings, origin, host))
        return refuse(newcomer, HTTP_FORBIDDEN,
                      "pages of that origin may not connect: the administrator can list it as web-origin");
    const char *protocol = choose_protocol(http, &newcomer->door);
    accept_key(key, accept);
    text_addf(&newcomer->said,
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: %s\r\n",
              accept);
    if (protocol)
        text_addf(&newcomer->said, "Sec-WebSocket-Protocol: %s\r\n", protocol);
    text_add(&newcomer->said, "\r\n");
    return NEWCOMER_IN;
}

/* ---- the page ---- */

/* Whether the client says that it has this very page. */
static bool has_page(const struct http *http, const struct page *page)
{
    const char *tags = http_field(http, "If-None-Match");
    return tags && (strcmp(tags, "*") == 0 || strstr(tags, page->tag));
}

/* Nothing runs on the page but its own script, and it speaks with nobody but this server. `host` was found to be a name
 * of it, or is NULL. "self" alone stands for its WebSocket as well, but not in every browser. */
static void add_policy(struct text *text, const struct page *page, const char *host)
{
    text_addf(text, "Content-Security-Policy: default-src 'none'; script-src '%s'; style-src '%s'; connect-src 'self'",
              page->script, page->style);
    if (host)
        text_addf(text, " ws://%s wss://%s", host, host);
    text_add(text, "; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n");
}

static enum newcomer_result serve_page(struct newcomer *newcomer, const char *host)
{
    const struct http *http = &newcomer->http;
    const struct page *page = page_get();
    bool known = has_page(http, page);
    struct text *said = &newcomer->said;
    begin_answer(said, known ? HTTP_NOT_MODIFIED : HTTP_OK);
    add_policy(said, page, host);
    text_addf(said, "ETag: %s\r\nCache-Control: no-cache\r\n", page->tag);
    if (!known)
        text_addf(said, "Content-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n", page->length);
    text_add(said, "\r\n");
    if (!known && !http->is_head) {
        newcomer->body = page->bytes;
        newcomer->body_length = page->length;
    }
    return NEWCOMER_OVER;
}

/* ---- requests ---- */

static bool asks_for(const char *target, const char *path)
{
    size_t length = strlen(path);
    return strncmp(target, path, length) == 0 && (target[length] == '\0' || target[length] == '?');
}

/* Who is asked for by a proxy is not that proxy's own client alone. Of several fields the last was added last. */
static void take_forwarded(struct newcomer *newcomer)
{
    const char *fields[HTTP_FIELDS_MAX];
    unsigned char host[16];
    int at = 0, count = 0;
    while (count < HTTP_FIELDS_MAX && (fields[count] = http_next_field(&newcomer->http, "X-Forwarded-For", &at)))
        count++;
    net_host_bytes(&newcomer->address, host);
    for (int i = count - 1; i >= 0; i--)
        if (!proxy_forwarded(fields[i], newcomer->proxies->list, newcomer->proxies->count, host))
            break;
    if (count > 0)
        newcomer->address = proxy_address(host, net_port(&newcomer->address));
}

static enum newcomer_result answer(struct newcomer *newcomer)
{
    const struct http *http = &newcomer->http;
    if (newcomer->proxies)
        take_forwarded(newcomer);
    const char *host = http_field(http, "Host");
    if (host && !web_name_is_known(newcomer->settings, host))
        return refuse(newcomer, HTTP_MISDIRECTED,
                      "this server has no such name: the administrator can list it as web-origin");
    if (wants_websocket(http))
        return shake_hands(newcomer);
    if (!asks_for(http->target, "/"))
        return refuse(newcomer, HTTP_NOT_FOUND, "there is nothing at that address: the page is at /");
    return serve_page(newcomer, host);
}

enum newcomer_result web_arrive(struct newcomer *newcomer, const char **bytes, size_t *length)
{
    enum http_status status = HTTP_NONE;
    switch (http_take(&newcomer->http, bytes, length, &status)) {
    case HTTP_MORE:
        return NEWCOMER_WAITS;
    case HTTP_WRONG:
        return refuse(newcomer, status, why_wrong(status));
    case HTTP_WHOLE:
        break;
    }
    return answer(newcomer);
}

void web_arrive_late(struct newcomer *newcomer)
{
    refuse(newcomer, HTTP_TIMEOUT, "no whole request came in time");
}
