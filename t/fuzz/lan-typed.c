/* What people type where forkchat-lan asks for a name: names in quotes, with a password behind, or as a course's script
 * prints them. */
#include "driver.h"

#include "lan/typed.h"

static bool is_short(void *context, const char *name)
{
    (void)context;
    return strlen(name) < 8;
}

/* Does that text end within the line of `size` bytes? */
static void within(const char *line, size_t size, const char *text)
{
    CLAIM(!text || (text >= line && text <= line + size && memchr(text, '\0', (size_t)(line + size + 1 - text))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1), *rest;
    struct typed_offer offer;
    if (!line)
        abort();
    memcpy(line, data, size);
    line[size] = '\0';
    if (typed_read_offer(line, &offer)) {
        CLAIM(offer.port >= 0); /* beyond 65535 it is the port of nobody, and the line still no text to say */
        CLAIM(memchr(offer.address, '\0', sizeof offer.address) && memchr(offer.name, '\0', sizeof offer.name));
        CLAIM(memchr(offer.password, '\0', sizeof offer.password));
    }
    rest = line;
    within(line, size, typed_name(&rest, is_short, NULL));
    within(line, size, rest);
    memcpy(line, data, size);
    rest = line;
    within(line, size, typed_quoted(&rest));
    within(line, size, rest);
    memcpy(line, data, size);
    within(line, size, typed_whole(line));
    memcpy(line, data, size);
    within(line, size, typed_trimmed(line));
    free(line);
    return 0;
}
