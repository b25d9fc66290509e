/* What operators of the server may do, and nobody else. */
#include "chat/leave.h"

#include "base/clock.h"
#include "base/net.h"
#include "chat.h"
#include "chat/ban.h"
#include "chat/flags.h"
#include "chat/mute.h"
#include "chat/notice.h"

static void killed(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    CHECK(chat_kill_locked(&chat, &toto, tutu.user, "") == CHAT_NOT_OPERATOR);
    CHECK(chat_kill_locked(&chat, &tata, NONE, "") == CHAT_NO_SUCH_USER);
    CHECK(chat_kill_locked(&chat, &tata, 7, "") == CHAT_NO_SUCH_USER);
    CHECK(chat_kill_locked(&chat, &tata, tutu.user, "why") == CHAT_DONE && user_find_locked(&world, "tutu") == NONE);
    struct actor desk = actor_of_server();
    chat_renew();
    CHECK(chat_kill_locked(&chat, &desk, tata.user, "") == CHAT_DONE && user_find_locked(&world, "toto") != NONE);
    chat_stop();
}

static struct ban_shm a_ban(const char *mask)
{
    struct ban_shm ban = {.state = BAN_LIVE, .reason = "why"};
    CHECK(ban_normalise(ban.mask, mask));
    return ban;
}

static void banned(void)
{
    char name[ADDRESS_SIZE];
    uint32_t at = 0;
    chat_start();
    struct actor toto = chat_user(0, "toto"), tata = chat_operator(1, "tata");
    struct ban_shm ban = a_ban("*@127.0.0.1"), wide = a_ban("*@*");
    CHECK(chat_ban_locked(&chat, &toto, &ban, false) == CHAT_NOT_OPERATOR);
    CHECK(chat_ban_locked(&chat, &tata, &wide, false) == CHAT_TOO_WIDE);
    CHECK(chat_ban_locked(&chat, &tata, &ban, false) == CHAT_DONE && strcmp(ban.by, "tata") == 0);
    CHECK(chat_find_ban_locked(&world, toto.user));
    chat_renew();
    CHECK(chat_put_out_banned_locked(&chat, &ban, &at, name) && strcmp(name, "toto") == 0);
    chat_renew();
    CHECK(!chat_put_out_banned_locked(&chat, &ban, &at, name) && user_find_locked(&world, "tata") != NONE);
    struct actor tutu = chat_user(0, "tutu");
    CHECK(chat_unban_locked(&chat, &tutu, ban.mask) == CHAT_NOT_OPERATOR);
    CHECK(chat_unban_locked(&chat, &tata, "*@192.0.2.1") == CHAT_NO_SUCH_BAN);
    CHECK(chat_unban_locked(&chat, &tata, ban.mask) == CHAT_DONE && !chat_find_ban_locked(&world, tutu.user));
    CHECK(chat_ban_locked(&chat, &tata, &wide, true) == CHAT_DONE);
    chat_stop();
}

static void muted(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tata = chat_operator(1, "tata");
    uint32_t room = chat_channel("#room", &toto, 0);
    CHECK(chat_mute_locked(&chat, &toto, AUDIENCE_ALL, NONE, true) == CHAT_NOT_OPERATOR);
    CHECK(chat_mute_locked(&chat, &tata, AUDIENCE_USER, NONE, true) == CHAT_NO_SUCH_USER);
    CHECK(chat_mute_locked(&chat, &tata, AUDIENCE_CHANNEL, NONE, true) == CHAT_NO_SUCH_CHANNEL);
    CHECK(chat_mute_locked(&chat, &tata, AUDIENCE_USER, toto.user, true) == CHAT_DONE);
    CHECK(chat_mute_locked(&chat, &tata, AUDIENCE_USER, toto.user, true) == CHAT_SO_ALREADY);
    CHECK(mute_check_locked(&world, toto.user, NONE) == CHAT_MUTED);
    chat_renew();
    CHECK(chat_mute_locked(&chat, &tata, AUDIENCE_USER, toto.user, false) == CHAT_DONE);
    CHECK(chat_mute_locked(&chat, &tata, AUDIENCE_CHANNEL, room, true) == CHAT_DONE);
    CHECK(mute_check_locked(&world, toto.user, room) == CHAT_HERE_MUTED);
    CHECK(mute_check_locked(&world, toto.user, LOBBY) == CHAT_DONE);
    CHECK(mute_check_locked(&world, tata.user, room) == CHAT_DONE &&
          mute_check_locked(&world, NONE, room) == CHAT_DONE);
    chat_stop();
}

