/* One file to many: blocks by multicast, what was missed asked for, everything verified.
 *
 * The sender invites (datagram.h); receivers that want the file join by unicast. The blocks go to the group at the
 * invitation's port. Then, round after round: the sender polls, each receiver answers with what it misses
 * (bitmaps), the sender repeats the union of it, until all have the file or are silent. Answers go to
 * the address that the invitation came from. All packets begin with "FCC1", a letter, and the cast's id. */
#ifndef FORKCHAT_LAN_CAST_H
#define FORKCHAT_LAN_CAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lan/datagram.h"
#include "lan/group.h"

#define CAST_BLOCK      1200 /* bytes of the file in one packet */
#define CAST_SIZE_MOST  ((int64_t)8 << 30)
#define CAST_RECEIVERS  256
#define CAST_WINDOW     (1200 * 8) /* blocks that one answer speaks of */
#define CAST_PACKET_MAX 1400

enum cast_kind {
    CAST_BLOCK_IS = 'B', /* sender: number, bytes */
    CAST_POLL = 'P',     /* sender: number of the round */
    CAST_END = 'E',      /* sender: nothing more comes */
    CAST_WELCOME = 'A',  /* sender to one: your joining is noted */
    CAST_JOIN = 'J',     /* receiver */
    CAST_NEED = 'N',     /* receiver: number of the round, first block, bitmap; `last` of this answer */
    CAST_CHECKING = 'W', /* receiver: has all blocks and verifies them */
    CAST_HAVE = 'H',     /* receiver: verified and in its place */
    CAST_LEAVE = 'D',    /* receiver: gives up */
};

struct cast_packet {
    enum cast_kind kind;
    char id[DATAGRAM_ID_SIZE];
    uint32_t number; /* block or round */
    uint32_t first;
    bool last;
    const unsigned char *bytes; /* of the block, or the bitmap; points into what was read or is to be written */
    size_t length;
};

/* Reads a packet. False for what is none. */
bool cast_read(const void *bytes, size_t length, struct cast_packet *packet);

/* Writes a packet into CAST_PACKET_MAX bytes. Returns its length. */
size_t cast_write(const struct cast_packet *packet, unsigned char *bytes);

/* How many blocks a file of that size has, and how long block `number` is. */
uint32_t cast_blocks(int64_t size);
size_t cast_block_length(int64_t size, uint32_t number);

/* The blocks that are still to come, or still to be sent: a bit for each. cast.c alone changes it. */
struct cast_set {
    unsigned char *bits;
    uint32_t blocks, count; /* of all, and of those in the set */
};

/* All blocks of a file. Returns 0, or -1 with ENOMEM. */
int cast_set_init(struct cast_set *set, uint32_t blocks);
void cast_set_free(struct cast_set *set);
bool cast_set_has(const struct cast_set *set, uint32_t number);
void cast_set_remove(struct cast_set *set, uint32_t number);

/* Adds the blocks of a bitmap that starts at block `first`, a multiple of 8. What is behind the last block is none. */
void cast_set_add(struct cast_set *set, uint32_t first, const unsigned char *bitmap, size_t length);

/* The set from block `first` on, a multiple of 8, as a bitmap of at most CAST_WINDOW blocks, which stays in the set.
 * Returns its length in bytes without those at its end that are 0. */
size_t cast_set_window(const struct cast_set *set, uint32_t first, const unsigned char **bitmap);

struct cast_outcome {
    int receivers; /* that joined */
    int verified;  /* that have it */
    int64_t sent;  /* bytes of blocks, repeated ones too */
    char message[256];
};

/* Sends the open file that `card` describes. Invites for `wait` milliseconds, or until `enough` have joined
 * (0: as many as come). `rate` in bytes a second; it is lowered when much is missed. Blocks; in a process
 * of its own. Returns 0 if all that joined have it, 1 if only some or nobody joined, -1 for our own trouble. */
int cast_send(struct group *group, const char *sender, const struct datagram_card *card, int fd, int wait, int enough,
              int64_t rate, struct cast_outcome *outcome);

enum cast_result {
    CAST_DONE,
    CAST_BROKEN,  /* the sender went silent */
    CAST_DAMAGED, /* the blocks do not make the file that was announced */
    CAST_EXISTS,
    CAST_LOCAL, /* our disk or folder does not take it */
};

/* Receives the cast announced by `card` from `from` on that interface, into the folder `output`. Blocks; in a
 * process of its own. `message` gets what to tell the user. */
enum cast_result cast_receive(struct group *group, int interface, const struct net_address *from,
                              const struct datagram_card *card, const char *output, const char *kept, bool force,
                              char message[256]);

#endif
