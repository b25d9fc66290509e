/* Following the settings: what a process forked before a reload does to have the new ones. */
#ifndef FORKCHAT_PROCESS_FOLLOW_H
#define FORKCHAT_PROCESS_FOLLOW_H

#include "world/settings.h"
#include "world/world.h"

/* The settings published after `*version`, which becomes theirs; NULL if there are no newer ones. The caller goes on
 * with what it had if there is no memory. */
struct settings *follow_settings(struct world *world, uint32_t *version);

#endif
