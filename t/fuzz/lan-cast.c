/* Packets of a cast, and lines of a manifest: what is read is within its bounds, and is written again as it
 * was. */
#include "driver.h"

#include "lan/cast.h"
#include "lan/tree.h"

static void packet(const uint8_t *data, size_t size)
{
    struct cast_packet read;
    unsigned char written[CAST_PACKET_MAX];
    if (!cast_read(data, size, &read))
        return;
    CLAIM(read.kind != CAST_BLOCK_IS || (read.length > 0 && read.length <= CAST_BLOCK));
    CLAIM(read.kind != CAST_NEED || (read.length > 0 && read.length <= CAST_WINDOW / 8 && read.first % 8 == 0));
    CLAIM(cast_write(&read, written) == size && memcmp(written, data, size) == 0);
}

static void line(const uint8_t *data, size_t size)
{
    struct tree_entry entry;
    char *text = malloc(size + 1);
    CLAIM(text);
    memcpy(text, data, size);
    text[size] = '\0';
    if (tree_read_line(text, &entry)) {
        CLAIM(entry.mode <= 0777 && entry.size >= 0 && *entry.path != '/');
        CLAIM(strncmp(entry.path, "../", 3) != 0 && !strstr(entry.path, "/../") && !strstr(entry.path, "//"));
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    packet(data, size);
    line(data, size);
    return 0;
}
