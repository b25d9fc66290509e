/* Metadata. Written by the workers of those who set it, and by the process that has a user leave or a channel end,
 * under the lock. */
#include "metadata.h"

#include <string.h>

#include "base/crashpoint.h"
#include "base/text.h"
#include "layout.h"
#include "shares.h"

bool metadata_is_key(const char *key)
{
    size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_./-");
    return length > 0 && length < METADATA_KEY_SIZE && key[length] == '\0';
}

static uint32_t *first_of(const struct world *world, enum metadata_kind kind, uint32_t owner)
{
    return kind == METADATA_OF_CHANNEL     ? &world->channels[owner].first_metadata
           : kind == METADATA_SUBSCRIPTION ? &world->connections[owner].first_subscription
                                           : &world->users[owner].first_metadata;
}

bool metadata_is_live(const struct world *world, const struct metadata_shm *record)
{
    if (record->kind == METADATA_OF_CHANNEL)
        return record->owner < world->limits.channels && world->channels[record->owner].state == CHANNEL_LIVE;
    if (record->kind == METADATA_SUBSCRIPTION)
        return connection_is_live(world, record->owner);
    return record->kind == METADATA_OF_USER && user_has_nick(world, record->owner);
}

void metadata_link(struct world *world, uint32_t index)
{
    struct metadata_shm *record = &world->metadata[index];
    uint32_t *first = first_of(world, record->kind, record->owner);
    record->next = *first;
    *first = index;
    share_add(world, SHARE_METADATA, &record->charge);
}

uint32_t metadata_next_locked(const struct world *world, enum metadata_kind kind, uint32_t owner, uint32_t at)
{
    uint32_t limit = metadata_limit(&world->limits), left = limit;
    do
        at = at == NONE ? *first_of(world, kind, owner) : world->metadata[at].next;
    while (at < limit && left-- > 0 && world->metadata[at].kind != kind);
    return at < limit ? at : NONE;
}

uint32_t metadata_find_locked(const struct world *world, enum metadata_kind kind, uint32_t owner, const char *key)
{
    uint32_t at = NONE;
    while ((at = metadata_next_locked(world, kind, owner, at)) != NONE)
        if (strcmp(world->metadata[at].key, key) == 0)
            break;
    return at;
}

static void save(struct world *world, const struct metadata_shm *record)
{
    txn_save(world->txn, record, offsetof(struct metadata_shm, next));
}

static uint32_t add(struct world *world, enum metadata_kind kind, uint32_t owner, const char *key, uint32_t by)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_metadata, limit = metadata_limit(&world->limits);
    if (index < limit)
        shm->free_metadata = world->metadata[index].next;
    else
        index = world_extend_locked(world, &shm->metadata_end, limit);
    if (index == NONE)
        return NONE;
    struct metadata_shm *record = &world->metadata[index];
    save(world, record);
    record->kind = kind;
    record->owner = owner;
    record->charge = share_charge(world, by);
    text_copy(record->key, sizeof record->key, key);
    CRASHPOINT("metadata-added");
    metadata_link(world, index);
    return index;
}

bool metadata_set_locked(struct world *world, enum metadata_kind kind, uint32_t owner, const char *key,
                         const char *value, uint32_t by)
{
    const uint32_t most = kind == METADATA_SUBSCRIPTION ? METADATA_SUBSCRIPTIONS : METADATA_KEYS;
    uint32_t index = metadata_find_locked(world, kind, owner, key), count = 0;
    if (index == NONE) {
        for (uint32_t at = NONE; (at = metadata_next_locked(world, kind, owner, at)) != NONE;)
            count++;
        index = count < most ? add(world, kind, owner, key, by) : NONE;
    } else {
        save(world, &world->metadata[index]);
    }
    if (index == NONE)
        return false;
    text_copy(world->metadata[index].value, METADATA_VALUE_SIZE, value);
    return true;
}

void metadata_remove_locked(struct world *world, uint32_t index)
{
    struct metadata_shm *record = &world->metadata[index];
    uint32_t limit = metadata_limit(&world->limits), *at = first_of(world, record->kind, record->owner);
    for (uint32_t left = limit; *at < limit && left-- > 0; at = &world->metadata[*at].next) {
        if (*at == index) {
            *at = record->next;
            share_drop(world, SHARE_METADATA, &record->charge);
            break;
        }
    }
    CRASHPOINT("metadata-unlinked");
    txn_save(world->txn, &record->kind, sizeof record->kind);
    record->kind = METADATA_FREE;
    record->next = world->shm->free_metadata;
    world->shm->free_metadata = index;
}

void metadata_remove_all_locked(struct world *world, enum metadata_kind kind, uint32_t owner)
{
    const uint32_t *first = first_of(world, kind, owner);
    while (*first < metadata_limit(&world->limits)) {
        const struct metadata_shm *record = &world->metadata[*first];
        if (!metadata_is_live(world, record) || first_of(world, record->kind, record->owner) != first)
            return; /* damaged */
        metadata_remove_locked(world, *first);
    }
}
