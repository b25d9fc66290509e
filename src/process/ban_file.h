/* Bans on disk, in the state directory, and the supervisor's own copy of them. */
#ifndef FORKCHAT_PROCESS_BAN_FILE_H
#define FORKCHAT_PROCESS_BAN_FILE_H

#include "base/net.h"
#include "conf/settings.h"
#include "world/bans.h"

/* What the supervisor knows of the bans; it never waits for the lock to look at them. */
struct ban_file {
    struct ban_shm *bans;
    uint32_t count;
    uint32_t version; /* of the table it was copied from */
    int64_t offset;   /* of the wall clock from clock_monotonic(), ms, as the dates in the file have it */
    int64_t again;    /* clock_monotonic(): when to try once more to write it; 0: it is on disk */
};

/* Puts what the file says into the tables of a new world. Trouble is reported. */
void ban_file_load(struct ban_file *file, struct world *world, const struct settings *settings);

/* Takes over what is in the tables of a world that was there before. */
void ban_file_take_over(struct ban_file *file, const struct world *world);

/* Takes changes of the tables over and writes them to disk. Does nothing if there are none, or if the lock
 * is taken: then it has to be called again. What could not be written, because the disk is full, stays as it was there
 * and is tried again after a second. */
void ban_file_update(struct ban_file *file, struct world *world, const struct settings *settings);

/* Why nobody may come in from there, or NULL. Valid until the next update. */
const char *ban_file_reason(const struct ban_file *file, const struct net_address *from);

#endif
