/* IRC: RENAME. IRCv3 draft/channel-rename. Run by workers.
 *
 * Users whose clients do not know it see that they left one channel and joined another (chat/rename.h); here they are
 * told what follows a JOIN, the topic and the names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/unicode.h"
#include "chat/rename.h"
#include "irc_channel.h"
#include "irc_names.h"
#include "rows.h"

#define REASON_SIZE 301

/* Bytes of names in one event, and what each is told with: viewers are shown of it what they asked for. */
#define MEMBERS_SIZE 4000
#define MEMBERS_CAPS (CAP_BIT(MULTI_PREFIX) | CAP_BIT(USERHOST_IN_NAMES))

struct follower {
    uint32_t user, generation;
};

/* Members who are to be told the topic and the names. */
struct followers {
    struct follower *list;
    size_t count;
    uint32_t channel;
};

static void find_followers_locked(const struct world *world, struct followers *followers)
{
    const struct channel_shm *channel = &world->channels[followers->channel];
    followers->list = calloc(channel->member_count + 1, sizeof *followers->list);
    for (uint32_t at = channel->first_member; followers->list && at != NONE && followers->count < channel->member_count;
         at = world->members[at].next_of_channel) {
        uint32_t user = world->members[at].user;
        if (chat_rename_moves_locked(world, user))
            followers->list[followers->count++] = (struct follower){user, world->users[user].generation};
    }
}

/* The next part; false after the last. `names` is open from the second part on. */
static bool show_part_locked(struct session *session, const struct follower *follower, uint32_t index,
                             struct names *names)
{
    char members[MEMBERS_SIZE];
    struct text text;
    struct world *world = session->world;
    const struct channel_shm *channel = &world->channels[index];
    bool first = !names->world;
    if (world->users[follower->user].generation != follower->generation ||
        member_find_locked(world, follower->user, index) == NONE)
        return false;
    if (first && !irc_names_open_locked(names, world, follower->user, MEMBERS_CAPS, index))
        return false;
    struct event event = event_of_locked(world, EVENT_INSIDE, follower->user);
    text_init(&text, members, sizeof members);
    bool more = irc_names_next_locked(names, &text, sizeof members);
    event.strings.inside.channel_name = names->channel;
    event.strings.inside.server = session->settings->server_name;
    event.strings.inside.symbol = names->symbol;
    event.strings.inside.members = members;
    event.strings.inside.topic = first ? channel->topic : "";
    event.strings.inside.topic_by = channel->topic_by;
    event.numbers.inside.topic_at = (uint32_t)(channel->topic_at / 1000);
    event.numbers.inside.last = !more;
    event.audience = AUDIENCE_USER;
    event.target = follower->user;
    event_publish_locked(world, &event);
    return more;
}

/* As many events as it takes, each with a transaction of its own. */
static void show_inside(struct session *session, const struct follower *follower, uint32_t channel)
{
    struct names names = {0};
    for (bool more = true; more && session_begin(session, EVENT_NEED_MAX); session_commit(session))
        more = show_part_locked(session, follower, channel, &names);
    irc_names_close(&names);
}

static void show_all_inside(struct session *session, const struct followers *followers, const char *name)
{
    for (size_t i = 0; i < followers->count; i++) {
        if (followers->list[i].user == session->user)
            irc_channel_show(session, name);
        else
            show_inside(session, &followers->list[i], followers->channel);
    }
}

static void answer(struct session *session, enum chat_result result, const char *before, const char *after)
{
    static const char *const reasons[CHAT_RESULTS] = {[CHAT_NAME_BAD] = "This is not the name of a channel",
                                                      [CHAT_NAME_RESERVED] = "The lobby keeps its name",
                                                      [CHAT_NAME_ALIKE] =
                                                          "The name looks like that of a channel there is",
                                                      [CHAT_SO_ALREADY] = "This is its name already",
                                                      [CHAT_NAME_TOO_LONG] = "The name is too long",
                                                      [CHAT_CHANNEL_FULL] = "Too many are in the channel"};
    if (reasons[result])
        session_reply(session, REPLY_RENAME_CANNOT, before, after, reasons[result], NULL);
    else if (result == CHAT_NAME_TAKEN)
        session_reply(session, REPLY_RENAME_IN_USE, before, after, NULL);
    else
        answer_result(session, result, before, NULL);
}

/* Room for all who are to be told, and for a few more who may come meanwhile. Of what the ring does not take at once,
 * only as much as anything else needs: it is refused then, unless nobody needs it. */
static size_t room_for(struct session *session, const char *name)
{
    const struct world *world = session->world;
    uint64_t ring_size;
    if (!session_begin(session, 0))
        return 0;
    size_t need = chat_rename_need_locked(world, channel_find_locked(world, name)) + EVENT_NEED_MAX;
    session_commit(session);
    ring_fill(&world->txn->ring, &ring_size); /* not what the settings say, which a reload may change */
    return need > ring_size / 4 + EVENT_NEED_MAX ? EVENT_NEED_MAX : need;
}

void irc_rename_channel(struct session *session, struct request *request)
{
    const char *before = request->arguments[0];
    char after[CHANNEL_SIZE], reason[REASON_SIZE];
    struct followers followers = {0};
    size_t room = room_for(session, before);
    bool fits = unicode_compose(after, sizeof after, request->arguments[1]) ||
                text_copy(after, sizeof after, request->arguments[1]);
    text_copy(reason, sizeof reason, request->count > 2 ? request->arguments[2] : "");
    if (session->leaving || !session_begin(session, room))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    followers.channel = channel_find_locked(session->world, before);
    bool same = text_compare_names(before, after) == 0;
    if (followers.channel != NONE && !same)
        find_followers_locked(session->world, &followers);
    enum chat_result result =
        chat_rename_locked(&chat, &actor, followers.channel, fits ? after : request->arguments[1], reason, room);
    session_commit(session);
    if (result == CHAT_DONE)
        show_all_inside(session, &followers, after);
    else
        answer(session, result == CHAT_NAME_BAD && !fits ? CHAT_NAME_TOO_LONG : result, before, request->arguments[1]);
    free(followers.list);
}
