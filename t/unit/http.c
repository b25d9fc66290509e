/* Requests of HTTP: what is one, and everything that is none. */
#include "transport/http.h"

#include <stdint.h>
#include <string.h>

#include "check.h"

static struct http http;

/* What becomes of it, in pieces of so many bytes: a status, HTTP_NONE if it is whole, or -1 if more must come. */
static int take_in(const char *text, size_t size, size_t piece)
{
    enum http_status status = HTTP_NONE;
    memset(&http, 0, sizeof http);
    while (size > 0) {
        size_t length = piece < size ? piece : size;
        const char *from = text;
        size_t left = length;
        enum http_result result = http_take(&http, &from, &left, &status);
        if (result == HTTP_WRONG)
            return (int)status;
        if (result == HTTP_WHOLE)
            return HTTP_NONE;
        text += length;
        size -= length;
    }
    return -1;
}

static int take(const char *text)
{
    int whole = take_in(text, strlen(text), SIZE_MAX), single = take_in(text, strlen(text), 1);
    CHECK(whole == single);
    return single;
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

static void good(void)
{
    CHECK(take("GET / HTTP/1.1\r\nHost: localhost:7780\r\nAccept:  */* \t\r\n\r\n") == HTTP_NONE);
    CHECK(strcmp(http.target, "/") == 0 && !http.is_head && http.minor == 1 && http.count == 2);
    CHECK(strcmp(http_field(&http, "accept"), "*/*") == 0 && strcmp(http_field(&http, "HOST"), "localhost:7780") == 0);
    CHECK(!http_field(&http, "Accep") && !http_field(&http, "Origin"));
    CHECK(take("HEAD /a?b HTTP/1.0\r\n\r\n") == HTTP_NONE && http.is_head && http.minor == 0);
    CHECK(strcmp(http.target, "/a?b") == 0);
    CHECK(take("GET / HTTP/1.1\nHost: a\n\n") == HTTP_NONE);
    CHECK(take("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == HTTP_NONE);
    CHECK(take(GET "Content-Length: 0\r\nEmpty:\r\n\r\n") == HTTP_NONE && *http_field(&http, "Empty") == '\0');
    CHECK(take("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n") == HTTP_NONE && strcmp(http.target, "/b") == 0);
    CHECK(take("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n") == HTTP_NONE && strcmp(http.target, "/") == 0);
    CHECK(take("GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n") == HTTP_NONE && strcmp(http.target, "/") == 0);
}

static void unfinished(void)
{
    CHECK(take("GET / HTTP/1.1\r\nHost: a\r\n") == -1);
    CHECK(take("GET / HTTP/1.1\r\nHost: a\r\n\r") == -1);
    CHECK(take("G") == -1 && take("\r\n") == -1);
}

static void bad_first_lines(void)
{
    CHECK(take("POST / HTTP/1.1\r\n") == HTTP_BAD_METHOD && take("get / HTTP/1.1\r\n") == HTTP_BAD_METHOD);
    CHECK(take("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == HTTP_BAD_VERSION &&
          take("GET / HTTP/0.9\r\n") == HTTP_BAD_VERSION);
    static const char *const wrong[] = {"GET /\r\n",
                                        "GET\r\n",
                                        "GET  HTTP/1.1\r\n",
                                        "GET / HTTP/1.1 \r\n",
                                        "GET / HTTP/11\r\n",
                                        "GET / http/1.1\r\n",
                                        "GET a HTTP/1.1\r\n",
                                        "GET * HTTP/1.1\r\n",
                                        "GET / / HTTP/1.1\r\n",
                                        "NICK toto\r\n",
                                        "GET / HTTP/1.1\rHost: a\r\n",
                                        " GET / HTTP/1.1\r\n",
                                        "GET /\x7f HTTP/1.1\r\n",
                                        "GET\t/ HTTP/1.1\r\n",
                                        "GET / HTTP/1.1x\r\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (take(wrong[i]) != HTTP_BAD_REQUEST) {
            printf("# %s", wrong[i]);
            CHECK(!"refused");
        }
    CHECK(take_in("\x16\x03\x01", 3, 1) == HTTP_BAD_REQUEST);
    CHECK(take_in("\0", 1, 1) == HTTP_BAD_REQUEST);
    CHECK(take_in("GET /\0 HTTP/1.1\r\n", 17, 17) == HTTP_BAD_REQUEST);
}

static void bad_fields(void)
{
    CHECK(take(GET " folded: b\r\n") == HTTP_BAD_REQUEST && take(GET "\tfolded\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "a : b\r\n") == HTTP_BAD_REQUEST && take(GET ": b\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "a b\r\n") == HTTP_BAD_REQUEST && take(GET "a\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "a: b\rc: d\r\n") == HTTP_BAD_REQUEST && take(GET "a: b\r\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "a: \x01\r\n") == HTTP_BAD_REQUEST);
    CHECK(take_in(GET "a: \0\r\n\r\n", sizeof GET - 1 + 8, 100) == HTTP_BAD_REQUEST);
    CHECK(take(GET "Host: b\r\n\r\n") == HTTP_BAD_REQUEST && take("GET / HTTP/1.1\r\n\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "Sec-WebSocket-Key: a\r\nsec-websocket-key: a\r\n\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "Content-Length: 1\r\n\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "Content-Length: 0\r\nContent-Length: 0\r\n\r\n") == HTTP_BAD_REQUEST);
    CHECK(take(GET "Transfer-Encoding: chunked\r\n\r\n") == HTTP_BAD_REQUEST);
}

static void too_much(void)
{
    char text[HTTP_HEAD_MAX + 100] = "GET /";
    memset(text + 5, 'a', sizeof text - 6);
    CHECK(take(text) == HTTP_LONG_TARGET);
    memcpy(text, GET "a: ", sizeof GET + 2);
    CHECK(take(text) == HTTP_LARGE_HEAD);
    strcpy(text, GET);
    for (int i = 1; i < HTTP_FIELDS_MAX; i++)
        strcat(text, "a: b\r\n");
    size_t length = strlen(text);
    strcat(text, "\r\n");
    CHECK(take(text) == HTTP_NONE && http.count == HTTP_FIELDS_MAX);
    strcpy(text + length, "a: b\r\n");
    CHECK(take(text) == HTTP_LARGE_HEAD);
    memset(text, '\n', sizeof text);
    CHECK(take_in(text, sizeof text, 100) == HTTP_LONG_TARGET);
}

static void lists(void)
{
    CHECK(take(GET "Connection: keep-alive ,\tUPGRADE\r\nUpgrade: h2c\r\nUpgrade:websocket\r\n\r\n") == HTTP_NONE);
    CHECK(http_has_token(&http, "connection", "upgrade") && http_has_token(&http, "Upgrade", "WebSocket"));
    CHECK(!http_has_token(&http, "Connection", "up") && !http_has_token(&http, "Connection", "alive"));
    CHECK(!http_has_token(&http, "Host", "b") && !http_has_token(&http, "Nothing", ""));
}

static void behind(void)
{
    const char *from = GET "\r\nrest";
    size_t left = strlen(from);
    enum http_status status;
    memset(&http, 0, sizeof http);
    CHECK(http_take(&http, &from, &left, &status) == HTTP_WHOLE && left == 4 && strcmp(from, "rest") == 0);
}

int main(void)
{
    CASE("a request is read, in whatever pieces it comes", good);
    CASE("a request that is not whole is waited for", unfinished);
    CASE("what is no first line is refused as soon as it is whole", bad_first_lines);
    CASE("a field that two readers might read differently is refused", bad_fields);
    CASE("a head has its bounds", too_much);
    CASE("lists have items", lists);
    CASE("what comes behind the head is left alone", behind);
    CHECK_DONE();
}
