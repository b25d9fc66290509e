/* WebSocket (RFC 6455), as much of it as the generator needs: a text in a frame is what a line is elsewhere. Frames of
 * ours are masked with zeros, which leaves the text as it is. */
#include <stdio.h>
#include <string.h>

#include "run.h"

#define OPCODE 0x0f
#define PONG   0x8a
#define PING   0x89
#define MASKED 0x80

size_t frame_head(char *to, int kind, size_t length)
{
    unsigned char head[FRAME_HEAD] = {(unsigned char)kind};
    size_t size = 2;
    if (length < 126) {
        head[1] = (unsigned char)(MASKED | length);
    } else {
        head[1] = MASKED | 126;
        head[2] = (unsigned char)(length >> 8);
        head[3] = (unsigned char)length;
        size = 4;
    }
    size += 4; /* of the mask */
    memcpy(to, head, size);
    return size;
}

void frame_say(struct run *run, struct client *client, const char *lines, size_t length)
{
    char frames[1024];
    size_t at = 0;
    for (const char *end; length > 0 && (end = memchr(lines, '\r', length));
         length -= (size_t)(end + 2 - lines), lines = end + 2) {
        size_t size = (size_t)(end - lines);
        at += frame_head(frames + at, FRAME_TEXT, size);
        memcpy(frames + at, lines, size);
        at += size;
    }
    client_write(run, client, frames, at);
}

static void answer_ping(struct run *run, struct client *client, const char *bytes, size_t length)
{
    char pong[FRAME_HEAD + 125];
    size_t head = frame_head(pong, PONG, length);
    memcpy(pong + head, bytes, length);
    client_write(run, client, pong, head + length);
}

/* The server's answer to the request that came first; 0: it has not come whole. */
static size_t read_upgrade(struct client *client, char *bytes, size_t length)
{
    static const char done[] = "HTTP/1.1 101 ";
    size_t end = 4;
    while (end <= length && memcmp(bytes + end - 4, "\r\n\r\n", 4) != 0)
        end++;
    if (end > length)
        return 0;
    if (memcmp(bytes, done, sizeof done - 1) != 0)
        fatal(EXIT_MISDONE, "%s got no WebSocket: %.60s", client->nick, bytes);
    client->framed = true;
    return end;
}

/* The lines take no more room than the frames: each has a head of two bytes at least. */
size_t frame_lines(struct run *run, struct client *client, char *bytes, size_t length, size_t *used)
{
    size_t at = client->framed ? 0 : read_upgrade(client, bytes, length), lines = 0;
    while (client->framed && length - at >= 2) {
        unsigned char kind = (unsigned char)bytes[at], first = (unsigned char)bytes[at + 1];
        size_t head = first == 126 ? 4 : 2, size = first;
        if (length - at < head)
            break;
        if (first == 126)
            size = (size_t)(unsigned char)bytes[at + 2] << 8 | (unsigned char)bytes[at + 3];
        if (first > 126 || (kind != FRAME_TEXT && kind != PING))
            fatal(EXIT_MISDONE, "%s got a frame of kind %x: the server left", client->nick, kind & OPCODE);
        if (length - at - head < size)
            break;
        if (kind == PING) {
            answer_ping(run, client, bytes + at + head, size);
        } else {
            memmove(bytes + lines, bytes + at + head, size);
            bytes[lines + size] = '\n';
            lines += size + 1;
        }
        at += head + size;
    }
    *used = at;
    return lines;
}
