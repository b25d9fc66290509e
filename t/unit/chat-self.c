/* What one may do about oneself: arrive, take a name, be away, say what one is, raise a hand, take a message back. */
#include "chat/self.h"

#include "base/clock.h"
#include "chat.h"
#include "chat/arrive.h"
#include "chat/class.h"
#include "chat/metadata.h"
#include "chat/monitor.h"
#include "chat/nick.h"
#include "chat/redact.h"
#include "chat/say.h"
#include "world/bans.h"

static void arrived(void)
{
    chat_start();
    CHECK(user_create_locked(&world, "127.0.0.1:1", "127.0.0.1") == 0);
    user_attach_locked(&world, 0, 0, 1, DOOR_PLAIN, "127.0.0.1:1", "127.0.0.1");
    struct ban_shm ban = {.state = BAN_LIVE, .mask = "*@127.0.0.1"};
    ban_add_locked(&world, &ban, clock_monotonic());
    struct actor guest = chat_actor(0);
    chat_describe_locked(&chat, &guest, "~guest", "somebody");
    chat_set_caps_locked(&chat, &guest, CAP_BIT(SERVER_TIME));
    CHECK(strcmp(world.users[0].username, "~guest") == 0 && world.connections[0].caps == CAP_BIT(SERVER_TIME));
    CHECK(chat_arrive_locked(&chat, &guest, true, 0) == CHAT_SERVER_BANNED && world.users[0].state == USER_ATTACHED);
    ban_remove_locked(&world, ban.mask);
    CHECK(chat_arrive_locked(&chat, &guest, true, USER_INVISIBLE) == CHAT_DONE && world.users[0].state == USER_PRESENT);
    chat_describe_locked(&chat, &guest, "~other", "somebody else");
    CHECK(strcmp(world.users[0].username, "~guest") == 0); /* who is known by it keeps it */
    CHECK(member_find_locked(&world, 0, LOBBY) != NONE && world.users[0].flags & USER_INVISIBLE);
    chat_stop();
}

static void named(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto");
    chat_user(1, "tutu");
    CHECK(chat_nick_locked(&chat, &toto, "TUTU") == CHAT_NAME_TAKEN);
    CHECK(chat_nick_locked(&chat, &toto, "9") == CHAT_NAME_BAD && chat_nick_locked(&chat, &toto, "") == CHAT_NAME_BAD);
    CHECK(chat_nick_locked(&chat, &toto, "a[") == CHAT_NAME_BRACKETS);
    CHECK(chat_nick_locked(&chat, &toto, "server") == CHAT_NAME_RESERVED);
    settings->nick_length = 4;
    CHECK(chat_nick_locked(&chat, &toto, "abcde") == CHAT_NAME_TOO_LONG);
    CHECK(chat_nick_locked(&chat, &toto, "toto") == CHAT_SO_ALREADY && published == 0);
    CHECK(chat_nick_locked(&chat, &toto, "Toto") == CHAT_DONE && last.type == EVENT_NICK);
    CHECK(strcmp(world.users[0].nick, "Toto") == 0);
    chat_stop();
}

static void described(void)
{
    char longest[REALNAME_SIZE + 1];
    chat_start();
    struct actor toto = chat_user(0, "toto");
    CHECK(chat_away_locked(&chat, &toto, "lunch") == CHAT_DONE && last.type == EVENT_AWAY);
    CHECK(chat_away_locked(&chat, &toto, "lunch") == CHAT_SO_ALREADY && published == 1);
    CHECK(chat_away_locked(&chat, &toto, "") == CHAT_DONE && *world.users[0].away == '\0');
    memset(longest, 'x', REALNAME_SIZE);
    longest[REALNAME_SIZE] = '\0';
    CHECK(chat_realname_locked(&chat, &toto, "") == CHAT_NAME_EMPTY);
    CHECK(chat_realname_locked(&chat, &toto, longest) == CHAT_NAME_TOO_LONG);
    CHECK(chat_realname_locked(&chat, &toto, "Toto") == CHAT_DONE && strcmp(world.users[0].realname, "Toto") == 0);
    chat_stop();
}

static void classroom(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(chat_hand_locked(&chat, &tutu) && !chat_hand_locked(&chat, &tutu) && chat_hand_locked(&chat, &tutu));
    CHECK(chat_lower_hand_locked(&chat, &toto, tutu.user) == CHAT_NOT_OPERATOR);
    CHECK(chat_give_floor_locked(&chat, &tutu, room, NONE) == CHAT_NOT_MODERATOR);
    CHECK(chat_give_floor_locked(&chat, &toto, room, tutu.user) == CHAT_NOT_THERE);
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(chat_give_floor_locked(&chat, &toto, room, tutu.user) == CHAT_DONE);
    CHECK(world.users[tutu.user].hand_monotonic == 0);
    CHECK(chat_lower_hand_locked(&chat, &tata, tutu.user) == CHAT_SO_ALREADY);
    chat_stop();
}

