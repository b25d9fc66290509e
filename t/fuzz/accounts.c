/* The keeper's file: whatever is in it, what is read is written, and all of it is read
 * again as the same. (A channel that stood before its account is read at the second time.) */
#include "driver.h"

#include "keeper/store.h"

static void complain(void *context, int line)
{
    CLAIM(line > *(int *)context);
    *(int *)context = line;
}

static struct store *read_text(char *text)
{
    int last = 0;
    struct store *store = store_new();
    store_read(store, text, complain, &last);
    return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *again;
    size_t length;
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    struct store *first = read_text(text);
    const struct account *account;
    for (uint32_t at = 0; (account = store_next(first, &at));)
        CLAIM(store_is_name(account->name) && store_find(first, account->name) == account);
    const struct kept_channel *channel;
    for (uint32_t at = 0; (channel = store_next_channel(first, &at));)
        CLAIM(store_find_channel(first, channel->name) == channel && store_find(first, channel->founder) &&
              !strchr(channel->text, '\n'));
    again = store_write(first, &length);
    CLAIM(again && strlen(again) == length);
    struct store *second = read_text(again);
    CLAIM(memcmp(store_secret(first), store_secret(second), SHA256_SIZE) == 0);
    for (uint32_t at = 0; (account = store_next(first, &at));) {
        const struct account *other = store_find(second, account->name);
        CLAIM(other && strcmp(other->name, account->name) == 0 && other->flags == account->flags &&
              memcmp(&other->verifier, &account->verifier, sizeof other->verifier) == 0);
    }
    for (uint32_t at = 0; (channel = store_next_channel(first, &at));) {
        const struct kept_channel *other = store_find_channel(second, channel->name);
        CLAIM(other && strcmp(other->text, channel->text) == 0 && strcmp(other->founder, channel->founder) == 0);
    }
    store_free(first);
    store_free(second);
    free(again);
    free(text);
    return 0;
}
