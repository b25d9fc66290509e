/* Settings as followers read them from shared memory: whatever the bytes, there are settings to go on with, and what is
 * written of them reads as the same. */
#include "driver.h"

#include "conf/settings.h"

static char text[1 << 16], again[1 << 16];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_hush();
    struct settings *first = settings_from((const char *)data, size);
    CLAIM(first && first->is_copy && first->server_name && *first->server_name && first->network_name);
    CLAIM(first->max_clients > 0 && first->nick_length > 0 && first->ping_timeout >= 0 && first->queue_limit > 0);
    CLAIM(first->listen_count >= 1 && first->listen_count <= SETTING_LISTENS);
    CLAIM(first->operator_count >= 0 && first->operator_count <= SETTING_OPERATORS);
    CLAIM(first->admin_count >= 0 && first->admin_count <= SETTING_ADMIN_LINES);
    size_t length = settings_write(first, text, sizeof text);
    CLAIM(length > 0 && length < sizeof text);
    struct settings *second = settings_from(text, length);
    CLAIM(settings_write(second, again, sizeof again) == length && memcmp(text, again, length) == 0);
    CLAIM(second->listen_count == first->listen_count && strcmp(second->server_name, first->server_name) == 0);
    CLAIM(!first->motd == !second->motd && (!first->motd || strcmp(first->motd, second->motd) == 0));
    settings_free(first);
    settings_free(second);
    return 0;
}
