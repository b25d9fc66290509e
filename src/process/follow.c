/* Settings from shared memory. Run by workers, control processes and the console; writes no shared memory. */
#include "follow.h"

#include <stdlib.h>

void follow_settings(struct follower *follower, struct world *world, const struct settings **settings)
{
    if (world_settings_version(world) == follower->version)
        return;
    char *text = malloc(SETTINGS_TEXT_SIZE);
    if (!text)
        return;
    shared_begin_look(world->shared);
    size_t length = world_get_settings_locked(world, text);
    follower->version = world_settings_version(world);
    shared_commit(world->shared);
    struct settings *newer = settings_from(text, length);
    free(text);
    if (!newer)
        return;
    settings_free(follower->settings);
    follower->settings = newer;
    *settings = newer;
}
