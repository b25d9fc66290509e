/* The ways to take whole blocks into a SHA-256 hash. For sha256.c alone. */
#ifndef FORKCHAT_BASE_SHA256_TAKE_H
#define FORKCHAT_BASE_SHA256_TAKE_H

#include <stddef.h>
#include <stdint.h>

/* Takes `count` blocks of 64 bytes into `state`; `constants` are those of FIPS 180-4, 4.2.2. */
typedef void sha256_take(uint32_t state[8], const unsigned char *bytes, size_t count, const uint32_t constants[64]);

/* The function for the processor we run on, or NULL if there is none. Signal-safe. */
sha256_take *sha256_x86_take(void);
sha256_take *sha256_arm_take(void);

#endif
