/* The getting side of one transfer. */
#ifndef FORKCHAT_LAN_FETCH_H
#define FORKCHAT_LAN_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lan/datagram.h"

enum fetch_result {
    FETCH_DONE,
    FETCH_LACKING, /* the same, but the offerer could not offer all that is in the folder */
    FETCH_BROKEN,  /* the connection could not be made, or broke: what has come is kept, try again */
    FETCH_FURTHER, /* the same, but something new had come */
    FETCH_BUSY,    /* the offerer says: later (fetch->wait seconds) */
    FETCH_DENIED,  /* wrong password */
    FETCH_REFUSED, /* the offerer does not have it any more, or breaks the protocol */
    FETCH_DAMAGED, /* what came is not what was offered */
    FETCH_EXISTS,  /* something of that name is here already */
    FETCH_LOCAL,   /* our disk or folder does not take it */
};

struct fetch {
    /* To be set by the caller. */
    struct datagram_card card;
    const char *password; /* NULL for none */
    const char *output;   /* the folder */
    bool force;           /* replace an existing file */
    bool beside;          /* keep what is new beside what exists, as "NAME (1)" */
    int64_t limit;        /* most bytes to take in all; 0 for no limit */
    int64_t rate;         /* bytes a second; 0 as fast as it goes */
    int timeout;          /* milliseconds without a byte */
    void (*progress)(struct fetch *fetch);
    void (*missing)(struct fetch *fetch, const char *path, const char *why); /* of what could not be offered */
    /* Set while it runs. */
    int64_t done;                 /* of card.size, with what was here before */
    int64_t came;                 /* over the wire, this time */
    char kept[NAME_FILE_MAX + 1]; /* the name that it got */
    int lacking;                  /* how many things could not be offered */
    int wait;
    char message[256]; /* what to tell the user; harmless for a terminal */
};

/* Fetches over the connected socket. Blocks; runs in a process of its own. Does not close `fd`. */
enum fetch_result fetch_session(int fd, struct fetch *fetch);

/* The same, making the connection. */
enum fetch_result fetch_run(const char *host, const char *port, struct fetch *fetch);

#endif
