/* Tokens, and connections that become another user's. */
#include "tables.h"
#include "world/monitors.h"
#include "world/reach.h"
#include "world/token.h"

static uint32_t present(uint32_t slot)
{
    uint32_t user = user_create_locked(&world, "192.0.2.1:9", "192.0.2.1");
    user_attach_locked(&world, user, slot, 1, 0, "192.0.2.1:9", "192.0.2.1");
    user_introduce_locked(&world, user);
    member_add_locked(&world, user, LOBBY, 0);
    return user;
}

static void read_again(void)
{
    struct token made, other, read;
    CHECK(token_make(&made) == 0 && token_make(&other) == 0 && strlen(made.text) == TOKEN_SIZE - 1);
    CHECK(strcmp(made.text, other.text) != 0 && memcmp(made.hash, other.hash, sizeof made.hash) != 0);
    CHECK(token_read(&read, made.text) && memcmp(read.hash, made.hash, sizeof read.hash) == 0);
    made.text[0] = (char)(made.text[0] >= 'a' ? made.text[0] - 'a' + 'A' : made.text[0]);
    CHECK(token_read(&read, made.text) && memcmp(read.hash, made.hash, sizeof read.hash) == 0);
    CHECK(!token_read(&read, "") && !token_read(&read, "abc") && !token_read(&read, "abcdefghijklmnopqrstuvwxy1"));
    CHECK(!token_read(&read, "abcdefghijklmnopqrstuvwxyza"));
}

/* Each digit takes each value. */
static void random_all_over(void)
{
    static bool seen[TOKEN_SIZE - 1][128];
    unsigned different = 0;
    for (int i = 0; i < 2000; i++) {
        struct token token;
        CHECK(token_make(&token) == 0);
        for (unsigned k = 0; k < TOKEN_SIZE - 1; k++)
            seen[k][token.text[k] & 127] = true;
    }
    for (unsigned k = 0; k < TOKEN_SIZE - 1; k++)
        for (unsigned c = 0; c < 128; c++)
            different += seen[k][c];
    CHECK(different == (TOKEN_SIZE - 2) * 32 + 8); /* the last has three bits of the 128 */
}

static void found(void)
{
    struct token one, two;
    uint32_t which = NONE;
    tables_start(50);
    uint32_t user = present(0), other = present(1);
    CHECK(token_make(&one) == 0 && token_make(&two) == 0);
    CHECK(token_look(&world, &one) == NONE);
    token_give_locked(&world, 0, &one, RETURN_IF_BROKEN);
    CHECK(token_look(&world, &one) == user && token_check_locked(&world, &one, user, &which));
    CHECK(token_connection_locked(&world, user, which) == 0 && world.connections[0].comes_back == RETURN_IF_BROKEN);
    CHECK(!token_check_locked(&world, &one, other, &which) && !token_check_locked(&world, &two, user, &which));
    token_give_locked(&world, 0, &two, RETURN_IF_CLOSED);
    CHECK(token_look(&world, &one) == NONE && token_look(&world, &two) == user);
    user_detach_locked(&world, 0, 77);
    CHECK(token_check_locked(&world, &two, user, &which) && world.users[user].tokens[which].position == 77);
    CHECK(token_connection_locked(&world, user, which) == NONE);
    token_forget_locked(&world, user, which);
    CHECK(token_look(&world, &two) == NONE);
    CHECK(world_detached(&world) == 1 && world_detached_from_locked(&world, user) == 1);
    user_leave_locked(&world, user);
    CHECK(world_detached(&world) == 0 && tables_are_consistent());
    tables_stop();
}

/* The token that was lost first makes room; those of connections that are here do not. */
static void as_many_as_connections(void)
{
    struct token tokens[USER_CONNECTIONS + 1];
    tables_start(50);
    uint32_t user = present(0);
    for (uint32_t i = 1; i < USER_CONNECTIONS; i++)
        user_attach_locked(&world, user, i, 1, 0, "192.0.2.1:9", "192.0.2.1");
    for (uint32_t i = 0; i < USER_CONNECTIONS; i++) {
        CHECK(token_make(&tokens[i]) == 0);
        token_give_locked(&world, i, &tokens[i], RETURN_IF_CLOSED);
    }
    user_detach_locked(&world, 3, 200);
    user_detach_locked(&world, 1, 300);
    user_attach_locked(&world, user, 6, 1, 0, "192.0.2.1:9", "192.0.2.1");
    CHECK(token_make(&tokens[USER_CONNECTIONS]) == 0);
    token_give_locked(&world, 6, &tokens[USER_CONNECTIONS], RETURN_IF_CLOSED);
    for (uint32_t i = 0; i <= USER_CONNECTIONS; i++)
        CHECK((token_look(&world, &tokens[i]) == user) == (i != 3));
    token_drop_locked(&world, 0);
    CHECK(token_look(&world, &tokens[0]) == NONE && world.connections[0].comes_back == RETURN_NEVER);
    tables_stop();
}

static void moved(void)
{
    tables_start(50);
    uint32_t user = present(0), other = present(1), channel = channel_create_locked(&world, "#x", user);
    member_add_locked(&world, user, channel, 0);
    CHECK(monitor_add_locked(&world, 1, "tata") != NONE);
    connection_set_current_locked(&world, 1, LOBBY);
    user_detach_locked(&world, 0, 5);
    CHECK(user_take_connection_locked(&world, user, 1));
    CHECK(world.connections[1].user == user && world.connections[1].current == NONE &&
          world.connections[1].token == NONE);
    CHECK(world.users[user].detached_monotonic == 0 && world.users[other].detached_monotonic != 0);
    CHECK(monitor_find_locked(&world, 1, "tata") != NONE && tables_are_consistent());
    CHECK(reach_of_channel_locked(&world, channel) == 2);
    user_leave_locked(&world, other);
    CHECK(world_detached(&world) == 0 && tables_are_consistent());
    world_repair_locked(&world);
    CHECK(reach_of_channel_locked(&world, channel) == 2 && world.users[user].connection_count == 1);
    tables_stop();
}

static void move(uint32_t user)
{
    user_take_connection_locked(&world, user, 1);
}

static void give(uint32_t user)
{
    struct token token;
    (void)user;
    CHECK(token_make(&token) == 0);
    token_give_locked(&world, 1, &token, RETURN_IF_CLOSED);
}

static void taken_back(void)
{
    static const struct token_shm none;
    tables_start(50);
    uint32_t user = present(0), other = present(1);
    user_detach_locked(&world, 0, 5);
    tables_die_in(move, user);
    CHECK(world.connections[1].user == other && world.users[user].detached_monotonic != 0);
    tables_die_in(give, user);
    CHECK(memcmp(&world.users[other].tokens[0], &none, sizeof none) == 0 && world.connections[1].token == NONE);
    tables_stop();
}

int main(void)
{
    CASE("a token is known again in capitals and small letters, and nothing else is one", read_again);
    CASE("all of a token is random", random_all_over);
    CASE("a token leads to its user, as long as it is the last one of its connection", found);
    CASE("one user has as many tokens as connections, and of those lost the oldest makes room", as_many_as_connections);
    CASE("a connection becomes another user's, with what it monitors", moved);
    CASE("what a process changed that died holding the lock is taken back", taken_back);
    CHECK_DONE();
}
