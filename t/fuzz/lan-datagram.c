/* Datagrams of strangers: whatever is read is fit to be shown and stored, and what is written again reads the
 * same. */
#include "driver.h"

#include "lan/datagram.h"

static int is_ours(enum datagram_kind kind)
{
    return kind != DATAGRAM_RAW && kind != DATAGRAM_IGNORED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct datagram first, second;
    datagram_read((const char *)data, size, &first);
    if (!is_ours(first.kind))
        return 0;
    CLAIM(name_is_peer(first.sender, strlen(first.sender)));
    if (first.kind == DATAGRAM_OFFER || first.kind == DATAGRAM_CAST) {
        CLAIM(name_is_file(first.card.name, strlen(first.card.name)));
        CLAIM(!strchr(first.card.name, '/') && strcmp(first.card.name, "..") != 0);
        CLAIM(datagram_is_hex(first.card.hash, SHA256_HEX_SIZE - 1));
        CLAIM(first.card.size >= 0);
    }
    char *bytes = malloc(size + 4096);
    CLAIM(bytes);
    struct text text;
    text_init(&text, bytes, size + 4096);
    datagram_write(&first, &text);
    CLAIM(!text.cut);
    datagram_read(bytes, text.length, &second);
    CLAIM(second.kind == first.kind);
    CLAIM(strcmp(second.sender, first.sender) == 0 && strcmp(second.card.name, first.card.name) == 0);
    CLAIM(second.card.size == first.card.size && second.card.port == first.card.port);
    CLAIM(first.kind != DATAGRAM_MESSAGE ||
          (second.text_length == first.text_length && memcmp(second.text, first.text, first.text_length) == 0));
    free(bytes);
    return 0;
}
