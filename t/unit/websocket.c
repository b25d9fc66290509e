/* WebSocket's frames: those that are in order, and each way in which they are not. */
#include "transport/websocket.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { FIN = 0x80, LIMIT = 70000 };

static struct websocket websocket;
static struct websocket_message message;
static unsigned char bytes[LIMIT + 100];
static size_t filled;

static void begin(void)
{
    websocket_free(&websocket);
    CHECK(websocket_init(&websocket, LIMIT) == 0);
    filled = 0;
}

static void add(const void *from, size_t length)
{
    memcpy(bytes + filled, from, length);
    filled += length;
}

static void add_frame(unsigned first, const void *body, size_t length)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    unsigned char head[10] = {(unsigned char)first, (unsigned char)(0x80 | (length < 126     ? length
                                                                            : length < 65536 ? 126
                                                                                             : 127))};
    unsigned size = length < 126 ? 0 : length < 65536 ? 2 : 8;
    for (unsigned i = 0; i < size; i++)
        head[2 + i] = (unsigned char)((uint64_t)length >> 8 * (size - 1 - i));
    add(head, 2 + size);
    add(mask, 4);
    for (size_t i = 0; i < length; i++)
        bytes[filled++] = ((const unsigned char *)body)[i] ^ mask[i % 4];
}

static size_t taken;

/* The next that comes of what was added, in pieces of so many bytes. */
static enum websocket_result next(size_t piece)
{
    enum websocket_result result = WEBSOCKET_NOTHING;
    while (result == WEBSOCKET_NOTHING && taken < filled) {
        const char *from = (const char *)bytes + taken;
        size_t length = piece < filled - taken ? piece : filled - taken, left = length;
        result = websocket_take(&websocket, &from, &left, &message);
        taken += length - left;
    }
    return result;
}

/* Everything anew: the frame alone, whole and byte by byte. Returns the code of the failure, 0 for none. */
static unsigned fails(void)
{
    unsigned codes[2];
    for (int i = 0; i < 2; i++) {
        size_t keep = filled;
        websocket_free(&websocket);
        CHECK(websocket_init(&websocket, LIMIT) == 0);
        filled = keep;
        taken = 0;
        enum websocket_result result;
        while ((result = next(i ? 1 : SIZE_MAX)) == WEBSOCKET_MESSAGE)
            ;
        codes[i] = result == WEBSOCKET_FAILED ? message.code : 0;
    }
    CHECK(codes[0] == codes[1]);
    filled = 0;
    return codes[0];
}

static bool is(enum websocket_opcode opcode, const char *text)
{
    return message.opcode == opcode && message.length == strlen(text) && strcmp(message.bytes, text) == 0;
}

static void messages(void)
{
    begin();
    taken = 0;
    add_frame(FIN | 1, "hello", 5);
    add_frame(FIN | 2, "", 0);
    add_frame(FIN | 1, "\xc3\xa9", 2);
    CHECK(next(SIZE_MAX) == WEBSOCKET_MESSAGE && is(WEBSOCKET_TEXT, "hello"));
    CHECK(next(1) == WEBSOCKET_MESSAGE && is(WEBSOCKET_BINARY, ""));
    CHECK(next(1) == WEBSOCKET_MESSAGE && is(WEBSOCKET_TEXT, "\xc3\xa9"));
    CHECK(next(1) == WEBSOCKET_NOTHING && taken == filled);
}

static void lengths(void)
{
    static const size_t rows[] = {0, 1, 124, 125, 126, 127, 255, 256, 65534, 65535, 65536, LIMIT};
    static char body[LIMIT];
    memset(body, 'x', sizeof body);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin();
        taken = 0;
        add_frame(FIN | 1, body, rows[i]);
        CHECK(next(1000) == WEBSOCKET_MESSAGE && message.length == rows[i] &&
              memcmp(message.bytes, body, rows[i]) == 0);
    }
    begin();
    add("\x81\xff\0\0\0\0\0\1\x11\x71", 10); /* LIMIT + 1 */
    add("mask", 4);
    CHECK(fails() == 1009);
    add_frame(2, body, LIMIT);
    add_frame(0, "", 0);
    add_frame(FIN, "x", 1);
    CHECK(fails() == 1009);
}

