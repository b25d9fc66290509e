/* Users and their connections in the tables: several, one, none; what belongs to which; and that whoever dies in the
 * middle of a change leaves tables that can be put in order. */
#include "tables.h"
#include "world/metadata.h"
#include "world/monitors.h"
#include "world/reach.h"

static uint32_t present(uint32_t slot)
{
    uint32_t user = user_create_locked(&world, "192.0.2.1:9", "192.0.2.1");
    CHECK(user != NONE);
    user_attach_locked(&world, user, slot, 1, 0, "192.0.2.1:9", "192.0.2.1");
    user_introduce_locked(&world, user);
    member_add_locked(&world, user, LOBBY, 0);
    return user;
}

static uint32_t second(uint32_t user, uint32_t slot)
{
    return user_attach_locked(&world, user, slot, 2, 0, "198.51.100.7:8", "198.51.100.7");
}

static void numbered_apart(void)
{
    tables_start(50);
    uint32_t one = present(7), two = present(3);
    CHECK(one == 0 && two == 1 && world.connections[7].user == one && world.connections[3].user == two);
    CHECK(strcmp(world.connections[7].address, "192.0.2.1:9") == 0 && world.connections[7].pid == 1);
    CHECK(connection_next_locked(&world, two, NONE) == 3 && connection_next_locked(&world, two, 3) == NONE);
    tables_stop();
}

static void two_devices(void)
{
    tables_start(50);
    uint32_t user = present(0);
    CHECK(second(user, 4) == 1 && world.users[user].connection_count == 2 && tables_are_consistent());
    CHECK(connection_next_locked(&world, user, NONE) == 4 && connection_next_locked(&world, user, 4) == 0);
    CHECK(strcmp(world.users[user].host, "192.0.2.1") == 0 && strcmp(world.connections[4].host, "198.51.100.7") == 0);
    user_detach_locked(&world, 0, 0);
    CHECK(world.users[user].state == USER_PRESENT && world.users[user].detached_monotonic == 0);
    CHECK(world.connections[0].state == CONNECTION_CLOSED && world_present_locked(&world) == 1);
    CHECK(member_find_locked(&world, user, LOBBY) != NONE && tables_are_consistent());
    user_detach_locked(&world, 0, 0); /* twice changes nothing */
    CHECK(world.users[user].connection_count == 1 && tables_are_consistent());
    tables_stop();
}

static void too_many_devices(void)
{
    tables_start(50);
    uint32_t user = present(0);
    for (uint32_t slot = 1; slot < USER_CONNECTIONS; slot++)
        CHECK(second(user, slot) == 1);
    CHECK(second(user, USER_CONNECTIONS) == 0 && world.connections[USER_CONNECTIONS].state == CONNECTION_FREE);
    CHECK(world.users[user].connection_count == USER_CONNECTIONS);
    tables_stop();
}

static void detached(void)
{
    tables_start(50);
    uint32_t user = present(0);
    user_rename_locked(&world, user, "toto");
    user_detach_locked(&world, 0, 0);
    CHECK(world.users[user].state == USER_PRESENT && world.users[user].detached_monotonic != 0);
    CHECK(user_find_locked(&world, "toto") == user && member_find_locked(&world, user, LOBBY) != NONE);
    CHECK(tables_are_consistent());
    world_repair_locked(&world);
    CHECK(world.users[user].detached_monotonic != 0 && tables_are_consistent());
    connection_free_locked(&world, 0);
    CHECK(second(user, 0) == 2 && world.users[user].detached_monotonic == 0 && tables_are_consistent());
    tables_stop();
}

static void detached_leaves(void)
{
    tables_start(50);
    uint32_t user = present(0), generation = world.users[user].generation;
    user_detach_locked(&world, 0, 0);
    user_leave_locked(&world, user);
    CHECK(world.users[user].state == USER_FREE && tables_are_consistent());
    connection_free_locked(&world, 0);
    CHECK(present(1) == user && world.users[user].generation == generation + 1);
    tables_stop();
}

static void unregistered(void)
{
    tables_start(50);
    uint32_t user = user_create_locked(&world, "192.0.2.1:9", "192.0.2.1");
    user_attach_locked(&world, user, 2, 1, 0, "192.0.2.1:9", "192.0.2.1");
    user_detach_locked(&world, 2, 0);
    CHECK(world.users[user].state == USER_ATTACHED && world.users[user].detached_monotonic == 0);
    user_leave_locked(&world, user);
    CHECK(world_counts_locked(&world).attached == 0);
    tables_stop();
}

static void own_lists(void)
{
    tables_start(50);
    uint32_t user = present(0);
    second(user, 1);
    CHECK(monitor_add_locked(&world, 0, "one") != NONE && monitor_add_locked(&world, 1, "two") != NONE);
    CHECK(metadata_set_locked(&world, METADATA_SUBSCRIPTION, 0, "a", "", user));
    CHECK(metadata_set_locked(&world, METADATA_SUBSCRIPTION, 1, "b", "", user));
    CHECK(metadata_set_locked(&world, METADATA_OF_USER, user, "c", "value", user) && tables_are_consistent());
    CHECK(monitor_find_locked(&world, 0, "two") == NONE);
    connection_set_caps_locked(&world, 0, 5);
    connection_set_current_locked(&world, 0, LOBBY);
    CHECK(world.connections[1].caps == 0 && world.connections[1].current == NONE);
    user_detach_locked(&world, 0, 0);
    CHECK(world.connections[0].first_monitor == NONE && world.connections[0].first_subscription == NONE);
    CHECK(monitor_find_locked(&world, 1, "two") != NONE &&
          metadata_find_locked(&world, METADATA_SUBSCRIPTION, 1, "b") != NONE &&
          metadata_find_locked(&world, METADATA_OF_USER, user, "c") != NONE);
    tables_stop();
}

