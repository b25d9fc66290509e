/* The head of a request of HTTP/1 (RFC 9112), as much of it as a server of one page needs. Knows of no socket. */
#ifndef FORKCHAT_TRANSPORT_HTTP_H
#define FORKCHAT_TRANSPORT_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_HEAD_MAX   8192
#define HTTP_FIELDS_MAX 64

/* What is answered: RFC 9110 section 15. */
enum http_status {
    HTTP_NONE = 0, /* nothing is wrong */
    HTTP_SWITCHING = 101,
    HTTP_OK = 200,
    HTTP_NOT_MODIFIED = 304,
    HTTP_BAD_REQUEST = 400,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_BAD_METHOD = 405,
    HTTP_TIMEOUT = 408,
    HTTP_LONG_TARGET = 414,
    HTTP_MISDIRECTED = 421,
    HTTP_UPGRADE = 426,
    HTTP_LARGE_HEAD = 431,
    HTTP_BUSY = 503,
    HTTP_BAD_VERSION = 505
};

struct http_field {
    const char *name, *value; /* zero-terminated; the value without blanks around it */
};

/* A request on its way in; http.c alone writes to the fields. */
struct http {
    char bytes[HTTP_HEAD_MAX + 1];
    size_t length;
    size_t line;        /* where the line that is being read begins */
    const char *target; /* NULL until the first line is whole */
    bool is_head;       /* HEAD, not GET */
    int minor;          /* HTTP/1.minor */
    struct http_field fields[HTTP_FIELDS_MAX];
    int count;
};

enum http_result {
    HTTP_MORE,  /* feed more */
    HTTP_WHOLE, /* the head is whole and in order */
    HTTP_WRONG  /* the request is to be answered with *status, and the connection to be ended */
};

/* Takes bytes from *from (*length of them) up to the end of the head, and moves both on. What is wrong is told as soon
 * as its line is whole. */
enum http_result http_take(struct http *http, const char **from, size_t *length, enum http_status *status);

/* The value of the field, in any case of letters: the only one, or the first; NULL if there is none. next: that of the
 * next one, *at (0 at first) counts. */
const char *http_field(const struct http *http, const char *name);
const char *http_next_field(const struct http *http, const char *name, int *at);

/* Whether one of the fields of that name, lists with commas, has that item, in any case of letters. */
bool http_has_token(const struct http *http, const char *name, const char *token);

/* The words that belong to a status. */
const char *http_reason(enum http_status status);

#endif