static void set(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    enum metadata_kind user = METADATA_OF_USER, channel = METADATA_OF_CHANNEL;
    CHECK(chat_set_metadata_locked(&chat, &toto, user, toto.user, "url", "x") == CHAT_DONE);
    CHECK(chat_set_metadata_locked(&chat, &toto, user, tutu.user, "url", "x") == CHAT_NOT_OPERATOR);
    CHECK(chat_set_metadata_locked(&chat, &tata, user, tutu.user, "url", "x") == CHAT_DONE);
    CHECK(chat_set_metadata_locked(&chat, &tutu, channel, room, "url", "x") == CHAT_NOT_OPERATOR);
    CHECK(chat_set_metadata_locked(&chat, &toto, channel, room, "url", "x") == CHAT_DONE);
    CHECK(chat_set_metadata_locked(&chat, &toto, user, toto.user, "u r l", "x") == CHAT_NAME_BAD);
    CHECK(chat_set_metadata_locked(&chat, &toto, user, toto.user, "other", NULL) == CHAT_SO_ALREADY);
    CHECK(chat_set_metadata_locked(&chat, &toto, user, toto.user, "url", NULL) == CHAT_DONE);
    CHECK(metadata_find_locked(&world, user, toto.user, "url") == NONE);
    CHECK(chat_sees_metadata_locked(&chat, &tutu, channel, room));
    channel_set_key_locked(&world, room, "key");
    CHECK(!chat_sees_metadata_locked(&chat, &tutu, channel, room) &&
          chat_sees_metadata_locked(&chat, &tata, channel, room));
    chat_stop();
}

static void listened(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto");
    CHECK(chat_subscribe_locked(&chat, &toto, "url", true) == CHAT_DONE);
    CHECK(chat_subscribe_locked(&chat, &toto, "url", true) == CHAT_SO_ALREADY);
    CHECK(chat_subscribe_locked(&chat, &toto, "url", false) == CHAT_DONE);
    CHECK(chat_monitor_locked(&chat, &toto, "9", true) == CHAT_NAME_BAD);
    CHECK(chat_monitor_locked(&chat, &toto, "guest7", true) == CHAT_DONE);
    CHECK(chat_monitor_locked(&chat, &toto, "GUEST7", true) == CHAT_SO_ALREADY);
    CHECK(chat_monitor_locked(&chat, &toto, "guest7", false) == CHAT_DONE);
    chat_stop();
}

static enum chat_result redact(const struct actor *actor, enum event_audience audience, uint32_t target, uint64_t id)
{
    chat_renew();
    return chat_redact_locked(&chat, actor, audience, target, id, "");
}

static void redacted(void)
{
    const struct chat_message hello = {.kind = MESSAGE_PRIVMSG, .text = "hello"};
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    uint32_t room = chat_channel("#room", &tutu, MEMBER_OPERATOR);
    member_add_locked(&world, toto.user, room, 0);
    chat_say_locked(&chat, &tutu, room, 0, &hello);
    uint64_t id = last.id;
    CHECK(redact(&toto, AUDIENCE_CHANNEL, room, id) == CHAT_NOT_MODERATOR);
    CHECK(redact(&tata, AUDIENCE_CHANNEL, room, id) == CHAT_NOT_MEMBER);
    CHECK(redact(&tutu, AUDIENCE_CHANNEL, LOBBY, id) == CHAT_NO_SUCH_MESSAGE);
    CHECK(redact(&tutu, AUDIENCE_CHANNEL, room, id) == CHAT_DONE && last.type == EVENT_REDACT);
    chat_say_locked(&chat, &toto, room, 0, &hello);
    CHECK(redact(&tutu, AUDIENCE_CHANNEL, room, last.id) == CHAT_DONE); /* as a moderator */
    chat_say_to_user_locked(&chat, &toto, tutu.user, &hello);
    id = last.id;
    CHECK(redact(&tata, AUDIENCE_USER, tutu.user, id) == CHAT_NO_SUCH_MESSAGE);
    CHECK(redact(&toto, AUDIENCE_USER, NONE, id) == CHAT_NO_SUCH_USER);
    CHECK(redact(&toto, AUDIENCE_USER, tutu.user, id) == CHAT_DONE);
    chat_stop();
}

int main(void)
{
    CASE("who is connected and not banned arrives", arrived);
    CASE("one takes a nick that can be one and that nobody has", named);
    CASE("one is away, and has a real name, as one says", described);
    CASE("everybody raises a hand; operators take it down, moderators give the floor to members", classroom);
    CASE("one says of oneself what one likes, moderators of channels, operators of others", set);
    CASE("one subscribes to keys and monitors nicks, once each", listened);
    CASE("one takes one's own messages back, moderators those of others, and nobody else's is known", redacted);
    CHECK_DONE();
}
