/* PBKDF2, as RFC 8018 section 5.2 has it, of one block. Every process may use it; no state.
 *
 * HMAC begins with a block for its key, which is the same in all rounds: it is hashed once, and each round starts from
 * there. */
#include "pbkdf2.h"

#include <string.h>

/* HMAC (RFC 2104) under one key, again and again. */
struct keyed {
    struct sha256 inner, outer;
};

static void start(struct sha256 *hash, const unsigned char key[64], unsigned char pad)
{
    unsigned char block[64];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = key[i] ^ pad;
    sha256_start(hash);
    sha256_add(hash, block, sizeof block);
}

static void prepare(struct keyed *keyed, const void *password, size_t length)
{
    unsigned char key[64] = {0};
    if (length > sizeof key) {
        struct sha256 hash;
        sha256_start(&hash);
        sha256_add(&hash, password, length);
        sha256_finish(&hash, key);
    } else {
        memcpy(key, password, length);
    }
    start(&keyed->inner, key, 0x36);
    start(&keyed->outer, key, 0x5c);
}

/* Ends a copy of the inner hash to which the message was added. */
static void finish(const struct keyed *keyed, struct sha256 *inner, unsigned char digest[SHA256_SIZE])
{
    struct sha256 outer = keyed->outer;
    sha256_finish(inner, digest);
    sha256_add(&outer, digest, SHA256_SIZE);
    sha256_finish(&outer, digest);
}

void pbkdf2(const void *password, size_t length, const void *salt, size_t salt_length, uint32_t rounds,
            unsigned char key[SHA256_SIZE])
{
    static const unsigned char first_block[4] = {0, 0, 0, 1};
    unsigned char last[SHA256_SIZE];
    struct keyed keyed;
    prepare(&keyed, password, length);
    struct sha256 inner = keyed.inner;
    sha256_add(&inner, salt, salt_length);
    sha256_add(&inner, first_block, sizeof first_block);
    finish(&keyed, &inner, last);
    memcpy(key, last, SHA256_SIZE);
    for (uint32_t round = 1; round < rounds; round++) {
        inner = keyed.inner;
        sha256_add(&inner, last, sizeof last);
        finish(&keyed, &inner, last);
        for (size_t i = 0; i < SHA256_SIZE; i++)
            key[i] ^= last[i];
    }
}
