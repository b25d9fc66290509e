/* The offering side of one transfer. */
#ifndef FORKCHAT_LAN_SERVE_H
#define FORKCHAT_LAN_SERVE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lan/datagram.h"

/* What is answered, and hashed again, when a file is not any more what was described. */
#define SERVE_CHANGED "the file has changed since it was offered"

/* What can be had from us. */
struct serve_offer {
    struct datagram_card card;
    char *path;             /* absolute, links resolved */
    char *password;         /* NULL for none */
    int manifest;           /* a descriptor of the description that tree_describe() wrote */
    struct timespec newest; /* the latest change of what was described; 0: not known */
};

/* What a session may do. */
struct serve_terms {
    const struct serve_offer *offers;
    int count;
    int wait;     /* seconds this client has to wait before its next guess; 0 for none */
    int penalty;  /* milliseconds it waits for the answer to a wrong one */
    int64_t rate; /* bytes a second; 0 as fast as it goes */
    int timeout;  /* milliseconds without a byte */
    /* Told that a file is not any more what was described; may be NULL. */
    void (*changed)(const struct serve_terms *terms, const char *id);
    int report; /* for that */
};

enum serve_result {
    SERVE_DONE,
    SERVE_DENIED, /* wrong password */
    SERVE_BROKEN, /* the client went away, stalled, or did not speak the protocol */
};

/* Talks to one client on the connected socket until it has what it wants. Blocks; runs in a process of its
 * own. Does not close `fd`. */
enum serve_result serve_session(int fd, const struct serve_terms *terms);

#endif
