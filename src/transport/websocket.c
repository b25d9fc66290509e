/* WebSocket's frames. Run by workers; no shared memory.
 *
 * A frame is judged by its head as soon as that is whole, before any of its bytes are kept, and a text at its first
 * byte that is no UTF-8. Nothing is kept of a message over the limit. */
#include "websocket.h"

#include <stdlib.h>
#include <string.h>

#define FIN         0x80
#define RESERVED    0x70
#define OPCODE      0x0f
#define MASKED      0x80
#define SHORT       0x7f
#define LENGTH_OF_2 126
#define LENGTH_OF_8 127
#define MASK_SIZE   4

int websocket_init(struct websocket *websocket, size_t limit)
{
    *websocket = (struct websocket){.limit = limit};
    websocket->bytes = malloc(limit + 1);
    return websocket->bytes ? 0 : -1;
}

void websocket_free(struct websocket *websocket)
{
    free(websocket->bytes);
    websocket->bytes = NULL;
}

static bool is_control(unsigned char opcode)
{
    return opcode & 8;
}

static enum websocket_result fail(struct websocket_message *message, unsigned code)
{
    *message = (struct websocket_message){.opcode = WEBSOCKET_CLOSE, .code = code};
    return WEBSOCKET_FAILED;
}

/* ---- UTF-8, byte by byte: the table 3-7 of Unicode ---- */

static bool begin_character(struct websocket_utf8 *utf8, unsigned char byte)
{
    if (byte < 0x80)
        return true;
    if (byte < 0xc2 || byte > 0xf4)
        return false;
    utf8->missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    utf8->least = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    utf8->most = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    return true;
}

static bool take_utf8(struct websocket_utf8 *utf8, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (utf8->missing == 0) {
            if (!begin_character(utf8, byte))
                return false;
            continue;
        }
        if (byte < utf8->least || byte > utf8->most)
            return false;
        utf8->missing--;
        utf8->least = 0x80;
        utf8->most = 0xbf;
    }
    return true;
}

/* ---- the head of a frame ---- */

/* How many bytes it has, as far as the first two tell. */
static unsigned head_size(const struct websocket *websocket)
{
    unsigned char word = websocket->head[1] & SHORT;
    if (websocket->head_length < 2)
        return 2;
    return 2 + (word == LENGTH_OF_2 ? 2 : word == LENGTH_OF_8 ? 8 : 0) + MASK_SIZE;
}

/* What of it can be wrong after two bytes. */
static bool is_good_start(const struct websocket *websocket)
{
    unsigned char first = websocket->head[0], second = websocket->head[1], opcode = first & OPCODE;
    if ((first & RESERVED) || !(second & MASKED))
        return false;
    switch ((enum websocket_opcode)opcode) {
    case WEBSOCKET_CONTINUATION:
        return websocket->opcode != 0;
    case WEBSOCKET_TEXT:
    case WEBSOCKET_BINARY:
        return websocket->opcode == 0;
    case WEBSOCKET_CLOSE:
    case WEBSOCKET_PING:
    case WEBSOCKET_PONG:
        return (first & FIN) && (second & SHORT) <= WEBSOCKET_CONTROL;
    }
    return false;
}

/* The length as the whole head has it; false if that could have been written with fewer bytes, or not at all. */
static bool read_length(struct websocket *websocket)
{
    unsigned char word = websocket->head[1] & SHORT;
    unsigned size = word == LENGTH_OF_2 ? 2 : word == LENGTH_OF_8 ? 8 : 0;
    websocket->left = size ? 0 : word;
    for (unsigned i = 0; i < size; i++)
        websocket->left = websocket->left << 8 | websocket->head[2 + i];
    return size == 0 ||
           (size == 2 ? websocket->left > WEBSOCKET_CONTROL : websocket->left > 0xffff && !(websocket->left >> 63));
}

/* What a whole head begins. Returns 0, or the code of what is wrong. */
static unsigned begin_frame(struct websocket *websocket)
{
    unsigned char opcode = websocket->head[0] & OPCODE;
    if (!read_length(websocket))
        return WEBSOCKET_BROKEN;
    if (is_control(opcode)) {
        websocket->control_length = 0;
        websocket->control_utf8 = (struct websocket_utf8){0};
    } else if (opcode != WEBSOCKET_CONTINUATION) {
        websocket->opcode = opcode;
        websocket->length = 0;
        websocket->utf8 = (struct websocket_utf8){0};
    }
    if (!is_control(opcode) && websocket->left > websocket->limit - websocket->length)
        return WEBSOCKET_LARGE;
    websocket->inside = true;
    websocket->mask_at = 0;
    return 0;
}

/* Takes bytes of the head. Returns 0, or the code of what is wrong. */
static unsigned take_head(struct websocket *websocket, const char **from, size_t *length)
{
    while (*length > 0 && !websocket->inside) {
        websocket->head[websocket->head_length++] = (unsigned char)**from;
        (*from)++;
        (*length)--;
        if (websocket->head_length == 2 && !is_good_start(websocket))
            return WEBSOCKET_BROKEN;
        if (websocket->head_length > 2 && websocket->head_length == head_size(websocket)) {
            unsigned code = begin_frame(websocket);
            if (code)
                return code;
        }
    }
    return 0;
}

/* ---- what it carries ---- */

