/* A request of HTTP is the same in whatever pieces it comes; its fields lie in its head, in order, and have neither CR
 * nor LF in them. */
#include "driver.h"

#include "transport/http.h"

static enum http_result take(struct http *http, const uint8_t *data, size_t size, size_t piece, size_t *taken,
                             enum http_status *status)
{
    enum http_result result = HTTP_MORE;
    memset(http, 0, sizeof *http);
    *status = HTTP_NONE;
    for (*taken = 0; *taken < size && result == HTTP_MORE;) {
        const char *from = (const char *)data + *taken;
        size_t length = piece < size - *taken ? piece : size - *taken, left = length;
        result = http_take(http, &from, &left, status);
        CLAIM(result != HTTP_MORE || left == 0);
        *taken += length - left;
    }
    return result;
}

static void look(const struct http *http)
{
    CLAIM(http->target && *http->target == '/' && !strpbrk(http->target, " \r\n"));
    CLAIM(http->count >= 0 && http->count <= HTTP_FIELDS_MAX);
    const char *at = http->bytes;
    for (int i = 0; i < http->count; i++) {
        const struct http_field *field = &http->fields[i];
        CLAIM(field->name > at && field->value > field->name && field->value < http->bytes + http->length);
        CLAIM(*field->name && !strpbrk(field->name, " \t\r\n:") && !strpbrk(field->value, "\r\n"));
        at = field->value;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http whole, pieces;
    size_t taken[2];
    enum http_status status[2];
    enum http_result result = take(&whole, data, size, SIZE_MAX, &taken[0], &status[0]);
    CLAIM(take(&pieces, data, size, 1 + size % 7, &taken[1], &status[1]) == result);
    CLAIM(taken[0] == taken[1] && status[0] == status[1] && (result == HTTP_WRONG) == (status[0] != HTTP_NONE));
    if (result == HTTP_WHOLE)
        look(&whole);
    return 0;
}
