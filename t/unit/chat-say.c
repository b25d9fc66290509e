/* Who may say what, where. */
#include "chat/say.h"

#include "chat.h"
#include "world/message_index.h"

static const struct chat_message hello = {.kind = MESSAGE_PRIVMSG, .text = "hello"};

static enum chat_result say(const struct actor *actor, uint32_t channel)
{
    chat_renew();
    return chat_say_locked(&chat, actor, channel, 0, &hello);
}

static enum chat_result tell(const struct actor *actor, uint32_t user)
{
    chat_renew();
    return chat_say_to_user_locked(&chat, actor, user, &hello);
}

static void members(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, 0);
    CHECK(say(&toto, room) == CHAT_DONE && published == 1);
    CHECK(last.type == EVENT_MESSAGE && last.audience == AUDIENCE_CHANNEL && last.target == room && last.source == 0);
    CHECK(say(&tutu, room) == CHAT_DONE);
    const struct chat_message inside = {.kind = MESSAGE_PRIVMSG, .text = "hello", .inside = true};
    CHECK(chat_say_locked(&chat, &tutu, room, 0, &inside) == CHAT_NOT_MEMBER);
    channel_set_modes_locked(&world, room, CHANNEL_NO_EXTERNAL);
    CHECK(say(&tutu, room) == CHAT_NO_EXTERNAL && say(&toto, room) == CHAT_DONE && published == 3);
    CHECK(say(&toto, NONE) == CHAT_NO_SUCH_CHANNEL);
    chat_stop();
}

static void moderated(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    uint32_t room = chat_channel("#room", &toto, MEMBER_VOICE);
    member_add_locked(&world, tutu.user, room, 0);
    member_add_locked(&world, tata.user, room, 0);
    channel_set_modes_locked(&world, room, CHANNEL_MODERATED);
    CHECK(say(&toto, room) == CHAT_DONE && say(&tutu, room) == CHAT_MODERATED);
    CHECK(say(&tata, room) == CHAT_MODERATED); /* operators give themselves a voice first */
    chat_stop();
}

static void banned(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_user(2, "tata");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    member_add_locked(&world, tutu.user, room, 0);
    member_add_locked(&world, tata.user, room, 0);
    mask_add_locked(&world, room, MASK_BAN, "tutu!*@*", toto.user);
    mask_add_locked(&world, room, MASK_BAN, "m:tata!*@*", toto.user);
    CHECK(say(&tutu, room) == CHAT_BANNED && say(&tata, room) == CHAT_BAN_MUTED && say(&toto, room) == CHAT_DONE);
    mask_add_locked(&world, room, MASK_EXCEPTION, "t*!*@*", toto.user);
    CHECK(say(&tutu, room) == CHAT_DONE && say(&tata, room) == CHAT_DONE);
    chat_stop();
}

static void muted(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    member_add_locked(&world, tutu.user, room, 0);
    channel_set_modes_locked(&world, room, CHANNEL_SILENCED);
    CHECK(say(&tutu, room) == CHAT_HERE_MUTED && say(&toto, room) == CHAT_DONE && tell(&tutu, toto.user) == CHAT_DONE);
    user_set_flags_locked(&world, tutu.user, world.users[tutu.user].flags | USER_MUTED);
    CHECK(say(&tutu, LOBBY) == CHAT_MUTED && tell(&tutu, toto.user) == CHAT_MUTED);
    CHECK(tell(&tutu, tata.user) == CHAT_DONE);
    world_set_silence_locked(&world, true);
    CHECK(say(&toto, room) == CHAT_ALL_MUTED && tell(&toto, tutu.user) == CHAT_ALL_MUTED);
    CHECK(say(&tata, LOBBY) == CHAT_DONE && tell(&tata, tutu.user) == CHAT_DONE);
    chat_stop();
}

