/* Following the settings: what a process forked before a reload does to have the new ones. */
#ifndef FORKCHAT_PROCESS_FOLLOW_H
#define FORKCHAT_PROCESS_FOLLOW_H

#include "world/settings.h"
#include "world/world.h"

/* What a process has followed so far: zero but for the version of the settings that it was born with. */
struct follower {
    uint32_t version;
    struct settings *settings; /* NULL: those it was born with */
};

/* If newer settings were published, *settings becomes them, and what earlier ones of this follower's it was is freed.
 * Stays as it is if there is no memory. */
void follow_settings(struct follower *follower, struct world *world, const struct settings **settings);

#endif
