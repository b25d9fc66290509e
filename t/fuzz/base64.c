/* Base64: what is read is written the same again, and bytes of any kind come back. */
#include "driver.h"

#include "base/base64.h"

#define MOST 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[BASE64_SIZE(MOST)];
    unsigned char bytes[MOST];
    if (size > MOST)
        return 0;
    ssize_t length = base64_decode(bytes, sizeof bytes, (const char *)data, size);
    if (length >= 0) {
        CLAIM(base64_encode(text, sizeof text, bytes, (size_t)length) == size && memcmp(text, data, size) == 0);
        CLAIM(length == 0 || base64_decode(bytes, (size_t)length - 1, (const char *)data, size) == -1);
    }
    size_t written = base64_encode(text, sizeof text, data, size);
    CLAIM(written == BASE64_SIZE(size) - 1 && text[written] == '\0');
    CLAIM(base64_decode(bytes, size, text, written) == (ssize_t)size && memcmp(bytes, data, size) == 0);
    return 0;
}
