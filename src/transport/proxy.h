/* The PROXY protocol, versions 1 and 2 (haproxy's doc/proxy-protocol.txt): what a proxy says of its client in front of
 * all that the client says. Knows of no socket. */
#ifndef FORKCHAT_TRANSPORT_PROXY_H
#define FORKCHAT_TRANSPORT_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"

/* Version 1: a line with its CR LF. Version 2: the head, with what may follow it. */
#define PROXY_LINE_MAX   107
#define PROXY_HEAD       16
#define PROXY_FOLLOW_MAX 4096

enum proxy_result {
    PROXY_MORE,    /* feed more */
    PROXY_ADDRESS, /* the client's address was told */
    PROXY_NONE,    /* the proxy speaks for itself, or does not know: the socket's address holds */
    PROXY_ABSENT,  /* what came is no such header; nothing of it is lost: proxy->bytes */
    PROXY_WRONG    /* it began as one */
};

/* Belongs to its user; proxy.c alone writes to the fields. All zero at first. */
struct proxy {
    char bytes[PROXY_HEAD + 216]; /* what came, as much as is looked at */
    size_t length;
    size_t skip; /* bytes that are still to be left out */
};

/* Takes bytes from *from (*length of them), up to the end of the header, and moves both on. */
enum proxy_result proxy_take(struct proxy *proxy, const char **from, size_t *length, struct net_address *client);

/* What X-Forwarded-For says, read from the right: the first address that is none of the `count` ranges, or the last
 * one there is. Goes on from the address of the proxy itself, *host, and changes it; what is no address ends it. `list`
 * is one field; of several the last comes first. True while all were of the ranges, so that the field before may be
 * believed. */
bool proxy_forwarded(const char *list, const struct net_range *ranges, int count, unsigned char host[16]);

/* An address of those bytes. */
struct net_address proxy_address(const unsigned char host[16], uint16_t port);

#endif
