/* Addresses: what is read is written and read again as the same; ranges hold what they should. */
#include "driver.h"

#include "base/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct net_address address, again;
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    const char *wrong = net_parse(text, &address);
    CLAIM(!wrong || *wrong);
    if (!wrong) {
        char written[NET_TEXT_SIZE], host[NET_TEXT_SIZE], range[NET_TEXT_SIZE + 4];
        net_format(&address, written);
        CLAIM(strlen(written) < NET_TEXT_SIZE && !net_parse(written, &again));
        CLAIM(net_same_host(&address, &again) && net_port(&address) == net_port(&again));
        net_format_host(&address, host);
        CLAIM(*host);
        if (!strchr(host, '%')) { /* of one interface: no range has that */
            snprintf(range, sizeof range, "%s/%d", host, strchr(host, ':') ? 128 : 32);
            CLAIM(net_is_range(range) && net_in_range(host, range));
        }
    }
    char scoped[NET_TEXT_SIZE], twice[NET_TEXT_SIZE];
    if (net_normalise_scoped(text, scoped))
        CLAIM(net_normalise_scoped(scoped, twice) && strcmp(scoped, twice) == 0);
    bool is_range = net_is_range(text);
    CLAIM(!net_in_range("nobody", text));
    CLAIM(is_range || !net_in_range("192.0.2.1", text));
    CLAIM(!is_range || !(net_in_range("192.0.2.1", text) && net_in_range("2001:db8::1", text)));
    free(text);
    return 0;
}
