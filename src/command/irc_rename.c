/* IRC: RENAME. IRCv3 draft/channel-rename. Run by workers.
 *
 * Clients that asked for the capability, and people, are told by an event. To other IRC clients it must look as
 * if they left one channel and entered another; as that is worded with each client's own name, it is made here,
 * as an answer to each. PART and JOIN are published with the change itself, so that nothing said in the
 * channel can come between; the topic and the names follow. Who gave the command may want it with a label, and is
 * shown it as the answer to any other command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/unicode.h"
#include "chat/rename.h"
#include "irc_channel.h"
#include "irc_names.h"
#include "rows.h"

#define REASON_SIZE   301
#define PART_SIZE     1400 /* bytes of a PART and a JOIN, at most */
#define PART_NEED     (PART_SIZE + 100u) /* of the event they are in */

struct rename {
    struct session *session;
    uint32_t channel;
    bool long_name; /* `after` is cut */
    char before[CHANNEL_SIZE], after[CHANNEL_SIZE], reason[REASON_SIZE];
    struct follower {
        uint32_t user, generation;
    } *followers; /* those who see a PART and a JOIN */
    size_t count;
};

/* Publishes `text` to one user as it is. */
static void answer_locked(const struct rename *rename, uint32_t user, const struct text *text)
{
    struct event event = event_of_server(EVENT_REPLY);
    event.audience = AUDIENCE_USER;
    event.target = user;
    event.strings.reply.bytes = text->start;
    EVENT_LENGTH(&event, reply.bytes) = text->length;
    event_publish_locked(rename->session->world, &event);
}

/* Of the connection by which that user came last. */
static uint64_t caps_of_locked(const struct world *world, uint32_t user)
{
    uint32_t last = connection_next_locked(world, user, NONE);
    return last == NONE ? 0 : world->connections[last].caps;
}

static bool follows_locked(const struct world *world, uint32_t index)
{
    return door_dialect((enum door_kind)world->users[index].door) == DIALECT_IRC && !(caps_of_locked(world, index) & CAP_BIT(CHANNEL_RENAME));
}

static void find_followers_locked(struct rename *rename)
{
    const struct world *world = rename->session->world;
    const struct channel_shm *channel = &world->channels[rename->channel];
    rename->followers = calloc(channel->member_count + 1, sizeof *rename->followers);
    for (uint32_t at = channel->first_member; rename->followers && at != NONE;
         at = world->members[at].next_of_channel) {
        const struct user_shm *user = &world->users[world->members[at].user];
        if (follows_locked(world, world->members[at].user) && rename->count < channel->member_count)
            rename->followers[rename->count++] =
                (struct follower){world->members[at].user, user->generation};
    }
}

/* The beginning of a message of the user's own, with the tags they asked for. */
static void add_head(struct text *text, const struct user_shm *user, uint64_t caps, const char *stamp)
{
    char sign = '@';
    if (caps & CAP_BIT(SERVER_TIME)) {
        text_addf(text, "%ctime=%s", sign, stamp);
        sign = ';';
    }
    if ((caps & CAP_BIT(MESSAGE_TAGS)) && (user->flags & USER_BOT)) {
        text_addf(text, "%cbot", sign);
        sign = ';';
    }
    if ((caps & CAP_BIT(ACCOUNT_TAG)) && *user->account) {
        text_addf(text, "%caccount=%s", sign, user->account);
        sign = ';';
    }
    text_addf(text, "%s:%s!%s@%s ", sign == ';' ? " " : "", user->nick, user->username, user->host);
}

static void move_locked(const struct rename *rename, uint32_t index)
{
    char bytes[PART_SIZE], stamp[CLOCK_STAMP_SIZE];
    const struct user_shm *user = &rename->session->world->users[index];
    uint64_t caps = caps_of_locked(rename->session->world, index);
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    clock_stamp(clock_realtime(), stamp);
    add_head(&text, user, caps, stamp);
    text_addf(&text, "PART %s", rename->before);
    if (*rename->reason)
        text_addf(&text, " :%s", rename->reason);
    text_add(&text, "\r\n");
    add_head(&text, user, caps, stamp);
    text_addf(&text, "JOIN %s", rename->after);
    if (caps & CAP_BIT(EXTENDED_JOIN))
        text_addf(&text, " %s :%s", *user->account ? user->account : "*", user->realname);
    text_add(&text, "\r\n");
    /* How far others have read is known to their workers alone; here, in a channel that is new to them, nowhere yet. */
    if ((caps & CAP_BIT(READ_MARKER)) && index != rename->session->user)
        text_addf(&text, ":%s MARKREAD %s *\r\n", rename->session->settings->server_name, rename->after);
    answer_locked(rename, index, &text);
}

/* The same for who gave the command with a label. */
static void move_self_locked(const struct rename *rename)
{
    struct session *session = rename->session;
    struct event part = session_event_locked(session, EVENT_PART);
    part.strings.part.channel_name = rename->before;
    part.strings.part.text = rename->reason;
    session->irc.own_copy(session, &part);
    struct event join = session_event_locked(session, EVENT_JOIN);
    join.strings.join.channel_name = rename->after;
    join.strings.join.realname = session_user_locked(session)->realname;
    session->irc.own_copy(session, &join);
}

