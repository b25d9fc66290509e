/* The hash against the vectors of FIPS 180-4 and RFC 4231, and against itself in pieces: by the processor's
 * instructions where it has them, and in plain C. */
#include <string.h>

#include "base/sha256.h"
#include "check.h"

static int hash_is(const void *bytes, size_t length, const char *expected)
{
    struct sha256 hash;
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_start(&hash);
    sha256_add(&hash, bytes, length);
    sha256_finish(&hash, digest);
    sha256_hex(digest, hex);
    return strcmp(hex, expected) == 0;
}

static void published_vectors(void)
{
    CHECK(hash_is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    CHECK(hash_is("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CHECK(hash_is(two, 56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    const char *four =
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
        "nopqrstu";
    CHECK(hash_is(four, 112, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"));
}

static void a_million_letters(void)
{
    static char letters[1000000];
    memset(letters, 'a', sizeof letters);
    CHECK(hash_is(letters, sizeof letters, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

static void pieces_of_every_size(void)
{
    unsigned char bytes[300], whole[SHA256_SIZE], pieces[SHA256_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        struct sha256 hash;
        sha256_start(&hash);
        sha256_add(&hash, bytes, length);
        sha256_finish(&hash, whole);
        for (size_t piece = 1; piece < 130; piece += 3) {
            sha256_start(&hash);
            for (size_t at = 0; at < length; at += piece)
                sha256_add(&hash, bytes + at, length - at < piece ? length - at : piece);
            sha256_finish(&hash, pieces);
            CHECK(memcmp(whole, pieces, sizeof whole) == 0);
        }
    }
}

static int hmac_is(const void *key, size_t key_length, const char *text, const char *expected)
{
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_hmac(key, key_length, text, strlen(text), digest);
    sha256_hex(digest, hex);
    return strcmp(hex, expected) == 0;
}

static void hmac_vectors(void)
{
    unsigned char key[131];
    memset(key, 0x0b, 20);
    CHECK(hmac_is(key, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    CHECK(hmac_is("Jefe", 4, "what do ya want for nothing?",
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    memset(key, 0xaa, sizeof key);
    CHECK(hmac_is(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First",
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

static void both_ways_agree(void)
{
    static unsigned char bytes[4096 + 7];
    unsigned char fast[SHA256_SIZE], plain[SHA256_SIZE];
    uint32_t number = 1;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)((number = number * 1664525 + 1013904223) >> 24);
    /* Unaligned too, and with any number of blocks at once. */
    for (size_t from = 0; from < 7; from++)
        for (size_t length = 0; length <= 4096; length += 61) {
            struct sha256 hash;
            sha256_use_processor(true);
            sha256_start(&hash);
            sha256_add(&hash, bytes + from, length);
            sha256_finish(&hash, fast);
            sha256_use_processor(false);
            sha256_start(&hash);
            sha256_add(&hash, bytes + from, length);
            sha256_finish(&hash, plain);
            CHECK(memcmp(fast, plain, sizeof fast) == 0);
        }
}

int main(void)
{
    printf("# the processor %s instructions for it\n", sha256_use_processor(true) ? "has" : "has no");
    CASE("the vectors of FIPS 180-4 come out", published_vectors);
    CASE("a million letters hash as published", a_million_letters);
    CASE("bytes in pieces hash as in one", pieces_of_every_size);
    CASE("the HMAC vectors of RFC 4231 come out", hmac_vectors);
    sha256_use_processor(false);
    CASE("the vectors of FIPS 180-4 come out in plain C", published_vectors);
    CASE("a million letters hash as published in plain C", a_million_letters);
    CASE("bytes in pieces hash as in one in plain C", pieces_of_every_size);
    CASE("the HMAC vectors of RFC 4231 come out in plain C", hmac_vectors);
    CASE("the processor's instructions and plain C agree", both_ways_agree);
    CHECK_DONE();
}
