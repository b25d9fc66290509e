/* Who may go into a channel and out of it, put others out, change its topic and its name, invite and knock. */
#include "chat/channel.h"

#include "chat.h"
#include "chat/invite.h"
#include "chat/rename.h"

static enum chat_result join(const struct actor *actor, const char *name, const char *key)
{
    chat_renew();
    return chat_join_locked(&chat, actor, name, key);
}

static void made(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    CHECK(join(&toto, "#room", "") == CHAT_DONE && last.type == EVENT_JOIN);
    uint32_t room = channel_find_locked(&world, "#room"), member = member_find_locked(&world, toto.user, room);
    CHECK(world.members[member].flags == MEMBER_OPERATOR && actor_current_locked(&world, &toto) == room);
    CHECK(join(&tutu, "#ROOM", "") == CHAT_DONE);
    member = member_find_locked(&world, tutu.user, room);
    CHECK(member != NONE && world.members[member].flags == 0 && join(&tutu, "#room", "") == CHAT_ALREADY_MEMBER);
    chat_stop();
}

static void kept_out(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    channel_set_key_locked(&world, room, "key");
    CHECK(join(&tutu, "#room", "") == CHAT_BAD_KEY && join(&tutu, "#room", "lock") == CHAT_BAD_KEY);
    channel_set_limit_locked(&world, room, 1);
    CHECK(join(&tutu, "#room", "key") == CHAT_CHANNEL_FULL);
    channel_set_modes_locked(&world, room, CHANNEL_INVITE_ONLY);
    CHECK(join(&tutu, "#room", "key") == CHAT_INVITED_ONLY);
    mask_add_locked(&world, room, MASK_BAN, "tutu!*@*", toto.user);
    CHECK(join(&tutu, "#room", "key") == CHAT_KEPT_OUT && published == 0);
    CHECK(chat_invite_locked(&chat, &toto, room, tutu.user) == CHAT_DONE);
    CHECK(join(&tutu, "#room", "") == CHAT_DONE && invitation_find_locked(&world, room, tutu.user) == NONE);
    chat_stop();
}

static void shares(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    settings->channel_limit = 2;
    CHECK(join(&toto, "#one", "") == CHAT_DONE && join(&toto, "#two", "") == CHAT_CHANNELS_JOINED);
    settings->channel_limit = 50;
    enum chat_result result = CHAT_DONE;
    for (int i = 0; i < 10 && result == CHAT_DONE; i++) {
        char name[20];
        snprintf(name, sizeof name, "#many%d", i);
        result = join(&toto, name, "");
    }
    CHECK(result == CHAT_CHANNELS_SPENT && join(&tutu, "#mine", "") == CHAT_DONE);
    chat_stop();
}

static void left(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, 0);
    CHECK(chat_part_locked(&chat, &toto, NONE, "") == CHAT_NO_SUCH_CHANNEL);
    CHECK(chat_part_locked(&chat, &tutu, room, "") == CHAT_NOT_MEMBER && published == 0);
    user_set_flags_locked(&world, toto.user, world.users[toto.user].flags | USER_MUTED);
    CHECK(chat_part_locked(&chat, &toto, LOBBY, "psst") == CHAT_DONE && *last.strings.part.text == '\0');
    user_set_flags_locked(&world, toto.user, world.users[toto.user].flags & ~(uint32_t)USER_MUTED);
    CHECK(chat_part_locked(&chat, &toto, room, "bye") == CHAT_DONE && strcmp(last.strings.part.text, "bye") == 0);
    CHECK(world.channels[room].state == CHANNEL_FREE);
    chat_stop();
}

static void kicked(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    struct actor desk = actor_of_server();
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(chat_kick_locked(&chat, &tutu, room, toto.user, "") == CHAT_NOT_MEMBER);
    member_add_locked(&world, tutu.user, room, MEMBER_VOICE);
    CHECK(chat_kick_locked(&chat, &tutu, room, toto.user, "") == CHAT_NOT_MODERATOR);
    CHECK(chat_kick_locked(&chat, &toto, room, NONE, "") == CHAT_NO_SUCH_USER);
    CHECK(chat_kick_locked(&chat, &toto, room, tata.user, "") == CHAT_NOT_THERE);
    CHECK(chat_kick_locked(&chat, &toto, NONE, tutu.user, "") == CHAT_NO_SUCH_CHANNEL && published == 0);
    CHECK(chat_kick_locked(&chat, &toto, room, tutu.user, "out") == CHAT_DONE && last.target_user == tutu.user);
    CHECK(member_find_locked(&world, tutu.user, room) == NONE);
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(chat_kick_locked(&chat, &tata, room, tutu.user, "") == CHAT_DONE); /* from outside */
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(chat_kick_locked(&chat, &desk, room, tutu.user, "") == CHAT_DONE && last.source == NONE);
    chat_stop();
}

static void topics(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), desk = actor_of_server();
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(chat_topic_locked(&chat, &tutu, room, "x") == CHAT_NOT_MEMBER);
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(chat_topic_locked(&chat, &tutu, room, "news") == CHAT_DONE);
    CHECK(strcmp(world.channels[room].topic, "news") == 0 && strcmp(world.channels[room].topic_by, "tutu") == 0);
    channel_set_modes_locked(&world, room, CHANNEL_TOPIC_LOCK);
    CHECK(chat_topic_locked(&chat, &tutu, room, "x") == CHAT_NOT_MODERATOR);
    CHECK(chat_topic_locked(&chat, &toto, room, "x") == CHAT_DONE);
    world_set_silence_locked(&world, true);
    CHECK(chat_topic_locked(&chat, &toto, room, "y") == CHAT_SILENCED);
    CHECK(chat_topic_locked(&chat, &desk, room, "y") == CHAT_DONE);
    CHECK(strcmp(world.channels[room].topic_by, "server") == 0);
    chat_stop();
}

