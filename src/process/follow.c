/* Settings from shared memory. Run by workers, control processes and the console; writes no shared memory. */
#include "follow.h"

#include <stdlib.h>

struct settings *follow_settings(struct world *world, uint32_t *version)
{
    if (world_settings_version(world) == *version)
        return NULL;
    char *text = malloc(SETTINGS_TEXT_SIZE);
    if (!text)
        return NULL;
    shared_begin_look(world->shared);
    size_t length = world_get_settings_locked(world, text);
    *version = world_settings_version(world);
    shared_commit(world->shared);
    struct settings *settings = settings_from(text, length);
    free(text);
    return settings;
}
