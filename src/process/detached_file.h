/* Who was here when the server stopped, in the state directory: who comes back to one that is started again within
 * `grace` is who they were, where they were, and nobody sees them come. */
#ifndef FORKCHAT_PROCESS_DETACHED_FILE_H
#define FORKCHAT_PROCESS_DETACHED_FILE_H

#include "conf/settings.h"
#include "world/world.h"

/* Writes those who can come back, and their channels, once all processes have ended. Trouble is reported. */
void detached_file_write(struct world *world, const struct settings *settings);

/* Puts them into the tables of a new world, detached from now on; and removes the file, which is good for once. Trouble
 * is reported. */
void detached_file_load(struct world *world, const struct settings *settings);

#endif