static void invited(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_user(2, "tata");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(chat_invite_locked(&chat, &tutu, room, tata.user) == CHAT_NOT_MEMBER);
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(chat_invite_locked(&chat, &tutu, room, toto.user) == CHAT_ALREADY_THERE);
    CHECK(chat_invite_locked(&chat, &tutu, room, NONE) == CHAT_NO_SUCH_USER);
    CHECK(chat_invite_locked(&chat, &tutu, room, tata.user) == CHAT_DONE);
    channel_set_modes_locked(&world, room, CHANNEL_INVITE_ONLY);
    CHECK(chat_invite_locked(&chat, &tutu, room, tata.user) == CHAT_NOT_MODERATOR);
    chat_stop();
}

static void knocked(void)
{
    int64_t before = 0;
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(chat_knock_locked(&chat, &toto, room, &before) == CHAT_ALREADY_MEMBER);
    CHECK(chat_knock_locked(&chat, &tutu, room, &before) == CHAT_CHANNEL_OPEN);
    channel_set_modes_locked(&world, room, CHANNEL_INVITE_ONLY | CHANNEL_SECRET);
    CHECK(chat_knock_locked(&chat, &tutu, room, &before) == CHAT_NO_SUCH_CHANNEL);
    channel_set_modes_locked(&world, room, CHANNEL_INVITE_ONLY | CHANNEL_PRIVATE);
    CHECK(chat_knock_locked(&chat, &tutu, room, &before) == CHAT_NO_KNOCKING);
    channel_set_modes_locked(&world, room, CHANNEL_INVITE_ONLY);
    CHECK(before == 0 && chat_knock_locked(&chat, &tutu, room, &before) == CHAT_DONE);
    CHECK(chat_knock_locked(&chat, &tutu, room, &before) == CHAT_TOO_SOON);
    chat_stop();
}

static void renamed(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    chat_channel("#other", &tutu, MEMBER_OPERATOR);
    CHECK(chat_rename_locked(&chat, &tutu, room, "#new", "", EVENT_NEED_MAX) == CHAT_NOT_MEMBER);
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(chat_rename_locked(&chat, &tutu, room, "#new", "", EVENT_NEED_MAX) == CHAT_NOT_MODERATOR);
    CHECK(chat_rename_locked(&chat, &toto, room, "#OTHER", "", EVENT_NEED_MAX) == CHAT_NAME_TAKEN);
    CHECK(chat_rename_locked(&chat, &toto, room, "room", "", EVENT_NEED_MAX) == CHAT_NAME_BAD);
    CHECK(chat_rename_locked(&chat, &toto, room, "#room", "", EVENT_NEED_MAX) == CHAT_SO_ALREADY && published == 0);
    CHECK(chat_rename_locked(&chat, &toto, room, "#new", "why", EVENT_NEED_MAX) == CHAT_CHANNEL_FULL);
    CHECK(chat_rename_locked(&chat, &toto, room, "#new", "why", chat_rename_need_locked(&world, room)) == CHAT_DONE);
    CHECK(published == 2 && last.type == EVENT_RENAME); /* toto is told of having moved; tutu too, who did nothing */
    CHECK(channel_find_locked(&world, "#new") == room && channel_find_locked(&world, "#room") == NONE);
    struct actor tata = chat_operator(2, "tata");
    CHECK(chat_rename_locked(&chat, &tata, LOBBY, "#hall", "", EVENT_NEED_MAX) == CHAT_NAME_RESERVED);
    chat_stop();
}

static void seen(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    uint32_t room = chat_channel("#room", &toto, 0);
    CHECK(actor_is_shown_channel_locked(&world, &tutu, room) && actor_sees_channel_locked(&world, &tutu, room));
    channel_set_modes_locked(&world, room, CHANNEL_SECRET);
    CHECK(!actor_is_shown_channel_locked(&world, &tutu, room) && !actor_sees_channel_locked(&world, &tutu, room));
    CHECK(!actor_is_shown_channel_locked(&world, &tata, room) && actor_sees_channel_locked(&world, &tata, room));
    CHECK(actor_is_shown_channel_locked(&world, &toto, room));
    chat_part_locked(&chat, &tutu, LOBBY, "");
    user_set_flags_locked(&world, toto.user, world.users[toto.user].flags | USER_INVISIBLE);
    CHECK(!actor_sees_user_locked(&world, &tutu, toto.user) && actor_sees_user_locked(&world, &tata, toto.user));
    chat_stop();
}

int main(void)
{
    CASE("who makes a channel moderates it, who comes later does not, and both talk there", made);
    CASE("bans, mode i, keys and limits keep people out, and a moderator's invitation opens them all", kept_out);
    CASE("nobody is in more channels than one may be, nor makes more than their share", shares);
    CASE("members leave with words, unless they are muted", left);
    CASE("moderators, operators from outside, and the server put members out", kicked);
    CASE("members set the topic, with mode t moderators alone, and the muted not at all", topics);
    CASE("members invite whoever is not there yet, with mode i moderators alone", invited);
    CASE("one knocks at channels that are closed and may be known, and not twice in a row", knocked);
    CASE("moderators give a channel a name that is free; the lobby keeps its own", renamed);
    CASE("what is secret is seen by members and operators, and shown to members alone", seen);
    CHECK_DONE();
}
