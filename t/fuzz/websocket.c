/* Frames of WebSocket make the same messages in whatever pieces they come; text is UTF-8, nothing is longer than the
 * limit, and what fails does so with a code that may be sent. */
#include "driver.h"

#include "base/text.h"
#include "transport/websocket.h"

enum { LIMIT = 600 };

/* A number that stands for all that came. */
static uint64_t run(const uint8_t *data, size_t size, size_t piece)
{
    struct websocket websocket;
    uint64_t sum = 14695981039346656037u;
    CLAIM(websocket_init(&websocket, LIMIT) == 0);
    for (size_t taken = 0; taken < size;) {
        struct websocket_message message;
        const char *from = (const char *)data + taken;
        size_t length = piece < size - taken ? piece : size - taken, left = length;
        enum websocket_result result = websocket_take(&websocket, &from, &left, &message);
        taken += length - left;
        CLAIM(result != WEBSOCKET_NOTHING || left == 0);
        if (result == WEBSOCKET_NOTHING)
            continue;
        sum = (sum ^ (unsigned)result ^ message.opcode << 8 ^ message.code << 16) * 1099511628211u;
        if (result == WEBSOCKET_FAILED) {
            CLAIM(message.code == 1002 || message.code == 1007 || message.code == 1009);
            break;
        }
        CLAIM(message.length <= (message.opcode < 8 ? LIMIT : WEBSOCKET_CONTROL) &&
              message.bytes[message.length] == '\0');
        CLAIM((message.opcode != WEBSOCKET_TEXT && message.opcode != WEBSOCKET_CLOSE) ||
              text_is_utf8(message.bytes, message.length));
        CLAIM(message.opcode != WEBSOCKET_CLOSE || message.code == WEBSOCKET_NO_CODE ||
              websocket_code_is_known(message.code));
        for (size_t i = 0; i < message.length; i++)
            sum = (sum ^ (unsigned char)message.bytes[i]) * 1099511628211u;
    }
    websocket_free(&websocket);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = run(data, size, SIZE_MAX);
    CLAIM(run(data, size, 1) == whole && run(data, size, 2 + size % 5) == whole);
    return 0;
}
