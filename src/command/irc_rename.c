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
#include "irc_inside.h"
#include "rows.h"

#define REASON_SIZE 301

/* Members who are to be told the topic and the names. */
struct followers {
    struct inside_viewer *list;
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
            followers->list[followers->count++] = (struct inside_viewer){user, world->users[user].generation};
    }
}

static void show_all_inside(struct session *session, const struct followers *followers, const char *name)
{
    for (size_t i = 0; i < followers->count; i++) {
        if (followers->list[i].user == session->user)
            irc_channel_show(session, name);
        else
            irc_inside_show(session, &followers->list[i], followers->channel);
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