static void unmask(struct websocket *websocket, char *bytes, size_t length)
{
    const unsigned char *mask = websocket->head + websocket->head_length - MASK_SIZE;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)((unsigned char)bytes[i] ^ mask[(websocket->mask_at + i) % MASK_SIZE]);
    websocket->mask_at = (unsigned)((websocket->mask_at + length) % MASK_SIZE);
}

/* Returns 0, or the code of what is wrong. */
static unsigned take_message_bytes(struct websocket *websocket, const char *from, size_t length)
{
    char *to = websocket->bytes + websocket->length;
    memcpy(to, from, length);
    unmask(websocket, to, length);
    websocket->length += length;
    bool good = websocket->opcode != WEBSOCKET_TEXT || take_utf8(&websocket->utf8, to, length);
    return good ? 0 : WEBSOCKET_INVALID;
}

static unsigned take_control_bytes(struct websocket *websocket, const char *from, size_t length)
{
    unsigned char before = websocket->control_length;
    char *to = websocket->control + before;
    memcpy(to, from, length);
    unmask(websocket, to, length);
    websocket->control_length = (unsigned char)(before + length);
    if ((websocket->head[0] & OPCODE) != WEBSOCKET_CLOSE || websocket->control_length <= 2)
        return 0;
    size_t skip = before < 2 ? 2u - before : 0; /* the code */
    return take_utf8(&websocket->control_utf8, to + skip, length - skip) ? 0 : WEBSOCKET_INVALID;
}

static unsigned take_bytes(struct websocket *websocket, const char **from, size_t *length)
{
    size_t part = *length < websocket->left ? *length : (size_t)websocket->left;
    unsigned code = is_control(websocket->head[0] & OPCODE) ? take_control_bytes(websocket, *from, part)
                                                            : take_message_bytes(websocket, *from, part);
    *from += part;
    *length -= part;
    websocket->left -= part;
    return code;
}

/* ---- the end of a frame ---- */

bool websocket_code_is_known(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || (code >= 3000 && code <= 4999);
}

static enum websocket_result end_close(struct websocket *websocket, struct websocket_message *message)
{
    const unsigned char *code = (const unsigned char *)websocket->control;
    message->code = WEBSOCKET_NO_CODE;
    if (message->length == 0)
        return WEBSOCKET_MESSAGE;
    if (message->length == 1)
        return fail(message, WEBSOCKET_BROKEN);
    if (websocket->control_utf8.missing)
        return fail(message, WEBSOCKET_INVALID);
    message->code = (unsigned)code[0] << 8 | code[1];
    message->bytes += 2;
    message->length -= 2;
    return websocket_code_is_known(message->code) ? WEBSOCKET_MESSAGE : fail(message, WEBSOCKET_BROKEN);
}

static enum websocket_result end_control(struct websocket *websocket, struct websocket_message *message)
{
    websocket->control[websocket->control_length] = '\0';
    *message = (struct websocket_message){.opcode = (enum websocket_opcode)(websocket->head[0] & OPCODE),
                                          .bytes = websocket->control,
                                          .length = websocket->control_length};
    return message->opcode == WEBSOCKET_CLOSE ? end_close(websocket, message) : WEBSOCKET_MESSAGE;
}

static enum websocket_result end_message(struct websocket *websocket, struct websocket_message *message)
{
    *message = (struct websocket_message){
        .opcode = (enum websocket_opcode)websocket->opcode, .bytes = websocket->bytes, .length = websocket->length};
    websocket->bytes[websocket->length] = '\0';
    websocket->opcode = 0;
    return websocket->utf8.missing ? fail(message, WEBSOCKET_INVALID) : WEBSOCKET_MESSAGE;
}

enum websocket_result websocket_take(struct websocket *websocket, const char **from, size_t *length,
                                     struct websocket_message *message)
{
    for (;;) {
        unsigned code = take_head(websocket, from, length);
        if (code == 0 && websocket->inside)
            code = take_bytes(websocket, from, length);
        if (code)
            return fail(message, code);
        if (!websocket->inside || websocket->left > 0)
            return WEBSOCKET_NOTHING;
        websocket->inside = false;
        websocket->head_length = 0;
        if (is_control(websocket->head[0] & OPCODE))
            return end_control(websocket, message);
        if (websocket->head[0] & FIN)
            return end_message(websocket, message);
    }
}

/* ---- what we send ---- */

size_t websocket_head(char head[4], enum websocket_opcode opcode, size_t length)
{
    head[0] = (char)(FIN | opcode);
    if (length < LENGTH_OF_2) {
        head[1] = (char)length;
        return 2;
    }
    head[1] = LENGTH_OF_2;
    head[2] = (char)(length >> 8);
    head[3] = (char)length;
    return 4;
}

size_t websocket_control(char frame[WEBSOCKET_CONTROL_FRAME], enum websocket_opcode opcode, const char *bytes,
                         size_t length)
{
    if (length > WEBSOCKET_CONTROL)
        length = WEBSOCKET_CONTROL;
    size_t head = websocket_head(frame, opcode, length);
    if (length > 0)
        memcpy(frame + head, bytes, length);
    return head + length;
}

size_t websocket_close_frame(char frame[WEBSOCKET_CONTROL_FRAME], unsigned code)
{
    const char bytes[2] = {(char)(code >> 8), (char)code};
    return websocket_control(frame, WEBSOCKET_CLOSE, bytes, sizeof bytes);
}
