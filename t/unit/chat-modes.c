/* Who may change which modes of a channel, and what is wrong with others. */
#include "chat/modes.h"

#include "chat.h"

static enum chat_result refusals[MODE_CHANGES];
static int refused;

static void note_refusal(const struct chat *asked, uint32_t channel, const struct mode_change *change,
                         enum chat_result why)
{
    (void)asked, (void)channel, (void)change;
    refusals[refused++] = why;
}

static unsigned lists;

static enum chat_result change(const struct actor *actor, uint32_t channel, const char *request)
{
    struct mode_change changes[MODE_CHANGES];
    char copy[200], *rest = copy, *words[16];
    int count = 0;
    text_copy(copy, sizeof copy, request);
    while (count < 16 && (words[count] = text_next_word(&rest)))
        count++;
    chat_renew();
    refused = 0;
    return chat_change_modes_locked(&chat, actor, channel, changes, modes_parse(words, count, changes), note_refusal,
                                    &lists);
}

static void moderators(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu"), tata = chat_operator(2, "tata");
    struct actor desk = actor_of_server();
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    member_add_locked(&world, tutu.user, room, MEMBER_VOICE);
    CHECK(change(&tutu, room, "+mi") == CHAT_DONE && refused == 1 && refusals[0] == CHAT_NOT_MODERATOR);
    CHECK(world.channels[room].modes == 0 && published == 0);
    CHECK(change(&toto, room, "+m") == CHAT_DONE && change(&tata, room, "+i") == CHAT_DONE);
    CHECK(change(&desk, room, "+n") == CHAT_DONE && refused == 0 && last.source == NONE);
    CHECK(world.channels[room].modes == (CHANNEL_MODERATED | CHANNEL_INVITE_ONLY | CHANNEL_NO_EXTERNAL));
    CHECK(change(&toto, NONE, "+m") == CHAT_NO_SUCH_CHANNEL);
    chat_stop();
}

static void told(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    member_add_locked(&world, tutu.user, room, 0);
    CHECK(change(&toto, room, "+mvk-n+l tutu key 5") == CHAT_DONE && published == 1 && last.type == EVENT_MODE);
    CHECK(change(&toto, room, "+mv tutu") == CHAT_DONE && published == 1); /* it is so already */
    CHECK(world.members[member_find_locked(&world, tutu.user, room)].flags == MEMBER_VOICE);
    CHECK(world.channels[room].limit == 5 && strcmp(world.channels[room].key, "key") == 0);
    chat_stop();
}

static void wrong(void)
{
    static const struct {
        const char *request;
        enum chat_result why;
    } cases[] = {{"+X", CHAT_MODE_UNKNOWN}, {"+k", CHAT_MODE_BARE},           {"+l x", CHAT_LIMIT_BAD},
                 {"+k a,b", CHAT_KEY_BAD},  {"+v nobody", CHAT_NO_SUCH_USER}, {"+o tutu", CHAT_NOT_THERE},
                 {"+b :", CHAT_MASK_BAD}};
    chat_start();
    struct actor toto = chat_user(0, "toto");
    chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(change(&toto, room, cases[i].request) == CHAT_DONE && refused == 1 && refusals[0] == cases[i].why);
    CHECK(change(&toto, room, "+XXY") == CHAT_DONE && refused == 2 && published == 0);
    chat_stop();
}

static void private_or_secret(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    change(&toto, room, "+p");
    CHECK(world.channels[room].modes == CHANNEL_PRIVATE);
    change(&toto, room, "+s");
    CHECK(world.channels[room].modes == CHANNEL_SECRET);
    change(&toto, room, "+p");
    CHECK(world.channels[room].modes == CHANNEL_SECRET);
    chat_stop();
}

static void asked_for(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR);
    CHECK(change(&tutu, room, "+b") == CHAT_DONE && lists == 1u << MASK_BAN && refused == 0);
    channel_set_modes_locked(&world, room, CHANNEL_SECRET);
    CHECK(change(&tutu, room, "+b") == CHAT_NOT_MEMBER && lists == 0);
    CHECK(change(&toto, room, "+e") == CHAT_DONE && lists == 1u << MASK_EXCEPTION);
    chat_stop();
}

static void shared(void)
{
    chat_start();
    struct actor toto = chat_user(0, "toto"), tutu = chat_user(1, "tutu");
    uint32_t room = chat_channel("#room", &toto, MEMBER_OPERATOR),
             other = chat_channel("#other", &tutu, MEMBER_OPERATOR);
    refused = 0;
    for (int i = 0; i < 60 && refused == 0; i++) {
        char request[40];
        snprintf(request, sizeof request, "+b n%d", i);
        change(&toto, room, request);
    }
    CHECK(refused == 1 && refusals[0] == CHAT_MASKS_SPENT);
    CHECK(change(&tutu, other, "+b nobody") == CHAT_DONE && refused == 0);
    chat_stop();
}

int main(void)
{
    CASE("moderators, operators and the server change modes, others are refused once", moderators);
    CASE("what came of a request is told in one event, and nothing of what was so already", told);
    CASE("what cannot be is refused, each letter once", wrong);
    CASE("a channel is private or secret, which is stronger", private_or_secret);
    CASE("whoever may know of a channel may see its lists", asked_for);
    CASE("nobody takes more than their share of the masks", shared);
    CHECK_DONE();
}
