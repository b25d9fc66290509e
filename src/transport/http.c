/* Requests of HTTP. Run by workers; no shared memory.
 *
 * Strict where leniency has been how requests were smuggled past a proxy: no CR but before LF, no folded field, no
 * blank before the colon, one Host, no body. */
#include "http.h"

#include <string.h>
#include <strings.h>

#define TOKEN_MARKS "!#$%&'*+-.^_`|~"

static bool is_token_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(TOKEN_MARKS, c));
}

static size_t token_length(const char *line)
{
    size_t length = 0;
    while (is_token_byte(line[length]))
        length++;
    return length;
}

/* ---- the first line ---- */

/* "http://host/path" is as good as "/path", and "*" is no page. */
static const char *path_of(const char *target)
{
    if (strncasecmp(target, "http://", 7) == 0) {
        target += 7 + strcspn(target + 7, "/?");
        return *target == '/' ? target : "/";
    }
    return *target == '/' ? target : NULL;
}

static bool is_target(const char *target)
{
    for (; *target; target++)
        if (*target <= ' ' || *target == 0x7f)
            return false;
    return true;
}

static enum http_status take_version(struct http *http, const char *version)
{
    bool is_http = strncmp(version, "HTTP/", 5) == 0 && version[5] >= '0' && version[5] <= '9' && version[6] == '.' &&
                   version[7] >= '0' && version[7] <= '9' && version[8] == '\0';
    if (!is_http)
        return HTTP_BAD_REQUEST;
    http->minor = version[7] - '0';
    return version[5] == '1' ? HTTP_NONE : HTTP_BAD_VERSION;
}

/* METHOD target HTTP/1.1 */
static enum http_status take_request_line(struct http *http, char *line)
{
    size_t length = token_length(line);
    char *target = line + length, *version = strrchr(line, ' ');
    if (length == 0 || *target != ' ' || version == target)
        return HTTP_BAD_REQUEST;
    *target++ = '\0';
    *version++ = '\0';
    enum http_status status = take_version(http, version);
    if (status)
        return status;
    http->is_head = strcmp(line, "HEAD") == 0;
    if (!http->is_head && strcmp(line, "GET") != 0)
        return HTTP_BAD_METHOD;
    http->target = is_target(target) ? path_of(target) : NULL;
    return http->target ? HTTP_NONE : HTTP_BAD_REQUEST;
}

/* ---- fields ---- */

static bool is_value(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
            return false;
    return true;
}

static enum http_status take_field(struct http *http, char *line)
{
    size_t length = token_length(line);
    if (length == 0 || line[length] != ':')
        return HTTP_BAD_REQUEST;
    if (http->count == HTTP_FIELDS_MAX)
        return HTTP_LARGE_HEAD;
    line[length] = '\0';
    char *value = line + length + 1;
    value += strspn(value, " \t");
    size_t end = strlen(value);
    while (end > 0 && (value[end - 1] == ' ' || value[end - 1] == '\t'))
        value[--end] = '\0';
    if (!is_value(value))
        return HTTP_BAD_REQUEST;
    http->fields[http->count++] = (struct http_field){.name = line, .value = value};
    return HTTP_NONE;
}

/* What must not be there twice, nor with others. */
static enum http_status judge(const struct http *http)
{
    static const char *const single[] = {"Host",   "Sec-WebSocket-Key", "Sec-WebSocket-Version",
                                         "Origin", "Content-Length",    "If-None-Match"};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        int at = 0;
        if (http_next_field(http, single[i], &at) && http_next_field(http, single[i], &at))
            return HTTP_BAD_REQUEST;
    }
    const char *body = http_field(http, "Content-Length");
    if (http_field(http, "Transfer-Encoding") || (body && strcmp(body, "0") != 0))
        return HTTP_BAD_REQUEST;
    return http->minor > 0 && !http_field(http, "Host") ? HTTP_BAD_REQUEST : HTTP_NONE;
}

/* A line that is whole, and its end: *done if it was the empty one behind the fields. */
static enum http_status take_line(struct http *http, bool *done)
{
    char *line = http->bytes + http->line;
    size_t length = http->length - http->line - 1; /* without LF */
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    http->line = http->length;
    if (strlen(line) != length || strchr(line, '\r'))
        return HTTP_BAD_REQUEST;
    if (length > 0)
        return http->target ? take_field(http, line) : take_request_line(http, line);
    *done = http->target != NULL; /* empty lines before the first are none: RFC 9112 section 2.2 */
    return *done ? judge(http) : HTTP_NONE;
}

enum http_result http_take(struct http *http, const char **from, size_t *length, enum http_status *status)
{
    bool done = false;
    while (*length > 0) {
        if (http->length == HTTP_HEAD_MAX) {
            *status = http->target ? HTTP_LARGE_HEAD : HTTP_LONG_TARGET;
            return HTTP_WRONG;
        }
        char byte = **from;
        http->bytes[http->length++] = byte;
        (*from)++;
        (*length)--;
        /* No request begins so: whoever speaks TLS, or nothing at all, need not be waited for. */
        bool begins = http->length == http->line + 1 && !http->target;
        if (begins && !is_token_byte(byte) && byte != '\r' && byte != '\n') {
            *status = HTTP_BAD_REQUEST;
            return HTTP_WRONG;
        }
        if (byte != '\n')
            continue;
        *status = take_line(http, &done);
        if (*status)
            return HTTP_WRONG;
        if (done)
            return HTTP_WHOLE;
    }
    return HTTP_MORE;
}

/* ---- looking at it ---- */

const char *http_next_field(const struct http *http, const char *name, int *at)
{
    while (*at < http->count) {
        const struct http_field *field = &http->fields[(*at)++];
        if (strcasecmp(field->name, name) == 0)
            return field->value;
    }
    return NULL;
}

const char *http_field(const struct http *http, const char *name)
{
    int at = 0;
    return http_next_field(http, name, &at);
}

static bool list_has(const char *list, const char *token)
{
    size_t wanted = strlen(token);
    while (*list) {
        list += strspn(list, ", \t");
        size_t length = strcspn(list, ",");
        size_t end = length;
        while (end > 0 && (list[end - 1] == ' ' || list[end - 1] == '\t'))
            end--;
        if (end == wanted && strncasecmp(list, token, wanted) == 0)
            return true;
        list += length;
    }
    return false;
}

bool http_has_token(const struct http *http, const char *name, const char *token)
{
    int at = 0;
    const char *list;
    while ((list = http_next_field(http, name, &at)))
        if (list_has(list, token))
            return true;
    return false;
}

const char *http_reason(enum http_status status)
{
    switch (status) {
    case HTTP_SWITCHING:
        return "Switching Protocols";
    case HTTP_OK:
        return "OK";
    case HTTP_NOT_MODIFIED:
        return "Not Modified";
    case HTTP_FORBIDDEN:
        return "Forbidden";
    case HTTP_NOT_FOUND:
        return "Not Found";
    case HTTP_BAD_METHOD:
        return "Method Not Allowed";
    case HTTP_TIMEOUT:
        return "Request Timeout";
    case HTTP_LONG_TARGET:
        return "URI Too Long";
    case HTTP_MISDIRECTED:
        return "Misdirected Request";
    case HTTP_UPGRADE:
        return "Upgrade Required";
    case HTTP_LARGE_HEAD:
        return "Request Header Fields Too Large";
    case HTTP_BUSY:
        return "Service Unavailable";
    case HTTP_BAD_VERSION:
        return "HTTP Version Not Supported";
    case HTTP_NONE:
    case HTTP_BAD_REQUEST:
        break;
    }
    return "Bad Request";
}
