/* Everything that peers offer, as their announcements tell it. */
#ifndef FORKCHAT_LAN_INDEX_H
#define FORKCHAT_LAN_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/net.h"
#include "lan/datagram.h"

#define INDEX_MAX          1024
#define INDEX_MAX_PER_HOST 128

struct index_entry {
    char peer[NAME_PEER_MAX + 1];
    struct net_address source; /* where the announcement came from: the host to fetch it from */
    struct datagram_card card;
    int64_t last; /* clock_monotonic() */
};

struct index; /* private to index.c */

/* An empty index, or NULL without memory. `lifetime` as in roster.h. */
struct index *index_open(int64_t lifetime);
void index_close(struct index *index);

/* Takes note of an offer. Returns true if it is new; false if it is known, also from another address of the same
 * machine, or there is no room, or the address in the card is not the one it came from. */
bool index_add(struct index *index, const char *peer, const struct net_address *from, const struct datagram_card *card,
               int64_t now);

/* Forgets one offer of that host. */
void index_withdraw(struct index *index, const struct net_address *from, const char *id);

/* Forgets everything of that peer at that host. */
void index_forget(struct index *index, const char *peer, const struct net_address *from);

/* Forgets what has not been announced for a lifetime. */
void index_expire(struct index *index, int64_t now);

/* What is looked for. */
struct index_query {
    const char *peer;   /* NULL: anybody */
    const char *name;   /* of the file or folder */
    const char *hash;   /* NULL: any content */
    const char *except; /* the ID of an offer that is not wanted; NULL or empty: none */
    bool password;      /* only from one who says that it has one, and so will prove to know it */
};

/* The newest offer of that kind, or NULL. */
const struct index_entry *index_find(const struct index *index, const struct index_query *wish);

/* The next entry whose name (or PEER:NAME) matches the shell pattern, or contains it; NULL matches all. One that is
 * announced from several addresses comes once. Start with NULL; ends with NULL. */
const struct index_entry *index_next(const struct index *index, const struct index_entry *after, const char *pattern);

#endif
