/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), for naming content and for proofs. */
#ifndef FORKCHAT_BASE_SHA256_H
#define FORKCHAT_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE     32
#define SHA256_HEX_SIZE 65 /* with the zero byte */

/* A hash under way; sha256.c alone touches the fields. */
struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes taken so far */
    unsigned char block[64];
};

/* Any number of sha256_add between these two. After sha256_finish the hash must be started again.
 * None of them blocks or fails; signal-safe. */
void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
void sha256_finish(struct sha256 *hash, unsigned char digest[SHA256_SIZE]);

/* Whether the processor's own instructions do it, as they do where it has them, or plain C. For tests: with `wanted`
 * false plain C does it from now on. Returns what does it now. */
bool sha256_use_processor(bool wanted);

/* HMAC of `length` bytes under a key of any length. */
void sha256_hmac(const void *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char digest[SHA256_SIZE]);

/* Lower-case hexadecimal with its zero byte. */
void sha256_hex(const unsigned char digest[SHA256_SIZE], char hex[SHA256_HEX_SIZE]);

#endif
