/* Peers on the LAN: names and addresses, learned from announcements, kept on disk, forgotten in time. */
#ifndef FORKCHAT_LAN_ROSTER_H
#define FORKCHAT_LAN_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/net.h"
#include "lan/datagram.h"
#include "lan/name.h"

#define ROSTER_MAX          256 /* peers */
#define ROSTER_MAX_PER_HOST 16  /* so that one host cannot fill it with inventions */

struct roster_peer {
    char name[NAME_PEER_MAX + 1];
    struct net_address address; /* where its last announcement came from */
    bool native;                /* that port takes its messages; otherwise the group's port does */
    bool heard;                 /* since we started; otherwise only read from disk */
    bool warned;                /* that somebody else uses the name */
    char id[DATAGRAM_ID_SIZE];  /* that it gave itself; empty if none */
    struct net_address rival;   /* where the name was announced too; told unless it turns out to be the same peer */
    int64_t rival_since;        /* 0: nowhere */
    int64_t last;               /* clock_monotonic() when it was heard */
    int via;                    /* the interface it was heard on */
};

struct roster; /* private to roster.c */

enum roster_news {
    ROSTER_SAME,  /* known already */
    ROSTER_NEW,   /* heard for the first time */
    ROSTER_MOVED, /* the same name at another address, after silence at the old one */
    ROSTER_TAKEN, /* the name belongs to someone at another address, who still announces it */
    ROSTER_FULL,  /* no room, or too many names at that host */
};

/* An empty roster, or NULL without memory. `lifetime` (nanoseconds): silence after which a peer is gone. */
struct roster *roster_open(int64_t lifetime);
void roster_close(struct roster *roster);

/* Takes note of an announcement of `name` from `from`. *peer is set unless ROSTER_FULL. */
enum roster_news roster_hear(struct roster *roster, const char *name, const struct net_address *from, int via,
                             int64_t now, struct roster_peer **peer);

/* The peer, or NULL. Valid until the roster changes. */
struct roster_peer *roster_find(struct roster *roster, const char *name);

/* The peers one after the other, in the order of their names: start with NULL; ends with NULL. */
struct roster_peer *roster_next(struct roster *roster, const struct roster_peer *after);

void roster_remove(struct roster *roster, struct roster_peer *peer);

/* One peer that has been silent for too long, or NULL. To be shown, then removed. */
struct roster_peer *roster_expired(struct roster *roster, int64_t now);

/* Reads the lines NAME:ADDRESS of the file (absent is empty; other lines are skipped). Ports are
 * unknown then: messages go to `port`. Returns 0, or -1 and errno. */
int roster_load(struct roster *roster, const char *path, uint16_t port, int64_t now);

/* Writes it, if it has changed since it was last read or written, so that a crash leaves the old or the new.
 * Returns 0, or -1 and errno. */
int roster_save(struct roster *roster, const char *path);

#endif
