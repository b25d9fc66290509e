/* Shares: what one user may take of the tables, so that something is left for everybody. */
#include "tables.h"
#include "world/metadata.h"
#include "world/shares.h"
#include "world/monitors.h"

static uint32_t user_at(uint32_t user, const char *host)
{
    char address[ADDRESS_SIZE];
    snprintf(address, sizeof address, "%s:1", host);
    tables_attach(user, address, host);
    user_introduce_locked(&world, user);
    member_add_locked(&world, user, LOBBY, 0);
    return user;
}

static uint32_t user(uint32_t place)
{
    char host[40];
    snprintf(host, sizeof host, "192.0.2.%u", place + 1);
    return user_at(place, host);
}

static uint32_t channel(const char *called, uint32_t founder)
{
    uint32_t made = channel_create_locked(&world, called, founder);
    member_add_locked(&world, founder, made, MEMBER_OPERATOR);
    return made;
}

/* Masks of that user, as many as they may set there. */
static uint32_t fill(uint32_t in, uint32_t who)
{
    uint32_t count = 0;
    for (int kind = 0; kind < MASK_KINDS; kind++)
        for (int i = 0; i < (int)CHANNEL_MASKS; i++) {
            char mask[40];
            snprintf(mask, sizeof mask, "u%u!n%d@*", who, i);
            if (share_ask_locked(&world, SHARE_MASKS, who) != SHARE_FITS)
                return count;
            if (mask_add_locked(&world, in, (enum mask_kind)kind, mask, who) == MASK_ADDED)
                count++;
        }
    return count;
}

static void newcomers_have_as_much(void)
{
    tables_start(600);
    uint32_t one = fill(channel("#a", user(0)), 0), two = fill(channel("#b", user(1)), 1);
    CHECK(one > 150 && one <= 200 && two > 100 && two <= one);
    CHECK(share_ask_locked(&world, SHARE_MASKS, 0) == SHARE_SPENT);
    uint32_t three = fill(channel("#c", user(2)), 2);
    CHECK(three > 50 && three <= two);
    CHECK(share_used_locked(&world, SHARE_MASKS) == one + two + three);
    tables_stop();
}

static void few_for_all(void)
{
    tables_start(60);
    uint32_t x = channel("#x", user(0));
    for (uint32_t i = 1; i < 20; i++)
        member_add_locked(&world, user(i), x, MEMBER_OPERATOR);
    for (uint32_t i = 0; i < 20; i++)
        CHECK(fill(x, i) >= 2);
    CHECK(share_used_locked(&world, SHARE_MASKS) < 60);
    tables_stop();
}

static void coming_again(void)
{
    tables_start(600);
    uint32_t more = 0;
    fill(channel("#x", user_at(0, "2001:db8::1")), 0);
    for (int i = 0; i < 20; i++) {
        char name[20], host[40];
        snprintf(host, sizeof host, "2001:db8::%d", i + 2); /* all one host's */
        user_at(1, host);
        snprintf(name, sizeof name, "#%d", i % 3);
        uint32_t made = channel_find_locked(&world, name);
        if (made == NONE) {
            made = channel(name, 0); /* who stays keeps it alive */
            member_add_locked(&world, 1, made, MEMBER_OPERATOR);
        }
        more += fill(made, 1);
        tables_leave(1);
        CHECK(tables_are_consistent());
    }
    CHECK(more <= 200);
    CHECK(fill(channel("#y", user(1)), 1) > 50);
    /* And who left nothing behind is charged nothing. */
    tables_leave(0);
    CHECK(share_used_locked(&world, SHARE_MASKS) < 200 && share_used_locked(&world, SHARE_CHANNELS) == 2);
    tables_stop();
}

static void neighbours(void)
{
    tables_start(600);
    uint32_t x = channel("#x", user_at(0, "192.0.2.1"));
    member_add_locked(&world, user_at(1, "192.0.2.1"), x, MEMBER_OPERATOR);
    CHECK(fill(x, 0) > 150);
    tables_leave(0);
    user_at(0, "192.0.2.1"); /* another of that number */
    CHECK(fill(channel("#y", 0), 0) >= 2);
    tables_stop();
}

static void operators_may(void)
{
    tables_start(60);
    uint32_t x = channel("#x", user(0));
    CHECK(fill(x, 0) < 30);
    user_set_flags_locked(&world, 0, world.users[0].flags | USER_OPERATOR);
    CHECK(fill(x, 0) > 30);
    CHECK(share_ask_locked(&world, SHARE_MASKS, 0) == SHARE_NONE);
    CHECK(share_ask_locked(&world, SHARE_MASKS, NONE) == SHARE_NONE);
    tables_stop();
}