static void fragments(void)
{
    begin();
    taken = 0;
    add_frame(1, "a\xe2\x82", 3);
    add_frame(FIN | 9, "ping", 4);
    add_frame(0, "", 0);
    add_frame(FIN | 10, "", 0);
    add_frame(FIN,
              "\xac"
              "b",
              2);
    add_frame(FIN | 1, "c", 1);
    CHECK(next(1) == WEBSOCKET_MESSAGE && is(WEBSOCKET_PING, "ping"));
    CHECK(next(1) == WEBSOCKET_MESSAGE && is(WEBSOCKET_PONG, ""));
    CHECK(next(1) == WEBSOCKET_MESSAGE && is(WEBSOCKET_TEXT, "a\xe2\x82\xac"
                                                             "b"));
    CHECK(next(1) == WEBSOCKET_MESSAGE && is(WEBSOCKET_TEXT, "c"));
}

static void wrong_fragments(void)
{
    begin();
    add_frame(FIN, "a", 1);
    CHECK(fails() == 1002);
    add_frame(0, "a", 1);
    CHECK(fails() == 1002);
    add_frame(1, "a", 1);
    add_frame(FIN | 1, "b", 1);
    CHECK(fails() == 1002);
    add_frame(1, "a", 1);
    add_frame(2, "b", 1);
    CHECK(fails() == 1002);
    add_frame(1, "a", 1);
    add_frame(FIN, "b", 1);
    add_frame(FIN, "c", 1);
    CHECK(fails() == 1002);
    add_frame(9, "", 0); /* control frames have no fragments */
    CHECK(fails() == 1002);
}

static void wrong_heads(void)
{
    begin();
    for (unsigned bit = 0x10; bit <= 0x40; bit <<= 1) {
        add_frame(FIN | bit | 1, "a", 1);
        CHECK(fails() == 1002);
        add_frame(FIN | bit | 9, "a", 1);
        CHECK(fails() == 1002);
    }
    for (unsigned opcode = 3; opcode < 16; opcode++) {
        if (opcode >= 8 && opcode <= 10)
            continue;
        add_frame(FIN | opcode, "a", 1);
        CHECK(fails() == 1002);
    }
    add("\x81\x01x", 3); /* without a mask */
    CHECK(fails() == 1002);
    add("\x89\xfe\0\x7e", 4); /* a control frame of 126 bytes */
    CHECK(fails() == 1002);
    add("\x81\xfe\0\x7d", 4);
    add("mask", 4);
    CHECK(fails() == 1002);
    add("\x81\xff\0\0\0\0\0\0\xff\xff", 10);
    add("mask", 4);
    CHECK(fails() == 1002);
    add("\x81\xff\x80\0\0\0\0\1\0\0", 10);
    add("mask", 4);
    CHECK(fails() == 1002);
}

static void utf8(void)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {{"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", true},
                {"\xf4\x8f\xbf\xbf", true},
                {"\xef\xbf\xbe", true},
                {"\xed\x9f\xbf\xee\x80\x80", true},
                {"\xf0\x90\x80\x80", true},
                {"\xc0\xaf", false},
                {"\xc1\xbf", false},
                {"\xe0\x80\xaf", false},
                {"\xe0\x9f\xbf", false},
                {"\xed\xa0\x80", false},
                {"\xf0\x8f\xbf\xbf", false},
                {"\xf4\x90\x80\x80", false},
                {"\xf8\x88\x80\x80\x80", false},
                {"\x80", false},
                {"\xff", false},
                {"a\xc3", false},
                {"\xe2\x82", false},
                {"\xc3(", false}};
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        add_frame(FIN | 1, rows[i].text, strlen(rows[i].text));
        CHECK(fails() == (rows[i].good ? 0 : 1007));
        add_frame(1, rows[i].text, 1);
        add_frame(FIN, rows[i].text + 1, strlen(rows[i].text) - 1);
        CHECK(fails() == (rows[i].good ? 0 : 1007));
        add_frame(FIN | 2, rows[i].text, strlen(rows[i].text));
        CHECK(fails() == 0);
    }
    /* Told at the first wrong byte, not at the end. */
    begin();
    taken = 0;
    add_frame(1, "\xce\xba\xed\xa0", 4);
    CHECK(next(SIZE_MAX) == WEBSOCKET_FAILED && message.code == 1007);
}

