/* CRC-32C by tables, eight bytes at a time. The tables are made at the first use: any process, no shared memory. */
#include "crc32c.h"

#include <stdbool.h>

#define POLYNOMIAL UINT32_C(0x82F63B78) /* 0x1EDC6F41 with its bits reversed */

/* tables[k][b]: what the byte b adds with k bytes behind it. */
static uint32_t tables[8][256];

static void make_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sum = byte;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
        tables[0][byte] = sum;
    }
    for (int k = 1; k < 8; k++)
        for (uint32_t byte = 0; byte < 256; byte++)
            tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 255];
}

uint32_t crc32c(uint32_t before, const void *bytes, size_t length)
{
    static bool made;
    const unsigned char *at = bytes;
    uint32_t sum = ~before;
    if (!made)
        make_tables();
    made = true;
    for (; length >= 8; at += 8, length -= 8) {
        uint32_t first = sum ^ (at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
        sum = tables[7][first & 255] ^ tables[6][first >> 8 & 255] ^ tables[5][first >> 16 & 255] ^
              tables[4][first >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
    }
    for (; length > 0; at++, length--)
        sum = sum >> 8 ^ tables[0][(sum ^ *at) & 255];
    return ~sum;
}
