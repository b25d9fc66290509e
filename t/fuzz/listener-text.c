/* A listener in words, as a supervisor writes it for the next: what is read has a door and an address of one of the two
 * families, and is written as it was read. */
#include "driver.h"

#include "process/listener_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), again[LISTENER_TEXT_SIZE];
    struct listener listener;
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    if (listener_text_read(&listener, text)) {
        CLAIM(listener.fd == -1 && door_name(listener.wanted.door));
        CLAIM(listener.wanted.address.length <= sizeof listener.wanted.address.storage);
        listener_text_write(&listener, again);
        CLAIM(strcmp(text, again) == 0);
    }
    free(text);
    return 0;
}
