/* SHA-256 as FIPS 180-4 sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2 describe it; HMAC as RFC 2104 does.
 * Every process may use it. Blocks are taken by the processor's own instructions where it has them (sha256_x86.c,
 * sha256_arm.c), which is found out at the first block; that is all the state there is. */
#include "sha256.h"

#include <string.h>

#include "sha256_take.h"

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, int right)
{
    return word >> right | word << (32 - right);
}

/* 6.2.2 for one block of 64 bytes. */
static void take_block(uint32_t state[8], const unsigned char *block, const uint32_t constants[64])
{
    uint32_t schedule[64];
    for (int t = 0; t < 16; t++)
        schedule[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
                      (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (int t = 16; t < 64; t++) {
        uint32_t x = schedule[t - 15], y = schedule[t - 2];
        uint32_t small0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3;
        uint32_t small1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10;
        schedule[t] = small1 + schedule[t - 7] + small0 + schedule[t - 16];
    }

    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
        uint32_t big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        uint32_t choose = (e & f) ^ (~e & g);
        uint32_t first = h + big1 + choose + constants[t] + schedule[t];
        uint32_t big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = d + first;
        d = c;
        c = b;
        b = a;
        a = first + big0 + majority;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static void take_plainly(uint32_t state[8], const unsigned char *bytes, size_t count, const uint32_t constants[64])
{
    for (; count > 0; count--, bytes += 64)
        take_block(state, bytes, constants);
}

static sha256_take *way; /* NULL until the first block */

static void take_blocks(uint32_t state[8], const unsigned char *bytes, size_t count)
{
    if (!way)
        sha256_use_processor(true);
    way(state, bytes, count, round_constants);
}

bool sha256_use_processor(bool wanted)
{
    way = wanted ? sha256_x86_take() : NULL;
    if (!way && wanted)
        way = sha256_arm_take();
    bool found = way;
    if (!found)
        way = take_plainly;
    return found;
}

void sha256_start(struct sha256 *hash)
{
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, initial, sizeof initial);
    hash->length = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    size_t used = (size_t)(hash->length % 64);
    hash->length += length;
    if (used > 0) {
        size_t part = 64 - used < length ? 64 - used : length;
        memcpy(hash->block + used, from, part);
        from += part;
        length -= part;
        if (used + part < 64)
            return;
        take_blocks(hash->state, hash->block, 1);
    }
    take_blocks(hash->state, from, length / 64);
    from += length / 64 * 64;
    length %= 64;
    if (length > 0)
        memcpy(hash->block, from, length);
}

void sha256_finish(struct sha256 *hash, unsigned char digest[SHA256_SIZE])
{
    uint64_t bits = hash->length * 8;
    unsigned char padding[72] = {0x80};
    size_t used = (size_t)(hash->length % 64), zeros = (used < 56 ? 56 : 120) - used;
    for (int i = 0; i < 8; i++)
        padding[zeros + (size_t)i] = (unsigned char)(bits >> (56 - 8 * i));
    sha256_add(hash, padding, zeros + 8);
    for (int i = 0; i < 8; i++)
        for (int byte = 0; byte < 4; byte++)
            digest[4 * i + byte] = (unsigned char)(hash->state[i] >> (24 - 8 * byte));
}

void sha256_hmac(const void *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char digest[SHA256_SIZE])
{
    unsigned char inner[64] = {0}, outer[64];
    struct sha256 hash;
    if (key_length > sizeof inner) {
        sha256_start(&hash);
        sha256_add(&hash, key, key_length);
        sha256_finish(&hash, inner);
    } else {
        memcpy(inner, key, key_length);
    }
    for (size_t i = 0; i < sizeof inner; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    sha256_start(&hash);
    sha256_add(&hash, inner, sizeof inner);
    sha256_add(&hash, bytes, length);
    sha256_finish(&hash, digest);
    sha256_start(&hash);
    sha256_add(&hash, outer, sizeof outer);
    sha256_add(&hash, digest, SHA256_SIZE);
    sha256_finish(&hash, digest);
}

void sha256_hex(const unsigned char digest[SHA256_SIZE], char hex[SHA256_HEX_SIZE])
{
    for (int i = 0; i < SHA256_SIZE; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[2 * SHA256_SIZE] = '\0';
}
