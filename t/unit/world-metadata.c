/* Metadata in the tables: what it is found by, that it is bounded and goes with its owner, and that whoever dies in the
 * middle of a change leaves tables that can be put in order. */
#include "tables.h"
#include "world/metadata.h"

static uint32_t channel;

/* Two users and a channel with the first of them in it. */
static void start(void)
{
    tables_start(50);
    for (uint32_t i = 0; i < 2; i++) {
        tables_attach(i, "127.0.0.1:1", "127.0.0.1");
        user_introduce_locked(&world, i);
    }
    channel = channel_create_locked(&world, "#x", NONE);
    member_add_locked(&world, 0, channel, 0);
}

static const char *value(enum metadata_kind kind, uint32_t owner, const char *key)
{
    uint32_t at = metadata_find_locked(&world, kind, owner, key);
    return at == NONE ? NULL : world.metadata[at].value;
}

static void found(void)
{
    start();
    CHECK(metadata_set_locked(&world, METADATA_OF_USER, 0, "key", "user", NONE));
    CHECK(metadata_set_locked(&world, METADATA_OF_CHANNEL, channel, "key", "channel", NONE));
    CHECK(metadata_set_locked(&world, METADATA_SUBSCRIPTION, 0, "key", "", NONE));
    CHECK(metadata_set_locked(&world, METADATA_OF_USER, 0, "key", "changed", NONE));
    CHECK(strcmp(value(METADATA_OF_USER, 0, "key"), "changed") == 0);
    CHECK(strcmp(value(METADATA_OF_CHANNEL, channel, "key"), "channel") == 0);
    CHECK(strcmp(value(METADATA_SUBSCRIPTION, 0, "key"), "") == 0);
    CHECK(!value(METADATA_OF_USER, 1, "key") && !value(METADATA_SUBSCRIPTION, 1, "key"));
    metadata_remove_locked(&world, metadata_find_locked(&world, METADATA_OF_USER, 0, "key"));
    CHECK(!value(METADATA_OF_USER, 0, "key") && value(METADATA_SUBSCRIPTION, 0, "key"));
    tables_stop();
}

static void renamed(void)
{
    start();
    CHECK(metadata_set_locked(&world, METADATA_OF_CHANNEL, channel, "key", "channel", NONE));
    channel_rename_locked(&world, channel, "#y");
    CHECK(value(METADATA_OF_CHANNEL, channel, "key") && channel_find_locked(&world, "#y") == channel);
    tables_stop();
}

static void keys(void)
{
    CHECK(metadata_is_key("a") && metadata_is_key("vendor.example/a-b_c.9"));
    CHECK(!metadata_is_key("") && !metadata_is_key("A") && !metadata_is_key("a b") && !metadata_is_key("a:"));
    CHECK(metadata_is_key("0123456789012345678901234567890123456789"));
    CHECK(!metadata_is_key("01234567890123456789012345678901234567890"));
}

static uint32_t fill(enum metadata_kind kind, uint32_t owner)
{
    char key[METADATA_KEY_SIZE];
    uint32_t count = 0;
    for (;; count++) {
        snprintf(key, sizeof key, "k%u", (unsigned)count);
        if (!metadata_set_locked(&world, kind, owner, key, "v", NONE))
            return count;
    }
}

static void bounded(void)
{
    start();
    CHECK(fill(METADATA_OF_USER, 0) == METADATA_KEYS);
    CHECK(fill(METADATA_SUBSCRIPTION, 0) == METADATA_SUBSCRIPTIONS);
    CHECK(fill(METADATA_OF_CHANNEL, channel) == METADATA_KEYS);
    CHECK(metadata_set_locked(&world, METADATA_OF_USER, 0, "k3", "again", NONE));
    tables_stop();
}

static void all_together(void)
{
    start();
    uint32_t total = 0;
    for (uint32_t i = 2; i < 20; i++)
        tables_attach(i, "127.0.0.1:1", "127.0.0.1");
    for (uint32_t i = 0; i < 20; i++)
        total += fill(METADATA_OF_USER, i) + fill(METADATA_SUBSCRIPTION, i);
    CHECK(total == 20 * (METADATA_KEYS + METADATA_SUBSCRIPTIONS) || total == metadata_limit(&world.limits));
    tables_stop();
}

static void gone(void)
{
    start();
    fill(METADATA_OF_USER, 0);
    fill(METADATA_SUBSCRIPTION, 0);
    fill(METADATA_OF_CHANNEL, channel);
    tables_leave(0); /* and the channel with its last member */
    CHECK(tables_are_consistent() && world.channels[channel].state == CHANNEL_FREE);
    tables_attach(0, "127.0.0.1:1", "127.0.0.1");
    CHECK(!value(METADATA_OF_USER, 0, "k0") && !value(METADATA_SUBSCRIPTION, 0, "k0"));
    CHECK(channel_create_locked(&world, "#x", NONE) == channel && !value(METADATA_OF_CHANNEL, channel, "k0"));
    member_add_locked(&world, 0, channel, 0);
    tables_stop();
}

static void set_more(uint32_t user)
{
    metadata_set_locked(&world, METADATA_OF_USER, user, "more", "v", NONE);
}

static void change_it(uint32_t user)
{
    metadata_set_locked(&world, METADATA_OF_USER, user, "key", "other", NONE);
}

static void remove_one(uint32_t user)
{
    metadata_remove_locked(&world, world.users[user].first_metadata);
}

static void leave(uint32_t user)
{
    user_leave_locked(&world, user);
}

static void died(void (*change)(uint32_t user))
{
    tables_die_in(change, 0);
    CHECK(value(METADATA_OF_USER, 0, "key") && strcmp(value(METADATA_OF_USER, 0, "key"), "v") == 0);
    CHECK(value(METADATA_SUBSCRIPTION, 0, "sub") && value(METADATA_OF_CHANNEL, channel, "key"));
    CHECK(!value(METADATA_OF_USER, 0, "more"));
}

static void taken_back(void)
{
    start();
    metadata_set_locked(&world, METADATA_OF_USER, 0, "key", "v", NONE);
    metadata_set_locked(&world, METADATA_SUBSCRIPTION, 0, "sub", "", NONE);
    metadata_set_locked(&world, METADATA_OF_CHANNEL, channel, "key", "v", NONE);
    died(set_more);
    died(change_it);
    died(remove_one);
    died(leave);
    tables_stop();
}

int main(void)
{
    CASE("a key is found where it was set, and nowhere else", found);
    CASE("a channel that is renamed keeps what it says of itself", renamed);
    CASE("keys are small letters, digits and a few signs", keys);
    CASE("one owner has so many and no more", bounded);
    CASE("all owners together have no more than fit", all_together);
    CASE("metadata goes with its owner and does not come back with the place", gone);
    CASE("what a process changed that died holding the lock is taken back", taken_back);
    CHECK_DONE();
}
