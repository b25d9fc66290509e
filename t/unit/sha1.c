/* SHA-1, with the vectors of FIPS 180 and RFC 6455, and around the ends of its blocks. */
#include "base/sha1.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"
#include "check.h"

static const char *hex_of(const void *bytes, size_t length)
{
    static char hex[2 * SHA1_SIZE + 1];
    unsigned char digest[SHA1_SIZE];
    sha1_of(bytes, length, digest);
    for (int i = 0; i < SHA1_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return hex;
}

static bool is(const char *text, const char *expected)
{
    return strcmp(hex_of(text, strlen(text)), expected) == 0;
}

static void vectors(void)
{
    CHECK(is("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"));
    CHECK(is("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"));
    CHECK(is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"));
    CHECK(is("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstn"
             "opqrstu",
             "a49b2446a02c645bf419f995b67091253a04a259"));
}

static void a_million(void)
{
    static char bytes[1000000];
    memset(bytes, 'a', sizeof bytes);
    CHECK(strcmp(hex_of(bytes, sizeof bytes), "34aa973cd4c4daa4f61eeb2bdbad27316534016f") == 0);
}

/* As sha1sum(1) has them: where the length goes into the last block, and where it needs one more. */
static void block_ends(void)
{
    static const struct {
        size_t length;
        const char *hex;
    } rows[] = {{55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
                {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
                {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
                {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
                {65, "11655326c708d70319be2610e8a57d9a5b959d3b"}};
    char bytes[65];
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK(strcmp(hex_of(bytes, rows[i].length), rows[i].hex) == 0);
}

static void handshake(void)
{
    static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA1_SIZE];
    char accept[BASE64_SIZE(SHA1_SIZE)];
    sha1_of(key, sizeof key - 1, digest);
    CHECK(base64_encode(accept, sizeof accept, digest, sizeof digest) == 28);
    CHECK(strcmp(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0);
}

int main(void)
{
    CASE("the vectors of FIPS 180 come out", vectors);
    CASE("a million bytes come out", a_million);
    CASE("the length finds its place at every end of a block", block_ends);
    CASE("a key of WebSocket is accepted as RFC 6455 has it", handshake);
    CHECK_DONE();
}
