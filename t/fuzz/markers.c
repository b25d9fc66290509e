/* The keeper's file of read markers: whatever is in it, what is read is written, and read again as the same. */
#include "driver.h"

#include "base/text.h"
#include "keeper/markers.h"

static struct markers *read_text(const struct store *store, char *text)
{
    struct markers *markers = markers_new();
    for (char *line; (line = text_next_item(&text, '\n'));)
        markers_read_line(markers, store, line);
    return markers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct account toto = {.name = "toto", .created_at = 1};
    struct store *store = store_new();
    char *text = malloc(size + 1);
    size_t length, again;
    if (!text || !store_add(store, &toto))
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    struct markers *first = read_text(store, text);
    CLAIM(markers_count(first) <= MARKERS_OF_ONE);
    char *written = markers_write(first, &length), *copy = malloc(length + 1);
    if (!written || !copy)
        abort();
    memcpy(copy, written, length);
    copy[length] = '\0';
    struct markers *second = read_text(store, copy);
    char *rewritten = markers_write(second, &again);
    CLAIM(rewritten && again == length && memcmp(written, rewritten, length) == 0);
    markers_free(first);
    markers_free(second);
    store_free(store);
    free(text);
    free(written);
    free(copy);
    free(rewritten);
    return 0;
}
