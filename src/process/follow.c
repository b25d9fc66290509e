/* Settings from shared memory. Run by workers, control processes and the console; writes no shared memory. */
#include "follow.h"

#include <stdlib.h>

#include "base/log.h"

void follow_settings(struct session *session, struct follow *follow)
{
    struct world *world = session->world;
    if (world_settings_version(world) == follow->version)
        return;
    char *text = malloc(SETTINGS_TEXT_SIZE);
    if (!text)
        return;
    txn_begin_look(world->txn);
    size_t length = world_get_settings_locked(world, text);
    follow->version = world_settings_version(world);
    txn_commit(world->txn);
    struct settings *settings = settings_from(text, length);
    free(text);
    if (!settings)
        return;
    settings_free(follow->own);
    session->settings = follow->own = settings;
    log_show_times(settings->log_times);
    session->settings_version = follow->version;
}
