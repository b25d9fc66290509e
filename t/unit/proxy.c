/* What proxies say of their clients: the PROXY protocol, and X-Forwarded-For. */
#include "transport/proxy.h"

#include <string.h>

#include "check.h"

static struct net_address client;
static size_t rest;

static enum proxy_result take_in(const char *bytes, size_t size, size_t piece)
{
    struct proxy proxy;
    memset(&proxy, 0, sizeof proxy);
    memset(&client, 0, sizeof client);
    enum proxy_result result = PROXY_MORE;
    for (size_t taken = 0; taken < size && result == PROXY_MORE;) {
        const char *from = bytes + taken;
        size_t length = piece < size - taken ? piece : size - taken, left = length;
        result = proxy_take(&proxy, &from, &left, &client);
        taken += length - left;
        rest = size - taken;
    }
    return result;
}

static enum proxy_result take(const char *bytes, size_t size)
{
    enum proxy_result whole = take_in(bytes, size, size);
    size_t left = rest;
    CHECK(take_in(bytes, size, 1) == whole && rest == left);
    return whole;
}

static enum proxy_result line(const char *text)
{
    return take(text, strlen(text));
}

static bool is(const char *expected)
{
    char text[NET_TEXT_SIZE];
    net_format(&client, text);
    return strcmp(text, expected) == 0;
}

static void lines(void)
{
    CHECK(line("PROXY TCP4 192.0.2.7 198.51.100.1 51116 7777\r\nNICK a\r\n") == PROXY_ADDRESS);
    CHECK(is("192.0.2.7:51116") && rest == 8);
    CHECK(line("PROXY TCP6 2001:db8::7 ::1 1 65535\r\n") == PROXY_ADDRESS && is("[2001:db8::7]:1") && rest == 0);
    CHECK(line("PROXY UNKNOWN\r\n") == PROXY_NONE && line("PROXY UNKNOWN a b c d e\r\nx") == PROXY_NONE && rest == 1);
    CHECK(line("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
               "65535\r\n") == PROXY_ADDRESS);
    CHECK(line("PROXY TCP4 1.2.3.4 5.6.7.8 0 7777\r") == PROXY_MORE && line("PRO") == PROXY_MORE);
}

static void wrong_lines(void)
{
    static const char *const wrong[] = {"PROXY \r\n",
                                        "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n",
                                        "PROXY TCP4\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
                                        "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                                        "PROXY TCP4 1.2.3.4  5.6.7.8 1 2\r\n",
                                        "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
                                        "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
                                        "PROXY TCP4 ::1 ::1 1 2\r\n",
                                        "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
                                        "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
                                        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
                                        "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (line(wrong[i]) != PROXY_WRONG) {
            printf("# %s", wrong[i]);
            CHECK(!"refused");
        }
    char long_line[200] = "PROXY UNKNOWN ";
    memset(long_line + 14, 'x', sizeof long_line - 15);
    CHECK(line(long_line) == PROXY_WRONG);
    CHECK(line("proxy TCP4") == PROXY_ABSENT && line("NICK") == PROXY_ABSENT && line("PROXYX") == PROXY_ABSENT);
    CHECK(line("GET / HTTP/1.1\r\n") == PROXY_ABSENT && line("POST") == PROXY_ABSENT &&
          line("\r\nNICK") == PROXY_ABSENT);
}

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static void heads(void)
{
    static const char four[] = SIGNATURE "\x21\x11\0\x0c\xc0\0\2\7\xc6\x33\x64\1\xc7\xac\x1e\x61rest";
    CHECK(take(four, sizeof four - 1) == PROXY_ADDRESS && is("192.0.2.7:51116") && rest == 4);
    static const char six[] = SIGNATURE "\x21\x21\0\x29\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
                                        "0123456789abcdef"
                                        "\0\1\0\2"
                                        "extra"
                                        "x";
    CHECK(take(six, sizeof six - 1) == PROXY_ADDRESS && is("[2001:db8::7]:1") && rest == 1);
    static const char local[] = SIGNATURE "\x20\0\0\0x", local_with[] = SIGNATURE "\x20\x11\0\x0c"
                                                                                  "0123456789abx";
    CHECK(take(local, sizeof local - 1) == PROXY_NONE && rest == 1);
    CHECK(take(local_with, sizeof local_with - 1) == PROXY_NONE && rest == 1);
    static const char unspecified[] = SIGNATURE "\x21\0\0\3abcx";
    CHECK(take(unspecified, sizeof unspecified - 1) == PROXY_NONE && rest == 1);
    static char local_socket[16 + 216 + 1] = SIGNATURE "\x21\x31\0\xd8";
    CHECK(take(local_socket, sizeof local_socket) == PROXY_NONE && rest == 1);
}

