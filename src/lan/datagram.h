/* What peers send each other by UDP, read and written. The first two forms are the multicast scripts' own;
 * the others are messages to recipients that no peer can be called (they begin with '/'), so that a script
 * takes them for somebody else's mail and stays silent:
 *
 *   :NAME                                                        here I am
 *   SENDER:RECIPIENT:TEXT\n                                      a message; '*' is everyone
 *   SENDER:/peer:ID                                              my own port, this one, takes messages; what comes
 *                                                                with the same ID from another address is me as well
 *   SENDER:/who:                                                 who is there? what is offered?
 *   SENDER:/bye:                                                 I leave
 *   SENDER:/offer:ID ADDRESS PORT SIZE FLAGS HASH NAME           get it there; FLAGS of p(assword) d(irectory) -
 *   SENDER:/withdraw:ID                                          no longer
 *   SENDER:/cast:ID PORT SIZE MODE MTIME HASH NAME               who wants NAME, blocks come to the group at PORT
 *
 * Those have no newline at their end, or such a script prints an empty line for each; one that is there is ignored. */
#ifndef FORKCHAT_LAN_DATAGRAM_H
#define FORKCHAT_LAN_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/text.h"
#include "lan/name.h"

#define DATAGRAM_SEND_MAX 1024 /* bytes: whole for a program that calls recvfrom(1024) */
#define DATAGRAM_ID_SIZE  17   /* 16 hexadecimal digits and the zero byte */

enum datagram_kind {
    DATAGRAM_RAW,      /* another program's: to be shown as it is */
    DATAGRAM_ANNOUNCE, /* sender */
    DATAGRAM_MESSAGE,  /* sender, recipient, text */
    DATAGRAM_PEER,     /* sender, card.id; that is empty if there is none */
    DATAGRAM_WHO,      /* sender */
    DATAGRAM_BYE,      /* sender */
    DATAGRAM_OFFER,    /* sender, card */
    DATAGRAM_WITHDRAW, /* sender, card.id */
    DATAGRAM_CAST,     /* sender, card */
    DATAGRAM_IGNORED,  /* of a kind to come, or one of the above gone wrong */
};

/* A file or tree to be had. */
struct datagram_card {
    char id[DATAGRAM_ID_SIZE];
    char address[48]; /* numeric, without scope; empty in a cast */
    uint16_t port;
    int64_t size;
    bool password, tree;
    unsigned mode;   /* casts only: 0 to 0777 */
    int64_t changed; /* casts only: seconds since 1970, or before it */
    char hash[SHA256_HEX_SIZE];
    char name[NAME_FILE_MAX + 1];
};

struct datagram {
    enum datagram_kind kind;
    char sender[NAME_PEER_MAX + 1];
    char recipient[NAME_PEER_MAX + 1];
    const char *text; /* points into the bytes that were read; not zero-terminated */
    size_t text_length;
    struct datagram_card card;
};

/* Reads `length` bytes, whatever they are. Never fails: what is nothing of the above is DATAGRAM_RAW. */
void datagram_read(const char *bytes, size_t length, struct datagram *datagram);

/* Adds the bytes of `datagram` to `text`; text->cut tells if they did not fit. */
void datagram_write(const struct datagram *datagram, struct text *text);

/* True for what can stand as a file's hash or as an id: lower-case hexadecimal of exactly `digits`. */
bool datagram_is_hex(const char *text, size_t digits);

#endif