static void current_of_each(void)
{
    tables_start(50);
    uint32_t user = present(0), channel = channel_create_locked(&world, "#x", user);
    second(user, 1);
    uint32_t member = member_add_locked(&world, user, channel, 0);
    connection_set_current_locked(&world, 0, channel);
    connection_set_current_locked(&world, 1, LOBBY);
    CHECK(user_current_locked(&world, user) == LOBBY);
    member_remove_locked(&world, member);
    CHECK(world.connections[0].current == LOBBY && world.connections[1].current == LOBBY);
    member_remove_locked(&world, member_find_locked(&world, user, LOBBY));
    CHECK(world.connections[0].current == NONE && user_current_locked(&world, user) == NONE);
    tables_stop();
}

/* Which couriers need to wake. There are four: that of a connection is its slot modulo their number. */
static void reached(void)
{
    tables_start(50);
    uint32_t one = present(0), two = present(6), channel = channel_create_locked(&world, "#x", one);
    CHECK(reach_of_channel_locked(&world, LOBBY) == (1 | 4) && reach_of_channel_locked(&world, channel) == 0);
    uint32_t member = member_add_locked(&world, one, channel, 0);
    CHECK(reach_of_channel_locked(&world, channel) == 1 && reach_of_user_locked(&world, two) == 4);
    second(one, 3);
    second(one, 7);
    CHECK(reach_of_channel_locked(&world, channel) == (1 | 8) && reach_of_user_locked(&world, one) == (1 | 8));
    user_detach_locked(&world, 3, 0);
    CHECK(reach_of_channel_locked(&world, channel) == (1 | 8));
    user_detach_locked(&world, 7, 0);
    user_detach_locked(&world, 0, 0);
    CHECK(reach_of_channel_locked(&world, channel) == 0 && reach_of_channel_locked(&world, LOBBY) == 4);
    CHECK(tables_are_consistent());
    second(one, 1);
    CHECK(reach_of_channel_locked(&world, channel) == 2);
    world_repair_locked(&world);
    CHECK(reach_of_channel_locked(&world, channel) == 2 && reach_of_channel_locked(&world, LOBBY) == (2 | 4));
    member_remove_locked(&world, member);
    CHECK(reach_of_channel_locked(&world, channel) == 0 && reach_of_connection(&world, NONE) == 0);
    tables_stop();
}

static void full(void)
{
    tables_start(50);
    for (uint32_t i = 0; i < 20; i++)
        CHECK(user_create_locked(&world, "192.0.2.1:9", "192.0.2.1") == i);
    CHECK(user_create_locked(&world, "192.0.2.1:9", "192.0.2.1") == NONE && tables_are_consistent());
    user_leave_locked(&world, 7);
    CHECK(user_create_locked(&world, "192.0.2.1:9", "192.0.2.1") == 7);
    tables_stop();
}

static void elsewhere(void)
{
    tables_start(50);
    uint32_t user = user_create_locked(&world, "192.0.2.1:9", "192.0.2.1");
    world.users[user].home = 3;
    user_introduce_locked(&world, user);
    CHECK(tables_are_consistent()); /* no connection, and not detached */
    world.users[user].home = HOME_HERE;
    CHECK(world_check_locked(&world) != NULL);
    world.users[user].home = 3;
    tables_stop();
}

/* ---- dying ---- */

static void attach_another(uint32_t user)
{
    second(user, 5);
}

static void detach_one(uint32_t user)
{
    user_detach_locked(&world, connection_next_locked(&world, user, NONE), 0);
}

static void detach_all(uint32_t user)
{
    for (uint32_t at; (at = connection_next_locked(&world, user, NONE)) != NONE;)
        user_detach_locked(&world, at, 0);
}

static void user_leave(uint32_t user)
{
    user_leave_locked(&world, user);
}

static void create(uint32_t user)
{
    (void)user;
    present(6);
}

static void taken_back(void)
{
    static void (*const changes[])(uint32_t) = {attach_another, detach_one, detach_all, user_leave, create};
    tables_start(50);
    uint32_t user = present(0);
    second(user, 1);
    monitor_add_locked(&world, 1, "tata");
    metadata_set_locked(&world, METADATA_SUBSCRIPTION, 1, "b", "", user);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        tables_die_in(changes[i], user);
        CHECK(world.users[user].connection_count == 2 && world.users[user].detached_monotonic == 0);
        CHECK(world.connections[1].monitor_count == 1 && world.connections[5].state == CONNECTION_FREE);
        CHECK(world_present_locked(&world) == 1);
    }
    tables_stop();
}

int main(void)
{
    CASE("users and connections have numbers of their own", numbered_apart);
    CASE("a user with two connections stays with the other when one is detached", two_devices);
    CASE("one user has only so many connections", too_many_devices);
    CASE("a user whose last connection is detached is there, and is taken up again by another", detached);
    CASE("a detached user leaves as any, and their number is another's then", detached_leaves);
    CASE("who was not introduced yet is never detached", unregistered);
    CASE("monitors, subscriptions, capabilities and the channel talked in are a connection's own", own_lists);
    CASE("each connection that talks in a channel its user leaves talks in the lobby, or nowhere", current_of_each);
    CASE("couriers are reached by a channel that have a connection of a member", reached);
    CASE("there are as many users as there is room for, and one who left makes room", full);
    CASE("a user at home elsewhere needs no connection", elsewhere);
    CASE("what a process changed that died holding the lock is taken back", taken_back);
    CHECK_DONE();
}
