/* The packets of a cast, read and written, and the sets of blocks that they speak of. Both sides use it. */
#include "lan/cast.h"

#include <stdlib.h>
#include <string.h>

#define HEADER 13 /* "FCC1", the letter, 8 bytes of id */

static const char magic[4] = {'F', 'C', 'C', '1'};

static uint32_t take_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_number(unsigned char *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> (24 - 8 * i));
}

uint32_t cast_blocks(int64_t size)
{
    return (uint32_t)((size + CAST_BLOCK - 1) / CAST_BLOCK);
}

size_t cast_block_length(int64_t size, uint32_t number)
{
    int64_t left = size - (int64_t)number * CAST_BLOCK;
    return left <= 0 ? 0 : left < CAST_BLOCK ? (size_t)left : CAST_BLOCK;
}

bool cast_read(const void *from, size_t length, struct cast_packet *packet)
{
    const unsigned char *bytes = from;
    memset(packet, 0, sizeof *packet);
    if (length < HEADER || memcmp(bytes, magic, sizeof magic) != 0)
        return false;
    packet->kind = (enum cast_kind)bytes[4];
    for (int i = 0; i < 8; i++) {
        packet->id[2 * i] = "0123456789abcdef"[bytes[5 + i] >> 4];
        packet->id[2 * i + 1] = "0123456789abcdef"[bytes[5 + i] & 15];
    }
    bytes += HEADER;
    length -= HEADER;
    switch (packet->kind) {
    case CAST_BLOCK_IS:
        if (length < 5 || length > 4 + CAST_BLOCK)
            return false;
        packet->number = take_number(bytes);
        packet->bytes = bytes + 4;
        packet->length = length - 4;
        return true;
    case CAST_POLL:
        if (length != 4)
            return false;
        packet->number = take_number(bytes);
        return true;
    case CAST_NEED:
        if (length < 10 || length > 9 + CAST_WINDOW / 8 || bytes[8] > 1)
            return false;
        packet->number = take_number(bytes);
        packet->first = take_number(bytes + 4);
        packet->last = bytes[8];
        packet->bytes = bytes + 9;
        packet->length = length - 9;
        return packet->first % 8 == 0;
    case CAST_END:
    case CAST_WELCOME:
    case CAST_JOIN:
    case CAST_CHECKING:
    case CAST_HAVE:
    case CAST_LEAVE:
        return length == 0;
    }
    return false;
}

static unsigned nibble(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a' + 10);
}

size_t cast_write(const struct cast_packet *packet, unsigned char *bytes)
{
    memcpy(bytes, magic, sizeof magic);
    bytes[4] = (unsigned char)packet->kind;
    for (int i = 0; i < 8; i++)
        bytes[5 + i] = (unsigned char)(nibble(packet->id[2 * i]) << 4 | nibble(packet->id[2 * i + 1]));
    size_t at = HEADER;
    if (packet->kind == CAST_BLOCK_IS || packet->kind == CAST_POLL || packet->kind == CAST_NEED) {
        put_number(bytes + at, packet->number);
        at += 4;
    }
    if (packet->kind == CAST_NEED) {
        put_number(bytes + at, packet->first);
        bytes[at + 4] = packet->last;
        at += 5;
    }
    if (packet->kind == CAST_BLOCK_IS || packet->kind == CAST_NEED) {
        memcpy(bytes + at, packet->bytes, packet->length);
        at += packet->length;
    }
    return at;
}

int cast_set_init(struct cast_set *set, uint32_t blocks)
{
    size_t size = ((size_t)blocks + 7) / 8;
    *set = (struct cast_set){.bits = malloc(size + 1), .blocks = blocks, .count = blocks};
    if (!set->bits)
        return -1;
    memset(set->bits, 0xff, size);
    if (blocks % 8)
        set->bits[blocks / 8] = (unsigned char)((1u << blocks % 8) - 1);
    return 0;
}

void cast_set_free(struct cast_set *set)
{
    free(set->bits);
}

bool cast_set_has(const struct cast_set *set, uint32_t number)
{
    return number < set->blocks && set->bits[number / 8] & 1u << number % 8;
}

void cast_set_remove(struct cast_set *set, uint32_t number)
{
    if (!cast_set_has(set, number))
        return;
    set->bits[number / 8] &= (unsigned char)~(1u << number % 8);
    set->count--;
}

void cast_set_add(struct cast_set *set, uint32_t first, const unsigned char *bitmap, size_t length)
{
    for (size_t i = 0; i < length * 8; i++) {
        uint32_t number = first + (uint32_t)i;
        if (number < first || number >= set->blocks)
            return;
        if (!(bitmap[i / 8] & 1u << i % 8) || cast_set_has(set, number))
            continue;
        set->bits[number / 8] |= (unsigned char)(1u << number % 8);
        set->count++;
    }
}

size_t cast_set_window(const struct cast_set *set, uint32_t first, const unsigned char **bitmap)
{
    size_t size = ((size_t)set->blocks + 7) / 8 - first / 8;
    *bitmap = set->bits + first / 8;
    if (size > CAST_WINDOW / 8)
        size = CAST_WINDOW / 8;
    while (size > 0 && !(*bitmap)[size - 1])
        size--;
    return size;
}
