/* Bytes into lines: the pieces in which they come make no difference, and every byte is accounted
 * for. */
#include "driver.h"

#include "base/lines.h"

/* What came out, as one number, and how many bytes of the input it explains. */
struct told {
    uint64_t hash;
    size_t lines, longs;
};

static void tell(struct told *told, enum lines_result result, const char *line, size_t length, size_t limit)
{
    told->hash = (told->hash ^ (uint64_t)result) * UINT64_C(1099511628211);
    CLAIM(result != LINES_LONG || length == limit);
    CLAIM(length <= limit && line[length] == '\0' && !memchr(line, '\n', length));
    for (size_t i = 0; i < length; i++)
        told->hash = (told->hash ^ (unsigned char)line[i]) * UINT64_C(1099511628211);
    if (result == LINES_LONG)
        told->longs++;
    else
        told->lines++;
}

static struct told split(const char *bytes, size_t length, size_t limit, size_t piece, bool cr_ends)
{
    struct told told = {0};
    struct lines lines;
    CLAIM(lines_init(&lines, limit) == 0);
    if (cr_ends)
        lines_end_at_cr(&lines);
    char *line;
    size_t line_length;
    enum lines_result result;
    while (length > 0) {
        size_t left = piece < length ? piece : length;
        const char *from = bytes, *end = bytes + left;
        length -= left;
        while ((result = lines_take(&lines, &from, &left, &line, &line_length)) != LINES_NONE)
            tell(&told, result, line, line_length, limit);
        CLAIM(left == 0 && from == end);
        bytes = end;
    }
    result = lines_finish(&lines, &line, &line_length);
    if (result != LINES_NONE)
        tell(&told, result, line, line_length, limit);
    lines_free(&lines);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t limit = 1 + data[0], piece = 1 + data[1] % 32;
    const char *bytes = (const char *)data + 2;
    size_t length = size - 2, ends = 0;
    bool cr_ends = data[1] >= 128, open_end = length > 0 && bytes[length - 1] != '\n';
    for (size_t i = 0; i < length; i++)
        if (cr_ends)
            ends += bytes[i] == '\r' || (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'));
        else
            ends += bytes[i] == '\n';
    if (cr_ends && open_end && bytes[length - 1] == '\r')
        open_end = false;
    struct told whole = split(bytes, length, limit, length + 1, cr_ends);
    struct told pieces = split(bytes, length, limit, piece, cr_ends);
    CLAIM(whole.hash == pieces.hash && whole.lines == pieces.lines && whole.longs == pieces.longs);
    CLAIM(whole.lines + whole.longs == ends + open_end);
    return 0;
}
