/* The frames of WebSocket (RFC 6455 section 5), from the client: bytes in, messages out. Knows of no socket. */
#ifndef FORKCHAT_TRANSPORT_WEBSOCKET_H
#define FORKCHAT_TRANSPORT_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum websocket_opcode {
    WEBSOCKET_CONTINUATION = 0,
    WEBSOCKET_TEXT = 1,
    WEBSOCKET_BINARY = 2,
    WEBSOCKET_CLOSE = 8,
    WEBSOCKET_PING = 9,
    WEBSOCKET_PONG = 10
};

/* Why a connection ends: RFC 6455 section 7.4.1. */
enum websocket_code {
    WEBSOCKET_DONE = 1000,
    WEBSOCKET_AWAY = 1001,
    WEBSOCKET_BROKEN = 1002,  /* against the protocol */
    WEBSOCKET_WRONG = 1003,   /* a kind of message that is not taken */
    WEBSOCKET_NO_CODE = 1005, /* never sent: a close frame came without one */
    WEBSOCKET_INVALID = 1007, /* not UTF-8 */
    WEBSOCKET_LARGE = 1009
};

/* Bytes of what a control frame carries, at most, and of the longest frame of that sort we send. */
#define WEBSOCKET_CONTROL       125
#define WEBSOCKET_CONTROL_FRAME (2 + WEBSOCKET_CONTROL)

enum websocket_result {
    WEBSOCKET_NOTHING, /* feed more */
    WEBSOCKET_MESSAGE, /* a whole text or binary message, or a control frame: the opcode says which */
    WEBSOCKET_FAILED   /* the connection must end with that code; nothing more is to be fed */
};

/* Where in a character of UTF-8 a text is: so many bytes must follow, the next of which is in those bounds. */
struct websocket_utf8 {
    unsigned char missing, least, most;
};

/* Belongs to its user; websocket.c alone touches the fields. */
struct websocket {
    char *bytes; /* the message so far, limit + 1 bytes */
    size_t length, limit;
    unsigned char opcode; /* of the message that is being put together; 0: none is */
    struct websocket_utf8 utf8;
    unsigned char head[14]; /* of the frame: the two bytes, the length, the mask */
    unsigned head_length;
    bool inside;      /* the head is whole */
    uint64_t left;    /* bytes of the frame still to come */
    unsigned mask_at; /* which byte of the mask is next */
    struct websocket_utf8 control_utf8;
    unsigned char control_length;
    char control[WEBSOCKET_CONTROL + 1];
};

struct websocket_message {
    enum websocket_opcode opcode;
    unsigned code; /* of what failed; of a close frame: the one that came, or WEBSOCKET_NO_CODE */
    char *bytes;   /* zero-terminated, valid until the next call; of a close frame: the reason; of what failed: NULL */
    size_t length;
};

/* For messages of at most `limit` bytes. Returns 0, or -1 with ENOMEM. None of these blocks. */
int websocket_init(struct websocket *websocket, size_t limit);
void websocket_free(struct websocket *websocket);

/* Takes bytes from *from (*length of them), up to the end of a message or control frame, and moves both on. A message
 * that must fail does so at its first wrong byte. */
enum websocket_result websocket_take(struct websocket *websocket, const char **from, size_t *length,
                                     struct websocket_message *message);

/* Whether a client may send it in a close frame. */
bool websocket_code_is_known(unsigned code);

/* The head of a frame of ours, of 2 or 4 bytes, for up to 65,535 bytes; returns its length. */
size_t websocket_head(char head[4], enum websocket_opcode opcode, size_t length);

/* A whole control frame; what it carries is cut to WEBSOCKET_CONTROL bytes. Returns its length. */
size_t websocket_control(char frame[WEBSOCKET_CONTROL_FRAME], enum websocket_opcode opcode, const char *bytes,
                         size_t length);

/* A close frame with that code and no words. */
size_t websocket_close_frame(char frame[WEBSOCKET_CONTROL_FRAME], unsigned code);

#endif
