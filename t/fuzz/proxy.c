/* A header of the PROXY protocol is the same in whatever pieces it comes, takes no byte too many, and tells an address
 * of one family or the other; X-Forwarded-For tells one that can be written. */
#include "driver.h"

#include "transport/proxy.h"

static enum proxy_result take(const uint8_t *data, size_t size, size_t piece, size_t *taken, struct net_address *client)
{
    struct proxy proxy;
    enum proxy_result result = PROXY_MORE;
    memset(&proxy, 0, sizeof proxy);
    memset(client, 0, sizeof *client);
    for (*taken = 0; *taken < size && result == PROXY_MORE;) {
        const char *from = (const char *)data + *taken;
        size_t length = piece < size - *taken ? piece : size - *taken, left = length;
        result = proxy_take(&proxy, &from, &left, client);
        CLAIM(result != PROXY_MORE || left == 0);
        *taken += length - left;
    }
    CLAIM(result != PROXY_ABSENT || (proxy.length == *taken && memcmp(proxy.bytes, data, *taken) == 0));
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net_address client[2];
    size_t taken[2];
    char text[NET_TEXT_SIZE], list[300] = "";
    enum proxy_result result = take(data, size, SIZE_MAX, &taken[0], &client[0]);
    CLAIM(take(data, size, 1 + size % 5, &taken[1], &client[1]) == result && taken[0] == taken[1]);
    CLAIM(result != PROXY_ADDRESS || (client[0].length > 0 && memcmp(&client[0], &client[1], sizeof client[0]) == 0));
    if (result == PROXY_ADDRESS)
        net_format(&client[0], text);
    struct net_range range = {.bits = 0};
    unsigned char host[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
    memcpy(list, data, size < sizeof list - 1 ? size : sizeof list - 1);
    CLAIM(net_parse_range("127.0.0.0/8", &range));
    proxy_forwarded(list, &range, 1, host);
    client[0] = proxy_address(host, 1);
    net_format_host(&client[0], text);
    return 0;
}
