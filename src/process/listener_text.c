/* A listener in words: HEX-ONLY_IPV6-GIVEN-DOOR, where HEX is the address as the system has it, which is a struct
 * sockaddr_in or sockaddr_in6. No shared memory. */
#include "listener_text.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

_Static_assert(2 * sizeof(struct sockaddr_in6) + 30 < LISTENER_TEXT_SIZE, "there is room for a door's name");

void listener_text_write(const struct listener *listener, char text[LISTENER_TEXT_SIZE])
{
    const struct net_address *address = &listener->wanted.address;
    const unsigned char *bytes = (const unsigned char *)&address->storage;
    size_t used = 0;
    for (socklen_t i = 0; i < address->length && i < sizeof(struct sockaddr_in6); i++)
        used += (size_t)snprintf(text + used, LISTENER_TEXT_SIZE - used, "%02x", bytes[i]);
    snprintf(text + used, LISTENER_TEXT_SIZE - used, "-%d-%d-%s", listener->wanted.only_ipv6, listener->given,
             door_name(listener->wanted.door));
}

/* Of one of the two families, and as long as those are. */
static bool read_address(struct net_address *address, const char *hex)
{
    unsigned char *bytes = (unsigned char *)&address->storage;
    size_t length = strlen(hex) / 2;
    unsigned byte;
    if (strlen(hex) % 2 || length > sizeof(struct sockaddr_in6))
        return false;
    memset(address, 0, sizeof *address);
    for (size_t i = 0; i < length; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        bytes[i] = (unsigned char)byte;
    }
    address->length = (socklen_t)length;
    int family = address->storage.ss_family;
    return (family == AF_INET && length == sizeof(struct sockaddr_in)) ||
           (family == AF_INET6 && length == sizeof(struct sockaddr_in6));
}

bool listener_text_read(struct listener *listener, const char *text)
{
    char hex[2 * sizeof(struct sockaddr_in6) + 1], only_ipv6[2], given[2], door[20];
    int end = 0;
    _Static_assert(sizeof hex == 57, "the first width below is one less");
    *listener = (struct listener){.fd = -1};
    if (sscanf(text, "%56[0-9a-f]-%1[01]-%1[01]-%19[^ \t\n]%n", hex, only_ipv6, given, door, &end) != 4 || text[end] ||
        !read_address(&listener->wanted.address, hex))
        return false;
    int kind = door_by_name(door);
    if (kind < 0)
        return false;
    listener->wanted.door = (enum door_kind)kind;
    listener->wanted.only_ipv6 = *only_ipv6 == '1';
    listener->given = *given == '1';
    return true;
}