static void closing(void)
{
    begin();
    taken = 0;
    add_frame(FIN | 8, "", 0);
    CHECK(next(1) == WEBSOCKET_MESSAGE && message.code == WEBSOCKET_NO_CODE && is(WEBSOCKET_CLOSE, ""));
    add_frame(FIN | 8,
              "\x03\xe8"
              "bye",
              5);
    CHECK(next(1) == WEBSOCKET_MESSAGE && message.code == 1000 && is(WEBSOCKET_CLOSE, "bye"));
    filled = 0;
    add_frame(FIN | 8, "\x03", 1);
    CHECK(fails() == 1002);
    add_frame(FIN | 8, "\x03\xe8\xff", 3);
    CHECK(fails() == 1007);
    add_frame(FIN | 8, "\x03\xe8\xe2\x82", 4);
    CHECK(fails() == 1007);
    static const unsigned good[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999};
    static const unsigned bad[] = {0, 999, 1004, 1005, 1006, 1012, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 65535};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        unsigned char code[2] = {(unsigned char)(good[i] >> 8), (unsigned char)good[i]};
        add_frame(FIN | 8, code, 2);
        CHECK(fails() == 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned char code[2] = {(unsigned char)(bad[i] >> 8), (unsigned char)bad[i]};
        add_frame(FIN | 8, code, 2);
        CHECK(fails() == 1002);
    }
}

static void ours(void)
{
    char frame[WEBSOCKET_CONTROL_FRAME], long_text[200];
    memset(long_text, 'x', sizeof long_text);
    CHECK(websocket_head(frame, WEBSOCKET_TEXT, 125) == 2 && memcmp(frame, "\x81\x7d", 2) == 0);
    CHECK(websocket_head(frame, WEBSOCKET_TEXT, 126) == 4 && memcmp(frame, "\x81\x7e\0\x7e", 4) == 0);
    CHECK(websocket_head(frame, WEBSOCKET_BINARY, 65535) == 4 && memcmp(frame, "\x82\x7e\xff\xff", 4) == 0);
    CHECK(websocket_close_frame(frame, 1000) == 4 && memcmp(frame, "\x88\x02\x03\xe8", 4) == 0);
    CHECK(websocket_control(frame, WEBSOCKET_PONG, "abc", 3) == 5 && memcmp(frame,
                                                                            "\x8a\x03"
                                                                            "abc",
                                                                            5) == 0);
    CHECK(websocket_control(frame, WEBSOCKET_PING, NULL, 0) == 2 && memcmp(frame, "\x89\0", 2) == 0);
    CHECK(websocket_control(frame, WEBSOCKET_PONG, long_text, sizeof long_text) == WEBSOCKET_CONTROL_FRAME);
}

int main(void)
{
    CASE("messages come out of frames, however their bytes come", messages);
    CASE("every length is taken in its shortest form, up to the limit", lengths);
    CASE("a message in fragments is put together, with control frames between them", fragments);
    CASE("fragments that are out of order fail", wrong_fragments);
    CASE("heads that RFC 6455 forbids fail", wrong_heads);
    CASE("text is UTF-8, also across fragments", utf8);
    CASE("a close frame has a code that may be sent, and words", closing);
    CASE("our frames are never longer than need be", ours);
    websocket_free(&websocket);
    CHECK_DONE();
}
