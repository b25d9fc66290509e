/* Metadata: what users and channels say of themselves, as keys and values, and which keys a connection wants to be told
 * of (its subscriptions). IRCv3 draft/metadata-2. One bounded pool for all of it; ground truth here, so that a courier
 * which is replaced finds the subscriptions. */
#ifndef FORKCHAT_WORLD_METADATA_H
#define FORKCHAT_WORLD_METADATA_H

#include "world.h"

/* Bytes, with the zero byte. A message with the longest of both, and a nick and a channel of usual length, still is
 * one IRC line. */
#define METADATA_KEY_SIZE   41
#define METADATA_VALUE_SIZE 257

/* Keys of one user or channel, and subscriptions of one connection. Told in the capability's value (caps.h). */
#define METADATA_KEYS          20u
#define METADATA_SUBSCRIPTIONS 40u

enum metadata_kind { METADATA_FREE, METADATA_OF_USER, METADATA_OF_CHANNEL, METADATA_SUBSCRIPTION };

struct metadata_shm {
    uint32_t kind;
    uint32_t owner; /* a channel, a connection for METADATA_SUBSCRIPTION, or a user */
    char key[METADATA_KEY_SIZE];
    char value[METADATA_VALUE_SIZE]; /* "" for a subscription */
    struct charge_shm charge;

    uint32_t next; /* derived: of the same owner, or free */
};

/* For everybody a few: most have none. With the default max-clients all tables fit the 64 MiB that containers have. */
#define METADATA_PER_OWNER 2u

/* How much there can be in all. */
static inline uint32_t metadata_limit(const struct world_limits *limits)
{
    return (limits->users + limits->channels) * METADATA_PER_OWNER + 1000;
}

/* Whether it may be a key: a-z, 0-9 and _./- */
bool metadata_is_key(const char *key);

/* The next record of that kind and owner behind `at` (NONE: the first), or NONE. */
uint32_t metadata_next_locked(const struct world *world, enum metadata_kind kind, uint32_t owner, uint32_t at);

/* The one with that key, or NONE. */
uint32_t metadata_find_locked(const struct world *world, enum metadata_kind kind, uint32_t owner, const char *key);

/* Sets a key, which must be valid, to a value that fits. False if the owner has too many, or there is no room. `by` is
 * who does (NONE: the server), and has asked for their share before if the key is a new one. */
bool metadata_set_locked(struct world *world, enum metadata_kind kind, uint32_t owner, const char *key,
                         const char *value, uint32_t by);

void metadata_remove_locked(struct world *world, uint32_t index);

/* The user, channel or connection goes: all of it. */
void metadata_remove_all_locked(struct world *world, enum metadata_kind kind, uint32_t owner);

#endif
