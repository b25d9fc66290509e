/* Housekeeping. Run by workers, control children and the console; writes no shared memory. */
#include "housekeep.h"

#include <stdlib.h>

#include "base/log.h"

static void follow_settings(struct session *session, struct housekeep *state)
{
    struct world *world = session->world;
    if (world_settings_version(world) == state->version)
        return;
    char *text = malloc(SETTINGS_TEXT_SIZE);
    if (!text)
        return;
    txn_begin_look(world->txn);
    size_t length = world_get_settings_locked(world, text);
    state->version = world_settings_version(world);
    txn_commit(world->txn);
    struct settings *settings = settings_from(text, length);
    free(text);
    if (!settings)
        return;
    settings_free(state->own);
    session->settings = state->own = settings;
    log_show_times(settings->log_times);
    session->settings_version = state->version;
}

void housekeep(struct session *session, struct housekeep *state, const struct child_start *start)
{
    follow_settings(session, state);
    if (start->role == SANDBOX_WORKER)
        confine_renew(start->confinement);
}
