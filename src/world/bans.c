/* Bans. Written by operators' workers and the supervisor, under the lock; ground truth only. */
#include "bans.h"

#include <string.h>

#include "base/crashpoint.h"
#include "base/mask.h"
#include "base/net.h"
#include "base/text.h"
#include "layout.h"

bool ban_normalise(char normal[MASK_SIZE], const char *mask)
{
    const char *at = strchr(mask, '@');
    const char *host = at ? at + 1 : mask;
    if (strncmp(mask, "*!", 2) == 0 && at)
        mask += 2;
    for (const char *c = mask; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == '!' || *c == 0x7f)
            return false;
    char where[MASK_SIZE];
    if (!*host || at == mask || (at && *mask == ':') || strchr(host, '@') || !mask_normalise_host(where, host))
        return false;
    struct text text;
    text_init(&text, normal, MASK_SIZE);
    if (at)
        text_add_bytes(&text, mask, (size_t)(host - mask));
    else
        text_add(&text, "*@");
    text_add(&text, where);
    return !text.cut;
}

static bool is_live(const struct ban_shm *ban, int64_t now)
{
    return ban->state == BAN_LIVE && (ban->expires_monotonic == 0 || ban->expires_monotonic > now);
}

static uint32_t end(const struct world *world)
{
    return world_bound(world->shm->bans_end, BANS);
}

static void changed(struct world *world)
{
    atomic_fetch_add(&world->shm->bans_version, 1); /* pairs with the load in bans_version */
}

enum ban_result ban_add_locked(struct world *world, const struct ban_shm *ban, int64_t now)
{
    struct world_shm *shm = world->shm;
    enum ban_result result = BAN_ADDED;
    uint32_t last = end(world), index = last;
    for (uint32_t i = 0; i < last; i++) {
        const struct ban_shm *other = &world->bans[i];
        if (other->state == BAN_LIVE && text_compare_names(other->mask, ban->mask) == 0) {
            index = i;
            result = is_live(other, now) ? BAN_CHANGED : BAN_ADDED;
            break;
        }
        if (index == last && !is_live(other, now))
            index = i;
    }
    if (index == BANS)
        return BAN_FULL;
    struct ban_shm *slot = &world->bans[index];
    txn_save(world->txn, slot, sizeof *slot);
    *slot = (struct ban_shm){.state = BAN_LIVE, .set_at = ban->set_at, .expires_monotonic = ban->expires_monotonic};
    text_copy(slot->mask, sizeof slot->mask, ban->mask);
    CRASHPOINT("ban-half-set");
    text_copy(slot->by, sizeof slot->by, ban->by);
    text_copy(slot->reason, sizeof slot->reason, ban->reason);
    if (index == last) {
        txn_save(world->txn, &shm->bans_end, sizeof shm->bans_end);
        shm->bans_end = last + 1;
    }
    changed(world);
    return result;
}

bool ban_remove_locked(struct world *world, const char *mask)
{
    uint32_t last = end(world);
    for (uint32_t i = 0; i < last; i++) {
        struct ban_shm *ban = &world->bans[i];
        if (ban->state != BAN_LIVE || text_compare_names(ban->mask, mask) != 0)
            continue;
        txn_save(world->txn, &ban->state, sizeof ban->state);
        ban->state = BAN_FREE;
        changed(world);
        return true;
    }
    return false;
}

/* Splits user@host; false for a mask from the region that is none. */
static bool split(const struct ban_shm *ban, char user[MASK_SIZE], const char **host)
{
    const char *at = memchr(ban->mask, '@', sizeof ban->mask);
    if (!at || !memchr(at, '\0', (size_t)(ban->mask + sizeof ban->mask - at)))
        return false;
    memcpy(user, ban->mask, (size_t)(at - ban->mask));
    user[at - ban->mask] = '\0';
    *host = at + 1;
    return true;
}

void ban_seal(struct ban_shm *copy)
{
    TEXT_END(copy->mask);
    TEXT_END(copy->by);
    TEXT_END(copy->reason);
}

bool ban_is_wide(const char *mask)
{
    static const char *const distant[][2] = {{"1.20.3.4", "219.8.76.255"}, {"2001:db8::1", "fd43:9:7::6ac5"}};
    const char *host = strchr(mask, '@');
    struct net_range range;
    if (!host || strspn(mask, "*?") != (size_t)(host - mask) || !memchr(mask, '*', (size_t)(host - mask)))
        return false;
    host++;
    if (net_parse_range(host, &range)) {
        static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
        bool ipv4 = range.bits >= 96 && memcmp(range.bytes, mapped, sizeof mapped) == 0;
        return range.bits < (ipv4 ? 104 : 16);
    }
    for (size_t i = 0; i < sizeof distant / sizeof *distant; i++)
        if (mask_match(host, distant[i][0]) && mask_match(host, distant[i][1]))
            return true;
    return false;
}

bool ban_matches(const struct ban_shm *ban, const char *username, const char *host, int64_t now)
{
    char user[MASK_SIZE];
    const char *where;
    if (!is_live(ban, now) || !split(ban, user, &where))
        return false;
    return mask_match_host(where, host) &&
           (mask_match(user, username) || (username[0] == '~' && mask_match(user, username + 1)));
}

bool ban_matches_host(const struct ban_shm *ban, const char *host, int64_t now)
{
    char user[MASK_SIZE];
    const char *where;
    return is_live(ban, now) && split(ban, user, &where) && strspn(user, "*") == strlen(user) &&
           mask_match_host(where, host);
}

const struct ban_shm *ban_find_locked(const struct world *world, const char *username, const char *host, int64_t now)
{
    uint32_t last = end(world);
    for (uint32_t i = 0; i < last; i++)
        if (ban_matches(&world->bans[i], username, host, now))
            return &world->bans[i];
    return NULL;
}

const struct ban_shm *ban_at_locked(const struct world *world, uint32_t index, int64_t now)
{
    return is_live(&world->bans[index], now) ? &world->bans[index] : NULL;
}

uint32_t bans_end_locked(const struct world *world)
{
    return end(world);
}

uint32_t bans_version(const struct world *world)
{
    return atomic_load(&world->shm->bans_version);
}
