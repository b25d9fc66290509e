/* Telnet's commands: every answer is one of ours, to a byte that asked; two sides that answer each other come to an
 * end; and what is no command is data. */
#include "driver.h"

#include "transport/telnet.h"

enum { WILL = 251, WONT, DO, DONT, IAC };

/* The answers of one side to all of that; returns how many bytes. */
static size_t answers(struct telnet *telnet, const uint8_t *bytes, size_t length, uint8_t *to)
{
    size_t count = 0, answer_length;
    for (size_t i = 0; i < length; i++) {
        unsigned char data = 0, answer[TELNET_ANSWER_SIZE];
        bool before = telnet->state == 0;
        enum telnet_event event = telnet_take(telnet, bytes[i], &data, answer, &answer_length);
        CLAIM(answer_length == 0 || (answer_length == TELNET_ANSWER_SIZE && event == TELNET_NOTHING));
        CLAIM(event != TELNET_DATA || data == bytes[i]);
        CLAIM(!before || bytes[i] == IAC || event == TELNET_DATA);
        if (answer_length == 0)
            continue;
        CLAIM(answer[0] == IAC && answer[1] >= WILL && answer[1] <= DONT && answer[2] == bytes[i]);
        memcpy(to + count, answer, sizeof answer);
        count += sizeof answer;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct telnet sides[2] = {{0}, {0}};
    uint8_t first[4096], second[4096];
    if (size > sizeof first)
        return 0;
    size_t length = answers(&sides[0], data, size, first);
    CLAIM(length <= size);
    /* The other side, if it were the same. What it answers is never more, and it comes to an end. */
    for (int round = 1; length > 0; round++) {
        length = answers(&sides[round % 2], first, length, second);
        CLAIM(round < 10);
        memcpy(first, second, length);
    }
    return 0;
}