/* What follows a JOIN: topic and names. As many events as it takes, each with a transaction of its own. */
static void show_inside(const struct rename *rename, const struct follower *follower)
{
    char bytes[4096], line[NAMES_LINE];
    struct session *session = rename->session;
    struct world *world = session->world;
    const char *server = session->settings->server_name;
    struct names names = {0};
    struct text text, members;
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    const struct user_shm *user = &world->users[follower->user];
    const struct channel_shm *channel = &world->channels[rename->channel];
    bool there = user->generation == follower->generation && user->state == USER_PRESENT &&
                 member_find_locked(world, follower->user, rename->channel) != NONE;
    char nick[NICK_SIZE];
    if (there) {
        text_copy(nick, sizeof nick, user->nick);
        text_init(&text, bytes, sizeof bytes);
        if (*channel->topic)
            text_addf(&text, ":%s 332 %s %s :%s\r\n:%s 333 %s %s %s %lld\r\n", server, nick, channel->name,
                      channel->topic, server, nick, channel->name, channel->topic_by,
                      (long long)(channel->topic_at / 1000));
        uint64_t caps = caps_of_locked(world, follower->user);
        if (!(caps & CAPS_NO_NAMES))
            irc_names_open_locked(&names, world, follower->user, caps, rename->channel);
        if (text.length > 0)
            answer_locked(rename, follower->user, &text);
    }
    session_commit(session);
    while (there && *names.channel) {
        if (!session_begin(session, EVENT_NEED_MAX))
            break;
        text_init(&text, bytes, sizeof bytes);
        text_init(&members, line, sizeof line);
        bool more = irc_names_next_locked(&names, &members, NAMES_LINE - CHANNEL_SIZE);
        if (more)
            text_addf(&text, ":%s 353 %s %s %s :%s\r\n", server, nick, names.symbol, names.channel, line);
        else
            text_addf(&text, ":%s 366 %s %s :End of NAMES list\r\n", server, nick, names.channel);
        if (user->generation == follower->generation)
            answer_locked(rename, follower->user, &text);
        session_commit(session);
        if (!more)
            break;
    }
    irc_names_close(&names);
}

static void show_all_inside(const struct rename *rename)
{
    for (size_t i = 0; i < rename->count; i++) {
        if (rename->followers[i].user == rename->session->user)
            irc_channel_show(rename->session, rename->after);
        else
            show_inside(rename, &rename->followers[i]);
    }
}

static void answer(struct session *session, enum chat_result result, const char *before, const char *after)
{
    static const char *const reasons[CHAT_RESULTS] = {
        [CHAT_NAME_BAD] = "This is not the name of a channel",
        [CHAT_NAME_RESERVED] = "The lobby keeps its name",
        [CHAT_NAME_ALIKE] = "The name looks like that of a channel there is",
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

static void move_all_locked(const struct rename *rename)
{
    const struct session *session = rename->session;
    for (size_t i = 0; i < rename->count; i++) {
        if (rename->followers[i].user == session->user && session->irc.own_copy)
            move_self_locked(rename);
        else
            move_locked(rename, rename->followers[i].user);
    }
}

/* What stands in the way; nothing if it was done. */
static enum chat_result rename_locked(struct rename *rename, size_t room)
{
    struct chat chat = session_chat(rename->session);
    struct actor actor = session_actor_locked(rename->session);
    enum chat_result refusal = chat_check_rename_locked(&chat, &actor, rename->channel, rename->after);
    if (refusal != CHAT_DONE)
        return refusal;
    if (rename->long_name)
        return CHAT_NAME_TOO_LONG;
    text_copy(rename->before, sizeof rename->before, chat.world->channels[rename->channel].name);
    bool follow = text_compare_names(rename->before, rename->after) != 0;
    if (follow)
        find_followers_locked(rename);
    if ((follow && !rename->followers) || rename->count * ring_need(PART_NEED) > room)
        return CHAT_CHANNEL_FULL;
    move_all_locked(rename);
    return chat_rename_locked(&chat, &actor, rename->channel, rename->after, rename->reason);
}

/* Room for a PART and a JOIN for each who is to see them, and for a few more who may come meanwhile. */
static size_t need(struct session *session, const char *name)
{
    const struct world *world = session->world;
    size_t followers = 8;
    if (!session_begin(session, 0))
        return 0;
    uint32_t channel = channel_find_locked(world, name);
    uint32_t at = channel != NONE ? world->channels[channel].first_member : NONE;
    for (; at != NONE; at = world->members[at].next_of_channel)
        followers += follows_locked(world, world->members[at].user);
    session_commit(session);
    return followers * ring_need(PART_NEED);
}

void irc_rename_channel(struct session *session, struct request *request)
{
    struct rename rename = {.session = session};
    const char *before = request->arguments[0];
    size_t room = need(session, before);
    uint64_t ring_size;
    ring_fill(&session->world->txn->ring, &ring_size); /* not what the settings say, which a reload may change */
    rename.long_name = !unicode_compose(rename.after, sizeof rename.after, request->arguments[1]) &&
                       !text_copy(rename.after, sizeof rename.after, request->arguments[1]);
    if (room > ring_size / 4)
        room = 0; /* more than the ring takes at once: refused below, unless nobody needs it */
    text_copy(rename.reason, sizeof rename.reason, request->count > 2 ? request->arguments[2] : "");
    if (session->leaving || !session_begin(session, room + EVENT_NEED_MAX))
        return;
    rename.channel = channel_find_locked(session->world, before);
    enum chat_result result = rename_locked(&rename, room);
    session_commit(session);
    if (result == CHAT_DONE)
        show_all_inside(&rename);
    else
        answer(session, result, before, request->arguments[1]);
    free(rename.followers);
}
