/* Masks and invitations in the tables: what they are found by, how they go, and that whoever dies in the
 * middle of a change leaves tables that can be put in order. */
#include "tables.h"

static uint32_t user(uint32_t place)
{
    tables_attach(place, "127.0.0.1:1", "127.0.0.1");
    user_introduce_locked(&world, place);
    return place;
}

static uint32_t channel(const char *called, uint32_t founder)
{
    uint32_t made = channel_create_locked(&world, called, NONE);
    member_add_locked(&world, founder, made, MEMBER_OPERATOR);
    return made;
}

static uint32_t count(uint32_t in, enum mask_kind kind)
{
    uint32_t masks = 0;
    for (uint32_t at = NONE; (at = mask_next_locked(&world, in, kind, at)) != NONE;)
        masks++;
    return masks;
}

static void kept(void)
{
    tables_start(250);
    uint32_t x = channel("#x", user(0));
    CHECK(mask_add_locked(&world, x, MASK_BAN, "a!*@*", 0) == MASK_ADDED);
    CHECK(mask_add_locked(&world, x, MASK_BAN, "A!*@*", NONE) == MASK_THERE);
    CHECK(mask_add_locked(&world, x, MASK_EXCEPTION, "a!*@*", NONE) == MASK_ADDED);
    CHECK(mask_add_locked(&world, x, MASK_BAN, "b!*@*", NONE) == MASK_ADDED);
    CHECK(count(x, MASK_BAN) == 2 && count(x, MASK_EXCEPTION) == 1 && count(x, MASK_INVITE) == 0);
    uint32_t first = mask_next_locked(&world, x, MASK_BAN, NONE);
    CHECK(strcmp(world.masks[first].mask, "a!*@*") == 0 && strcmp(world.masks[first].set_by, "guest1") == 0);
    mask_remove_locked(&world, mask_find_locked(&world, x, MASK_BAN, "a!*@*"));
    CHECK(mask_find_locked(&world, x, MASK_BAN, "a!*@*") == NONE);
    CHECK(mask_find_locked(&world, x, MASK_BAN, "B!*@*") != NONE);
    CHECK(tables_are_consistent());
    world_repair_locked(&world);
    CHECK(count(x, MASK_BAN) == 1 && count(x, MASK_EXCEPTION) == 1);
    tables_stop();
}

static void bounded(void)
{
    char mask[MASK_SIZE];
    tables_start(250);
    uint32_t x = channel("#x", user(0)), y = channel("#y", 0);
    for (unsigned i = 0; i < CHANNEL_MASKS; i++) {
        snprintf(mask, sizeof mask, "n%u!*@*", i);
        CHECK(mask_add_locked(&world, x, MASK_BAN, mask, NONE) == MASK_ADDED);
        CHECK(mask_add_locked(&world, x, MASK_INVITE, mask, NONE) == MASK_ADDED);
    }
    CHECK(mask_add_locked(&world, x, MASK_BAN, "one!*@more", NONE) == MASK_LIST_FULL);
    for (unsigned i = 0; i < 50; i++) {
        snprintf(mask, sizeof mask, "n%u!*@*", i);
        CHECK(mask_add_locked(&world, y, MASK_BAN, mask, NONE) == MASK_ADDED);
    }
    CHECK(mask_add_locked(&world, y, MASK_BAN, "the pool!is@empty", NONE) == MASK_LIST_FULL);
    tables_stop();
}

static void gone_with_channel(void)
{
    tables_start(250);
    uint32_t x = channel("#x", user(0));
    mask_add_locked(&world, x, MASK_BAN, "a!*@*", NONE);
    mask_add_locked(&world, x, MASK_BAN, "b!*@*", NONE);
    member_remove_locked(&world, member_find_locked(&world, 0, x));
    CHECK(channel_find_locked(&world, "#x") == NONE);
    CHECK(tables_are_consistent());
    uint32_t again = channel("#x", 0);
    CHECK(again == x && count(again, MASK_BAN) == 0);
    CHECK(mask_add_locked(&world, again, MASK_BAN, "c!*@*", NONE) == MASK_ADDED);
    world_repair_locked(&world);
    CHECK(count(again, MASK_BAN) == 1);
    tables_stop();
}

static void invitations(void)
{
    tables_start(250);
    uint32_t x = channel("#x", user(0)), guest = user(1);
    CHECK(invitation_find_locked(&world, x, guest) == NONE);
    invitation_add_locked(&world, x, guest, NONE, false);
    invitation_add_locked(&world, x, guest, NONE, true);
    uint32_t at = invitation_find_locked(&world, x, guest);
    CHECK(at != NONE && world.masks[at].kind == MASK_INVITED_BY_OPERATOR);
    CHECK(world.channels[x].mask_count == 1);
    tables_leave(guest);
    user(guest); /* somebody else of that number is not who was invited */
    CHECK(invitation_find_locked(&world, x, guest) == NONE);
    tables_stop();
}

static void renamed(void)
{
    tables_start(250);
    uint32_t x = channel("#x", user(0));
    mask_add_locked(&world, x, MASK_BAN, "a!*@*", NONE);
    channel_rename_locked(&world, x, "#Y");
    CHECK(channel_find_locked(&world, "#x") == NONE && channel_find_locked(&world, "#y") == x);
    CHECK(count(x, MASK_BAN) == 1);
    tables_stop();
}

/* A child begins a change and dies with the lock held; the next one finds everything as it was. */
static void died(void (*change)(uint32_t channel), uint32_t x, uint32_t bans)
{
    tables_die_in(change, x);
    CHECK(world.channels[x].state == CHANNEL_LIVE && count(x, MASK_BAN) == bans);
}

static void add_one(uint32_t x)
{
    mask_add_locked(&world, x, MASK_BAN, "new!*@*", NONE);
}

static void remove_one(uint32_t x)
{
    mask_remove_locked(&world, mask_next_locked(&world, x, MASK_BAN, NONE));
}

static void replace_one(uint32_t x)
{
    remove_one(x);
    add_one(x);
}

static void destroy_and_reuse(uint32_t x)
{
    member_remove_locked(&world, member_find_locked(&world, 0, x));
    add_one(channel("#other", 0));
}

static void rename_it(uint32_t x)
{
    channel_rename_locked(&world, x, "#z");
}

static void taken_back(void)
{
    tables_start(250);
    uint32_t x = channel("#x", user(0));
    mask_add_locked(&world, x, MASK_BAN, "a!*@*", NONE);
    mask_add_locked(&world, x, MASK_BAN, "b!*@*", NONE);
    died(add_one, x, 2);
    died(remove_one, x, 2);
    died(replace_one, x, 2);
    died(destroy_and_reuse, x, 2);
    died(rename_it, x, 2);
    CHECK(channel_find_locked(&world, "#x") == x && channel_find_locked(&world, "#z") == NONE);
    CHECK(mask_find_locked(&world, x, MASK_BAN, "a!*@*") != NONE);
    tables_stop();
}

int main(void)
{
    CASE("masks are kept in order, once each, and found whatever their case", kept);
    CASE("a channel keeps no more than its limit, all channels no more than the pool", bounded);
    CASE("a channel takes its masks with it, and the next of its name has none", gone_with_channel);
    CASE("an invitation is for one user, and an operator's counts for more", invitations);
    CASE("a channel that is renamed keeps its masks", renamed);
    CASE("what a process changed that died holding the lock is taken back", taken_back);
    CHECK_DONE();
}
