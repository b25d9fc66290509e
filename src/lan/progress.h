/* How far a transfer is: a bar on a terminal, a line now and then elsewhere. */
#ifndef FORKCHAT_LAN_PROGRESS_H
#define FORKCHAT_LAN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lan/tree.h"

struct progress {
    const char *name;
    int fd;                        /* where to show it */
    bool terminal;                 /* that is one */
    int64_t started, shown, first; /* first: bytes that were here at the start; -1 before the first step */
    int quarters;
};

/* Starts one. */
void progress_start(struct progress *progress, const char *name, int fd, bool terminal);

/* `done` of `total` bytes are here. Cheap enough for every piece. */
void progress_step(struct progress *progress, int64_t done, int64_t total);

/* How far hashing is, told in lines: "hashing NAME: …" every few seconds, and never if it takes less. To be given to
 * what takes a tree_progress; `total` is negative where nobody knows. */
struct progress_hash {
    struct tree_progress tree;
    const char *name;
    int fd;
    int64_t total, shown;
};
void progress_hash_start(struct progress_hash *progress, const char *name, int fd, int64_t total);

/* Leaves the bar's row. */
void progress_end(struct progress *progress);

#endif
