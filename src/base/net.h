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

/* The same without brackets and port: 127.0.0.1, ::1, fe80::1%eth0. Both ask the system for the name of that interface,
 * which a confined process must not. */
void net_format_host(const struct net_address *address, char text[NET_TEXT_SIZE]);

/* The port in host order; 0 for a family that has none. */
uint16_t net_port(const struct net_address *address);

/* Changes the port of an IPv4 or IPv6 address. */
void net_set_port(struct net_address *address, uint16_t port);

/* The host of an address with a port, as net_format writes it: 127.0.0.1 of 127.0.0.1:51116, ::1 of [::1]:51116; and of
 * one in brackets without a port. False for what is none. */
bool net_host_of(const char *text, char host[NET_TEXT_SIZE]);

/* The 16 bytes of an IPv6 address, or of the v4-mapped form of an IPv4 address: equal for equal hosts. */
void net_host_bytes(const struct net_address *address, unsigned char bytes[16]);

/* The same of an address in words, without a port: 127.0.0.1, ::1, fe80::1%eth0. False for what is none. */
bool net_parse_host(const char *host, unsigned char bytes[16]);

/* A link-local address with its interface, as in fe80::1%eth0, as net_format_host writes it. False for anything else.
 * Asks the system for nothing. */
bool net_normalise_scoped(const char *host, char normal[NET_TEXT_SIZE]);

/* Whether `range` is ADDRESS/BITS, as in 192.0.2.0/24 or 2001:db8::/32; whether the address `host` is in it.
 * A range of the other family holds nobody. */
bool net_is_range(const char *range);
bool net_in_range(const char *host, const char *range);

/* Neighbouring addresses: the first `bits` (0 to 128) of `bytes` are theirs, the others are 0. IPv4 is as in
 * net_host_bytes, so that 192.0.2.0/24 has 120 bits. */
struct net_range {
    unsigned char bytes[16];
    int bits;
};

/* Reads ADDRESS/BITS, or an address alone. False for anything else. */
bool net_parse_range(const char *text, struct net_range *range);

/* The neighbours of `host` that have so many bits in common: the first number (0 to 32) holds for IPv4, the second (0
 * to 128) for IPv6; a link-local address has no neighbours. */
struct net_range net_range_of(const unsigned char host[16], int ipv4_bits, int ipv6_bits);

/* Whether the address is one of them. IPv4 is in no range that is written as IPv6, not even ::/0. */
bool net_range_holds(const struct net_range *range, const unsigned char host[16]);

/* Whether both are the same. */
bool net_same_range(const struct net_range *a, const struct net_range *b);

/* Writes 192.0.2.0/24 or 2001:db8::/64; an address alone without the bits: 192.0.2.1. */
void net_format_range(const struct net_range *range, char text[NET_TEXT_SIZE]);

/* True for the address and port of one host, which can be answered: neither 0.0.0.0 or ::, which a machine without an
 * address sends from, nor a group, nor everyone. */
bool net_is_answerable(const struct net_address *address);

/* True if both are of one host, whatever the ports. */
bool net_same_host(const struct net_address *a, const struct net_address *b);

/* A non-blocking, close-on-exec TCP listener; an IPv6 wildcard also takes IPv4. *bound is the address
 * with the port that was picked for port 0. Returns a descriptor, or -1 and errno. */
int net_listen(const struct net_address *address, struct net_address *bound);

/* The same, with any of these: an IPv6 wildcard leaves IPv4 to others; sockets on the same port to which
 * net_share has been done do not stand in the way. */
enum { NET_ONLY_IPV6 = 1, NET_BESIDE = 2 };
int net_listen_as(const struct net_address *address, int how, struct net_address *bound);

/* For one of this process's listeners: whether another may listen beside it, at a part of its addresses or around them.
 * Without, no other program can. Where the system has no such thing nothing changes. */
void net_share(int listener, bool on);

/* Whether it holds on one link alone, so that it needs an interface: fe80::1%eth0. */
bool net_is_link_local(const struct net_address *address);

/* Whether it is the wildcard of its family. */
bool net_is_any(const struct net_address *address);

/* Connects to HOST (name or address) and PORT (number or service name), trying every address in turn,
 * `milliseconds` for each. Returns a blocking, close-on-exec descriptor, or -1 with *why set to a
 * sentence. Blocks, in getaddrinfo(3) too. */
int net_connect(const char *host, const char *port, int milliseconds, const char **why);

#endif
