/* A client that is not in yet: it is no part of the world until its transport has shaken hands with it, and what it
 * sends is answered by its worker itself. Many go no further: who only fetches a page, or speaks something else. */
#ifndef FORKCHAT_TRANSPORT_NEWCOMER_H
#define FORKCHAT_TRANSPORT_NEWCOMER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "conf/settings.h"
#include "http.h"
#include "proxy.h"
#include "world/doors.h"

enum newcomer_result {
    NEWCOMER_WAITS, /* for more bytes */
    NEWCOMER_IN,    /* what is said first is said; all that follows is for the session */
    NEWCOMER_OVER   /* what there is to say is said, and the connection ends */
};

/* Bytes of a first line that says where it comes from. */
#define NEWCOMER_LINE_MAX 512

/* Bytes that are said to it, but for a body. */
#define NEWCOMER_SAID 2048

struct newcomer {
    const struct settings *settings;
    enum door_kind door;                  /* where it came; it may ask for another form of that door */
    const struct setting_ranges *proxies; /* not NULL: it came from one of these, which say whose client it is */
    struct net_address address;           /* the client's, as far as it is known */
    struct proxy proxy;
    struct http http;
    struct text said; /* what is to be sent to it */
    char said_bytes[NEWCOMER_SAID];
    const char *body; /* and behind that; it stays where it is */
    size_t body_length;
};

/* Nothing has come yet. */
void newcomer_begin(struct newcomer *newcomer, const struct settings *settings, enum door_kind door,
                    const struct net_address *address);

#endif