static void ctcp(void)
{
    const struct chat_message action = {.kind = MESSAGE_PRIVMSG, .text = "\001ACTION waves\001"};
    const struct chat_message ping = {.kind = MESSAGE_PRIVMSG, .text = "\001PING\001"};
    const struct chat_message lines = {.kind = MESSAGE_PRIVMSG, .text = " hello\n \001PING\001\n", .lines = true};
    chat_start();
    struct actor toto = chat_user(0, "toto");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(chat_say_locked(&chat, &toto, room, 0, &ping) == CHAT_DONE);
    channel_set_modes_locked(&world, room, CHANNEL_NO_CTCP);
    CHECK(chat_say_locked(&chat, &toto, room, 0, &action) == CHAT_DONE);
    CHECK(chat_say_locked(&chat, &toto, room, 0, &ping) == CHAT_NO_CTCP);
    CHECK(chat_say_locked(&chat, &toto, room, 0, &lines) == CHAT_NO_CTCP);
    chat_stop();
}

static void persons(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    CHECK(tell(&toto, tutu.user) == CHAT_DONE && last.audience == AUDIENCE_USER && last.target == tutu.user);
    CHECK(tell(&toto, NONE) == CHAT_NO_SUCH_USER && tell(&toto, 5) == CHAT_NO_SUCH_USER && published == 1);
    chat_stop();
}

static void noted(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    say(&toto, LOBBY);
    const struct message_index_shm *message = message_index_find_locked(&world, last.id);
    CHECK(message && message->is_channel && message->target == LOBBY && message->author == toto.user);
    tell(&toto, tutu.user);
    message = message_index_find_locked(&world, last.id);
    CHECK(message && !message->is_channel && message->target == tutu.user);
    CHECK(message && message->target_generation == world.users[tutu.user].generation);
    chat_stop();
}

static void servers(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_operator(1, "tutu");
    CHECK(chat_say_to_servers_locked(&chat, &toto, "$irc.test", &hello) == CHAT_NOT_OPERATOR);
    CHECK(chat_say_to_servers_locked(&chat, &tutu, "$*", &hello) == CHAT_NO_TOPLEVEL);
    CHECK(chat_say_to_servers_locked(&chat, &tutu, "$irc.*", &hello) == CHAT_WILD_TOPLEVEL);
    CHECK(chat_say_to_servers_locked(&chat, &tutu, "$*.org", &hello) == CHAT_NO_SUCH_SERVER && published == 0);
    CHECK(chat_say_to_servers_locked(&chat, &tutu, "$*.test", &hello) == CHAT_DONE && last.audience == AUDIENCE_ALL);
    chat_stop();
}

static void server(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), desk = actor_of_server();
    uint32_t room = chat_channel("#room", &toto, 0);
    channel_set_modes_locked(&world, room, CHANNEL_MODERATED | CHANNEL_NO_EXTERNAL | CHANNEL_SILENCED);
    CHECK(say(&desk, room) == CHAT_DONE && last.source == NONE && strcmp(last.host, "irc.test") == 0);
    CHECK(tell(&desk, toto.user) == CHAT_DONE);
    chat_stop();
}

static void origins(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), relay = actor_of_server();
    CHECK(say(&toto, LOBBY) == CHAT_DONE && last.origin == HOME_HERE && last.connection == 0);
    toto.origin = relay.origin = 7;
    CHECK(say(&toto, LOBBY) == CHAT_DONE && last.origin == 7);
    CHECK(say(&relay, LOBBY) == CHAT_DONE && last.origin == 7 && last.connection == NONE);
    chat_stop();
}

int main(void)
{
    CASE("members speak in their channel, others unless mode n is set or they want to be inside", members);
    CASE("in a moderated channel one needs a voice, operators of the server too", moderated);
    CASE("who is banned may not speak, unless there is an exception", banned);
    CASE("who is muted may say nothing but to operators; whoever operates the server may", muted);
    CASE("with mode C nothing is CTCP but ACTION, in none of several lines", ctcp);
    CASE("one person is told what is for them, if they are here", persons);
    CASE("what was said can be taken back: it is in the message index", noted);
    CASE("only operators speak to whole servers, whose mask names this one", servers);
    CASE("the server may always speak", server);
    CASE("what is said tells on which connection, and which service brought it", origins);
    CHECK_DONE();
}
