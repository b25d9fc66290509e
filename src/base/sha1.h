/* SHA-1 (FIPS 180-4), for the handshake of WebSocket alone, where it proves nothing: RFC 6455 section 10.8. */
#ifndef FORKCHAT_BASE_SHA1_H
#define FORKCHAT_BASE_SHA1_H

#include <stddef.h>

#define SHA1_SIZE 20

/* The hash of `length` bytes. Does not block or fail; signal-safe. */
void sha1_of(const void *bytes, size_t length, unsigned char digest[SHA1_SIZE]);

#endif
