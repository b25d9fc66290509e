/* Base64 (RFC 4648 section 4). */
#ifndef FORKCHAT_BASE_BASE64_H
#define FORKCHAT_BASE_BASE64_H

#include <stddef.h>
#include <sys/types.h>

/* Bytes that `length` bytes take, with the zero byte. */
#define BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1)

/* Writes `length` bytes as text with its zero byte. Returns the text's length, or 0 with an empty text if there is no
 * room for all of it (`room` is at least 1). None of these blocks; signal-safe. */
size_t base64_encode(char *to, size_t room, const void *from, size_t length);

/* Reads all of `length` characters. Strict: padded to a multiple of four, nothing else in between, and the bits that
 * belong to no byte are 0, so that a text is the only one for its bytes. Returns how many bytes were written to `to`,
 * or -1 if the text is no base64 or there is no room. */
ssize_t base64_decode(void *to, size_t room, const char *from, size_t length);

#endif