static void wrong_heads(void)
{
    static const char *const wrong[] = {"\x11\x11\0\x0c",   "\x22\x11\0\x0c", "\x31\x11\0\x0c", "\x21\x12\0\x0c",
                                        "\x21\x11\0\x0b",   "\x21\x21\0\x23", "\x21\x31\0\xd7", "\x21\x41\0\x0c",
                                        "\x21\x11\xff\xff", "\x20\0\x10\1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char bytes[16];
        memcpy(bytes, SIGNATURE, 12);
        memcpy(bytes + 12, wrong[i], 4);
        CHECK(take(bytes, sizeof bytes) == PROXY_WRONG);
    }
    CHECK(take("\r\n\r\n\0\r\nQUIX", 11) == PROXY_ABSENT);
}

static struct net_range ranges[2];

static const char *forwarded(const char *list, const char *from)
{
    static char text[NET_TEXT_SIZE];
    unsigned char host[16];
    CHECK(net_parse_range("127.0.0.0/8", &ranges[0]) && net_parse_range("10.0.0.0/8", &ranges[1]) &&
          net_parse_host(from, host));
    proxy_forwarded(list, ranges, 2, host);
    struct net_address address = proxy_address(host, 1);
    net_format_host(&address, text);
    return text;
}

static void forwards(void)
{
    CHECK(strcmp(forwarded("192.0.2.7", "127.0.0.1"), "192.0.2.7") == 0);
    CHECK(strcmp(forwarded("6.6.6.6, 192.0.2.7", "127.0.0.1"), "192.0.2.7") == 0);
    CHECK(strcmp(forwarded("6.6.6.6,192.0.2.7 ,10.1.2.3", "127.0.0.1"), "192.0.2.7") == 0);
    CHECK(strcmp(forwarded("10.9.9.9, 10.1.2.3", "127.0.0.1"), "10.9.9.9") == 0);
    CHECK(strcmp(forwarded("6.6.6.6", "192.0.2.1"), "192.0.2.1") == 0);
    CHECK(strcmp(forwarded("6.6.6.6, unknown", "127.0.0.1"), "127.0.0.1") == 0);
    CHECK(strcmp(forwarded("", "127.0.0.1"), "127.0.0.1") == 0 &&
          strcmp(forwarded(",", "127.0.0.1"), "127.0.0.1") == 0);
    CHECK(strcmp(forwarded("192.0.2.7:51116", "127.0.0.1"), "192.0.2.7") == 0);
    CHECK(strcmp(forwarded("2001:db8::7", "127.0.0.1"), "2001:db8::7") == 0);
    CHECK(strcmp(forwarded("[2001:db8::7]:1", "127.0.0.1"), "2001:db8::7") == 0);
    CHECK(strcmp(forwarded("[2001:db8::7]", "127.0.0.1"), "2001:db8::7") == 0);
    CHECK(strcmp(forwarded("fe80::1%eth0", "127.0.0.1"), "127.0.0.1") == 0);
}

int main(void)
{
    CASE("version 1 tells an address, or that there is none", lines);
    CASE("a line that is not to the letter is refused, and what is none is left alone", wrong_lines);
    CASE("version 2 tells an address, whatever else it says", heads);
    CASE("a head that cannot be is refused", wrong_heads);
    CASE("X-Forwarded-For is believed from the right, as far as those who say it are", forwards);
    CHECK_DONE();
}
