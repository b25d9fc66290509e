/* Bytes into lines, however they come apart. */
#include "base/lines.h"

#include <string.h>

#include "check.h"

static struct lines lines;
static bool cr_ends;   /* a CR alone ends a line */
static char told[512]; /* what came out: "[line]" each, "!" and its beginning for one that was too long */

static void tell(enum lines_result result, const char *line, size_t length)
{
    size_t at = strlen(told);
    if (result == LINES_LONG)
        snprintf(told + at, sizeof told - at, "!%.*s", (int)length, line);
    else
        snprintf(told + at, sizeof told - at, "[%.*s]", (int)length, line);
    CHECK(line[length] == '\0' && (result == LINES_LINE || length == lines.limit));
}

/* Feeds `bytes` in pieces of `piece` bytes. */
static void feed(const char *bytes, size_t length, size_t piece)
{
    while (length > 0) {
        size_t now = piece < length ? piece : length, left = now, line_length;
        const char *from = bytes;
        char *line;
        enum lines_result result;
        while ((result = lines_take(&lines, &from, &left, &line, &line_length)) != LINES_NONE)
            tell(result, line, line_length);
        CHECK(left == 0 && from == bytes + now);
        bytes += now;
        length -= now;
    }
}

static bool gives(size_t limit, const char *bytes, const char *expected)
{
    for (size_t piece = 1; piece <= strlen(bytes) + 1; piece++) {
        told[0] = '\0';
        if (lines_init(&lines, limit))
            return false;
        if (cr_ends)
            lines_end_at_cr(&lines);
        feed(bytes, strlen(bytes), piece);
        char *line;
        size_t length;
        enum lines_result result = lines_finish(&lines, &line, &length);
        if (result != LINES_NONE) {
            snprintf(told + strlen(told), sizeof told - strlen(told), "+");
            tell(result, line, length);
        }
        CHECK(lines_finish(&lines, &line, &length) == LINES_NONE);
        lines_free(&lines);
        if (strcmp(told, expected) != 0) {
            printf("# pieces of %zu: %s\n", piece, told);
            return false;
        }
    }
    return true;
}

static void plain(void)
{
    CHECK(gives(10, "", ""));
    CHECK(gives(10, "\n", "[]"));
    CHECK(gives(10, "one\n", "[one]"));
    CHECK(gives(10, "one\ntwo\n\nthree\n", "[one][two][][three]"));
}

static void carriage_returns(void)
{
    CHECK(gives(10, "one\r\n", "[one]"));
    CHECK(lines_ended_in_cr(&lines));
    CHECK(gives(10, "\r\n", "[]"));
    CHECK(gives(10, "one\r\r\n", "[one\r]"));
    CHECK(gives(10, "o\rne\n", "[o\rne]"));
    CHECK(!lines_ended_in_cr(&lines));
}

static void carriage_returns_alone(void)
{
    cr_ends = true;
    CHECK(gives(10, "one\rtwo\r", "[one][two]"));
    CHECK(gives(10, "one\r\ntwo\r\n", "[one][two]"));
    CHECK(gives(10, "one\ntwo\r\nthree\rfour\n", "[one][two][three][four]"));
    CHECK(gives(10, "\r\r\n\n\n\r", "[][][][][]"));
    CHECK(gives(10, "one\n\rtwo", "[one][]+[two]"));
    CHECK(gives(3, "abc\rabcd\rabcd\r\nabc\r\n", "[abc]!abc!abc[abc]"));
    cr_ends = false;
    CHECK(gives(10, "o\rne\n", "[o\rne]"));
}

static void unfinished(void)
{
    CHECK(gives(10, "one", "+[one]"));
    CHECK(gives(10, "one\ntwo", "[one]+[two]"));
    CHECK(gives(10, "one\ntwo\r", "[one]+[two]"));
    CHECK(gives(10, "\r", "+[]"));
    CHECK(gives(3, "four", "+!fou"));
}

static void limits(void)
{
    CHECK(gives(3, "abc\n", "[abc]"));
    CHECK(gives(3, "abc\r\n", "[abc]"));
    CHECK(gives(3, "abcd\n", "!abc"));
    CHECK(gives(3, "abcd\r\n", "!abc"));
    CHECK(gives(3, "abc\rd\n", "!abc"));
    CHECK(gives(3, "abc\r\r\n", "!abc"));
    CHECK(gives(3, "abcdefghijklmnopqrstuvwxyz\nok\n", "!abc[ok]"));
    CHECK(gives(3, "abcd\nabcd\nabc\n", "!abc!abc[abc]"));
    CHECK(gives(1, "a\nbb\n\r\nc\r\n", "[a]!b[][c]"));
}

static void zero_bytes(void)
{
    CHECK(lines_init(&lines, 10) == 0);
    const char bytes[] = "a\0b\0\r\n", *from = bytes;
    size_t left = sizeof bytes - 1, length;
    char *line;
    CHECK(lines_take(&lines, &from, &left, &line, &length) == LINES_LINE);
    CHECK(length == 4 && memcmp(line, "a\0b\0", 5) == 0);
    CHECK(lines_take(&lines, &from, &left, &line, &length) == LINES_NONE);
    lines_free(&lines);
}

static void nothing_to_take(void)
{
    CHECK(lines_init(&lines, 10) == 0);
    const char *from = NULL;
    size_t left = 0, length;
    char *line;
    CHECK(lines_take(&lines, &from, &left, &line, &length) == LINES_NONE);
    CHECK(lines_finish(&lines, &line, &length) == LINES_NONE);
    lines_free(&lines);
    lines_free(&lines);
}

static void endless(void)
{
    CHECK(lines_init(&lines, 100) == 0);
    static char flood[65536];
    memset(flood, 'x', sizeof flood);
    told[0] = '\0';
    for (int i = 0; i < 1000; i++)
        feed(flood, sizeof flood, sizeof flood);
    CHECK(lines.length <= 101);
    feed("\nfine\n", 6, 6);
    CHECK(strlen(told) == 1 + 100 + 6 && strcmp(told + 98, "xxx[fine]") == 0);
    lines_free(&lines);
}

/* Only where a stream begins, and also if it comes in pieces. */
static void marks(void)
{
    char *line;
    size_t length;
    lines_init(&lines, 100);
    const char *first = "\xEF\xBB", *second = "\xBF"
                                              "one\n\xEF\xBB\xBFtwo\n";
    size_t left = 2;
    CHECK(lines_take(&lines, &first, &left, &line, &length) == LINES_NONE);
    left = strlen(second);
    CHECK(lines_take(&lines, &second, &left, &line, &length) == LINES_LINE && strcmp(line, "one") == 0 && length == 3);
    CHECK(lines_take(&lines, &second, &left, &line, &length) == LINES_LINE && length == 6);
    lines_free(&lines);
}

int main(void)
{
    CASE("lines come out as they went in, however they are cut", plain);
    CASE("one CR before LF belongs to the end, any other to the line", carriage_returns);
    CASE("where a CR ends a line, CR, LF and CR LF are one end each, however they are cut", carriage_returns_alone);
    CASE("what came after the last LF is a last line", unfinished);
    CASE("a line at the limit passes, one byte more is told once, and the next is fine", limits);
    CASE("zero bytes are kept and counted", zero_bytes);
    CASE("nothing fed gives nothing", nothing_to_take);
    CASE("a line that never ends costs no memory", endless);
    CASE("a byte order mark is left out where the first line begins", marks);
    CHECK_DONE();
}
