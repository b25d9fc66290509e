/* Base64 against the vectors of RFC 4648, and what is none. */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "check.h"

static int goes_both_ways(const char *bytes, const char *text)
{
    char encoded[64], decoded[64];
    size_t length = strlen(bytes);
    return base64_encode(encoded, sizeof encoded, bytes, length) == strlen(text) && strcmp(encoded, text) == 0 &&
           base64_decode(decoded, length, text, strlen(text)) == (ssize_t)length && memcmp(decoded, bytes, length) == 0;
}

static void published_vectors(void)
{
    CHECK(goes_both_ways("", ""));
    CHECK(goes_both_ways("f", "Zg=="));
    CHECK(goes_both_ways("fo", "Zm8="));
    CHECK(goes_both_ways("foo", "Zm9v"));
    CHECK(goes_both_ways("foob", "Zm9vYg=="));
    CHECK(goes_both_ways("fooba", "Zm9vYmE="));
    CHECK(goes_both_ways("foobar", "Zm9vYmFy"));
}

static void every_byte(void)
{
    unsigned char bytes[256], again[256];
    char text[BASE64_SIZE(sizeof bytes)];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(255 - i);
    CHECK(base64_encode(text, sizeof text, bytes, sizeof bytes) == sizeof text - 1);
    CHECK(base64_decode(again, sizeof again, text, sizeof text - 1) == sizeof again);
    CHECK(memcmp(bytes, again, sizeof bytes) == 0);
}

static int is_none(const char *text)
{
    char bytes[64];
    return base64_decode(bytes, sizeof bytes, text, strlen(text)) == -1;
}

static void what_is_none(void)
{
    CHECK(is_none("Z") && is_none("Zg") && is_none("Zg="));
    CHECK(is_none("====") && is_none("Z===") && is_none("Zg==Zg==") && is_none("Zm=v"));
    CHECK(is_none("Zm9v\n") && is_none(" Zm9v") && is_none("Zm 9") && is_none("Zm-_"));
    CHECK(base64_decode(&(char[8]){0}, 8, "Zm\0v", 4) == -1);
}

static void bits_of_no_byte_are_zero(void)
{
    CHECK(is_none("Zh==") && is_none("Zm9="));
}

static void room(void)
{
    char text[9] = "........", bytes[3];
    CHECK(base64_encode(text, 8, "foobar", 6) == 0 && text[0] == '\0');
    CHECK(base64_encode(text, 9, "foobar", 6) == 8);
    CHECK(base64_decode(bytes, 3, "Zm9vYg==", 8) == -1);
}

int main(void)
{
    CASE("the vectors of RFC 4648 go both ways", published_vectors);
    CASE("every byte goes both ways", every_byte);
    CASE("what is no base64 is refused", what_is_none);
    CASE("so is a second text for the same bytes", bits_of_no_byte_are_zero);
    CASE("what does not fit is refused", room);
    CHECK_DONE();
}
