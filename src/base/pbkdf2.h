/* PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-256: a key from a password, laboriously. */
#ifndef FORKCHAT_BASE_PBKDF2_H
#define FORKCHAT_BASE_PBKDF2_H

#include <stddef.h>
#include <stdint.h>

#include "sha256.h"

/* The first block, which is all that SCRAM wants. `rounds` (at least 1) say for how long it computes: two blocks of
 * SHA-256 each. Does not block or fail; signal-safe. */
void pbkdf2(const void *password, size_t length, const void *salt, size_t salt_length, uint32_t rounds,
            unsigned char key[SHA256_SIZE]);

#endif
