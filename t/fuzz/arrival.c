/* A message in an envelope: whatever it says, a client comes by a door, and one of a sender who is not trusted is of
 * this host. The first byte says whether the sender is. */
#include "driver.h"

#include "process/arrivals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arrival_message message = {""};
    struct net_address from;
    enum door_kind door;
    char host[NET_TEXT_SIZE];
    if (size < 1)
        return 0;
    bool trusted = data[0] & 1;
    size_t length = size - 1 < sizeof message ? size - 1 : sizeof message;
    memcpy(&message, data + 1, length);
    CLAIM(!net_parse(data[0] & 2 ? "[2001:db8::7]:4711" : "192.0.2.7:4711", &from));
    bool ok = arrival_read(&message, trusted, &door, &from);
    CLAIM(!ok || (door >= 0 && door < DOOR_KINDS));
    CLAIM(net_port(&from) == 4711 && !net_is_any(&from));
    net_format_host(&from, host);
    CLAIM(trusted || strcmp(host, "127.0.0.1") == 0);
    return 0;
}