static void invitations_too(void)
{
    tables_start(60);
    uint32_t x = channel("#x", user(0)), count = 0;
    for (uint32_t i = 1; i < 20; i++)
        user(i);
    for (uint32_t i = 1; i < 20 && share_ask_locked(&world, SHARE_MASKS, 0) == SHARE_FITS; i++)
        count += invitation_add_locked(&world, x, i, 0, false);
    CHECK(count < 19 && world.users[0].charged[SHARE_MASKS] == count);
    mask_remove_locked(&world, invitation_find_locked(&world, x, 1));
    CHECK(world.users[0].charged[SHARE_MASKS] == count - 1);
    tables_stop();
}

/* How many of a pool's one user may have. */
static uint32_t take(enum share_pool pool, uint32_t who)
{
    uint32_t count = 0, made;
    for (; count < 1000 && share_ask_locked(&world, pool, who) == SHARE_FITS; count++) {
        char name[20];
        snprintf(name, sizeof name, "#u%u-%u", who, count);
        if (pool == SHARE_MONITORS) {
            CHECK(monitor_add_locked(&world, who, name + 1) != NONE);
        } else if (pool == SHARE_METADATA) {
            /* Of several channels: an owner has not so many keys. */
            CHECK(metadata_set_locked(&world, METADATA_OF_CHANNEL, count / METADATA_KEYS, name + 1, "v", who));
            if (count + 1 == share_used_locked(&world, SHARE_CHANNELS) * METADATA_KEYS)
                return count;
        } else {
            made = channel_create_locked(&world, name, who);
            CHECK(made != NONE && member_add_locked(&world, who, made, 0) != NONE);
        }
    }
    return count;
}

static void every_pool(void)
{
    tables_start(60);
    for (uint32_t i = 0; i < 4; i++)
        user(i);
    uint32_t one = take(SHARE_MONITORS, 0), two = take(SHARE_MONITORS, 1), three = take(SHARE_MONITORS, 2);
    CHECK(one > 300 && two > 100 && three > 100 && take(SHARE_MONITORS, 3) > 100);
    CHECK(take(SHARE_CHANNELS, 0) >= 2 && take(SHARE_CHANNELS, 1) >= 1 && take(SHARE_CHANNELS, 2) >= 1 &&
          take(SHARE_CHANNELS, 3) >= 1);
    CHECK(take(SHARE_METADATA, 0) > 50);
    CHECK(world.users[0].charged[SHARE_METADATA] == share_used_locked(&world, SHARE_METADATA));
    CHECK(share_ask_locked(&world, SHARE_MEMBERS, 3) == SHARE_FITS);
    CHECK(tables_are_consistent());
    tables_leave(0);
    CHECK(tables_are_consistent());
    tables_stop();
}

static void change(uint32_t which)
{
    if (which == 0)
        mask_add_locked(&world, 1, MASK_BAN, "new!*@*", 0);
    else if (which == 1)
        mask_remove_locked(&world, mask_find_locked(&world, 1, MASK_BAN, "u0!n0@*"));
    else if (which == 2)
        user_leave_locked(&world, 0);
    else
        member_remove_locked(&world, member_find_locked(&world, 0, 2));
}

static void deaths(void)
{
    tables_start(60);
    uint32_t x = channel("#x", user(0));
    member_add_locked(&world, user(1), x, 0);
    fill(channel("#own", 0), 0);
    fill(x, 0);
    mask_add_locked(&world, x, MASK_BAN, "u0!n0@*", 0);
    uint32_t before = world.users[0].charged[SHARE_MASKS];
    for (uint32_t which = 0; which < 4; which++)
        tables_die_in(change, which);
    CHECK(world.users[0].charged[SHARE_MASKS] == before);
    tables_stop();
}

int main(void)
{
    CASE("a greedy user gets a third, and whoever comes later as much as those before", newcomers_have_as_much);
    CASE("there are a few for everybody, however many there are", few_for_all);
    CASE("who comes again and again has no more by it", coming_again);
    CASE("what one of an address left behind does not shut out another", neighbours);
    CASE("operators of the server may have whatever is free", operators_may);
    CASE("invitations are charged to who invites", invitations_too);
    CASE("it is so with monitors, channels, memberships and metadata", every_pool);
    CASE("whoever dies in the middle of it is charged for what is there", deaths);
    CHECK_DONE();
}
