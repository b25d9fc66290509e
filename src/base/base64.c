/* Base64, as RFC 4648 section 4 has it. Every process may use it; no state. */
#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(char *to, size_t room, const void *from, size_t length)
{
    const unsigned char *bytes = from;
    char *at = to;
    *to = '\0';
    if (room < BASE64_SIZE(length))
        return 0;
    for (size_t i = 0; i < length; i += 3) {
        size_t count = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= count > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= count > 2 ? bytes[i + 2] : 0;
        *at++ = letters[group >> 18];
        *at++ = letters[group >> 12 & 63];
        *at++ = count > 1 ? letters[group >> 6 & 63] : '=';
        *at++ = count > 2 ? letters[group & 63] : '=';
    }
    *at = '\0';
    return (size_t)(at - to);
}

/* What a character stands for, or -1. */
static int value_of(char c)
{
    const char *found = c ? strchr(letters, c) : NULL;
    return found ? (int)(found - letters) : -1;
}

ssize_t base64_decode(void *to, size_t room, const char *from, size_t length)
{
    unsigned char *bytes = to;
    size_t padding = 0, done = 0;
    if (length % 4 != 0)
        return -1;
    while (padding < 2 && padding < length && from[length - 1 - padding] == '=')
        padding++;
    size_t characters = length - padding, size = length / 4 * 3 - padding;
    if (size > room)
        return -1;
    uint32_t group = 0;
    for (size_t i = 0; i < characters; i++) {
        int value = value_of(from[i]);
        if (value < 0)
            return -1;
        group = group << 6 | (uint32_t)value;
        if (i % 4 == 3) {
            for (int shift = 16; shift >= 0; shift -= 8)
                bytes[done++] = (unsigned char)(group >> shift);
            group = 0;
        }
    }
    if (padding == 0)
        return (ssize_t)done;
    group <<= 6 * padding;
    if (group & (padding == 2 ? 0xffff : 0xff))
        return -1;
    bytes[done++] = (unsigned char)(group >> 16);
    if (padding == 1)
        bytes[done++] = (unsigned char)(group >> 8);
    return (ssize_t)done;
}