static void said(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tata = chat_operator(1, "tata"), desk = actor_of_server();
    CHECK(chat_wallops_locked(&chat, &toto, "x") == CHAT_NOT_OPERATOR);
    CHECK(chat_wall_locked(&chat, &toto, "x") == CHAT_NOT_OPERATOR);
    CHECK(chat_order_locked(&chat, &toto, "DIE") == CHAT_NOT_OPERATOR);
    CHECK(chat_wallops_locked(&chat, &tata, "x") == CHAT_DONE && chat_order_locked(&chat, &tata, "DIE") == CHAT_DONE);
    CHECK(chat_wall_locked(&chat, &desk, "x") == CHAT_DONE);
    chat_stop();
}

static void stopped(void)
{
    struct stop_shm soon = {.at = clock_monotonic() + SECOND}, never = {0};
    chat_start();
    struct actor toto = chat_user(0, "toto"), desk = actor_of_server();
    CHECK(chat_stop_locked(&chat, &toto, &soon) == CHAT_NOT_OPERATOR);
    CHECK(chat_stop_locked(&chat, &desk, &never) == CHAT_SO_ALREADY);
    CHECK(chat_stop_locked(&chat, &desk, &soon) == CHAT_DONE && world_stop_locked(&world).at == soon.at);
    CHECK(chat_stop_locked(&chat, &desk, &never) == CHAT_DONE && world_stop_locked(&world).at == 0);
    chat_stop();
}

static void forgiven(void)
{
    struct net_range here;
    uint32_t at = 0;
    chat_start();
    struct actor toto = chat_user(0, "toto"), desk = actor_of_server();
    CHECK(net_parse_range("192.0.2.7", &here));
    for (int i = 0; i < 9; i++)
        penalty_add_locked(&world, &here, PENALTY_PASSWORD, 5, 600, clock_monotonic());
    const struct penalty_shm *penalty = penalty_next_locked(&world, &at, clock_monotonic());
    CHECK(penalty && chat_forgive_locked(&chat, &toto, penalty) == CHAT_NOT_OPERATOR);
    CHECK(penalty && chat_forgive_locked(&chat, &desk, penalty) == CHAT_DONE);
    CHECK(penalty_left(&world, &here, clock_monotonic()) == 0);
    chat_stop();
}

static void promoted(void)
{
    char letters[CHAT_FLAGS_SIZE];
    chat_start();
    struct actor toto = chat_user(0, "toto");
    CHECK(chat_change_flags_locked(&chat, &toto, "+ois") && world.users[toto.user].flags & USER_INVISIBLE);
    CHECK(!(world.users[toto.user].flags & (USER_OPERATOR | USER_NOTICES)));
    CHECK(!chat_change_flags_locked(&chat, &toto, "+Zw") && world.users[toto.user].flags & USER_WALLOPS);
    chat_renew();
    chat_promote_locked(&chat, &toto, 0, "boss");
    toto = chat_actor(0);
    CHECK(toto.rights & ACTOR_OPERATES);
    chat_write_flags(letters, world.users[toto.user].flags);
    CHECK(strcmp(letters, "+iosw") == 0);
    CHECK(chat_change_flags_locked(&chat, &toto, "-o") && !(world.users[toto.user].flags & USER_NOTICES));
    CHECK(!(chat_actor(0).rights & ACTOR_OPERATES));
    chat_stop();
}

int main(void)
{
    CASE("operators and the server put people out, nobody else", killed);
    CASE("operators ban, everybody only if they insist, and are not put out themselves", banned);
    CASE("operators ask for silence, of one, of a channel, of all, and are not bound by it", muted);
    CASE("operators speak to operators, the server to all", said);
    CASE("the server stops, or goes on, as whoever runs it says", stopped);
    CASE("operators forgive what addresses owe", forgiven);
    CASE("a change of one's modes makes nobody an operator, but an operator less", promoted);
    CHECK_DONE();
}
