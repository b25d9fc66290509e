/* Addresses and TCP sockets, the same for IPv4 and IPv6. */
#ifndef FORKCHAT_BASE_NET_H
#define FORKCHAT_BASE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* An address and a port, of either family. */
struct net_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* Bytes for "[ffff:…:ffff%interface]:65535" and its zero byte. */
#define NET_TEXT_SIZE 80

/* Reads ADDRESS:PORT, [IPV6]:PORT, *:PORT (every address, both families where the system can) or a bare
 * PORT (the same). Numeric only: never asks a name server. Returns NULL, or what is wrong in words. */
const char *net_parse(const char *text, struct net_address *address);

/* Writes 127.0.0.1:51116 or [::1]:51116; a v4-mapped IPv6 address is shown as IPv4. */
void net_format(const struct net_address *address, char text[NET_TEXT_SIZE]);

/* The same without brackets and port: 127.0.0.1, ::1. */
void net_format_host(const struct net_address *address, char text[NET_TEXT_SIZE]);

/* The port in host order; 0 for a family that has none. */
uint16_t net_port(const struct net_address *address);

/* Changes the port of an IPv4 or IPv6 address. */
void net_set_port(struct net_address *address, uint16_t port);

/* The 16 bytes of an IPv6 address, or of the v4-mapped form of an IPv4 address: equal for equal hosts. */
void net_host_bytes(const struct net_address *address, unsigned char bytes[16]);

/* Whether `range` is ADDRESS/BITS, as in 192.0.2.0/24 or 2001:db8::/32; whether the address `host` is in it.
 * A range of the other family holds nobody. */
bool net_is_range(const char *range);
bool net_in_range(const char *host, const char *range);

/* True if both are of one host, whatever the ports. */
bool net_same_host(const struct net_address *a, const struct net_address *b);

/* A non-blocking, close-on-exec TCP listener; an IPv6 wildcard also takes IPv4. *bound is the address
 * with the port that was picked for port 0. Returns a descriptor, or -1 and errno. */
int net_listen(const struct net_address *address, struct net_address *bound);

/* Connects to HOST (name or address) and PORT (number or service name), trying every address in turn,
 * `milliseconds` for each. Returns a blocking, close-on-exec descriptor, or -1 with *why set to a
 * sentence. Blocks, in getaddrinfo(3) too. */
int net_connect(const char *host, const char *port, int milliseconds, const char **why);

#endif
