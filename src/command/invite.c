/* INVITE and KNOCK. RFC 2812 section 3.2.7, IRCv3 invite-notify. Run by workers. */
#include <stdlib.h>

#include "answer.h"
#include "channel.h"
#include "chat/invite.h"
#include "rows.h"

static void show_invitations(struct session *session)
{
    const struct world *world = session->world;
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_channels_end_locked(world);
    char(*names)[CHANNEL_SIZE] = calloc(end, sizeof *names);
    size_t count = 0;
    for (uint32_t i = 0; names && i < end; i++)
        if (world->channels[i].state == CHANNEL_LIVE && invitation_find_locked(world, i, session->user) != NONE)
            text_copy(names[count++], CHANNEL_SIZE, world->channels[i].name);
    session_commit(session);
    for (size_t i = 0; i < count; i++)
        session_reply(session, REPLY_INVITED_LINE, names[i], NULL);
    if (count == 0)
        session_reply(session, REPLY_NO_INVITATIONS, NULL);
    session_reply(session, REPLY_INVITED_END, NULL);
    free(names);
}

static void invite(struct session *session, const char *nick, const char *name)
{
    const struct world *world = session->world;
    char shown[CHANNEL_SIZE], guest_name[ADDRESS_SIZE], away[AWAY_SIZE];
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(world, name), guest = user_find_locked(world, nick);
    enum chat_result result = chat_invite_locked(&chat, &actor, channel, guest);
    if (result == CHAT_DONE) {
        text_copy(shown, sizeof shown, world->channels[channel].name);
        text_copy(guest_name, sizeof guest_name, session_name_of(session, &world->users[guest]));
        text_copy(away, sizeof away, user_shown_away(&world->users[guest]));
    }
    session_commit(session);
    if (result != CHAT_DONE) {
        answer_result(session, result, name, nick);
        return;
    }
    session_reply(session, REPLY_INVITING, guest_name, shown, NULL);
    if (*away)
        session_reply(session, REPLY_IS_AWAY, guest_name, away, NULL);
}

void invite_irc(struct session *session, struct request *request)
{
    if (request->count == 0)
        show_invitations(session);
    else if (request->count < 2)
        session_reply(session, REPLY_NEED_MORE, "INVITE", NULL);
    else
        invite(session, request->arguments[0], request->arguments[1]);
}

/* With a channel in front, as people's commands have it, or behind, as IRC's. */
void invite_text(struct session *session, struct request *request)
{
    char **words = request->arguments, name[CHANNEL_SIZE];
    if (request->count == 0) {
        show_invitations(session);
    } else if (request->count == 1 && *words[0] == '#') {
        command_need_more(session, request->verb);
    } else if (request->count == 1) {
        if (channel_current(session, name) != NONE)
            invite(session, words[0], name);
    } else {
        bool front = *words[0] == '#';
        char *rest = words[front ? 1 : 0];
        if (channel_complete_name(words[front ? 0 : 1], name))
            invite(session, text_next_word(&rest), name);
        else
            session_reply(session, REPLY_BAD_CHANNEL, words[front ? 0 : 1], NULL);
    }
}

static void answer_knock(struct session *session, enum chat_result result, const char *name)
{
    static const enum reply_code codes[CHAT_RESULTS] = {
        [CHAT_DONE] = REPLY_KNOCK_DELIVERED,    [CHAT_ALREADY_MEMBER] = REPLY_KNOCK_INSIDE,
        [CHAT_CHANNEL_OPEN] = REPLY_KNOCK_OPEN, [CHAT_NO_KNOCKING] = REPLY_KNOCK_CANNOT,
        [CHAT_TOO_SOON] = REPLY_KNOCK_TOO_MANY, [CHAT_NO_SUCH_CHANNEL] = REPLY_NO_SUCH_CHANNEL};
    session_reply(session, codes[result], name, "banned or private", NULL);
}

void invite_knock(struct session *session, struct request *request)
{
    /* Each client has a process of its own, so this is of one client. */
    static int64_t last;
    const char *name = request->arguments[0];
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_knock_locked(&chat, &actor, channel_find_locked(session->world, name), &last);
    session_commit(session);
    answer_knock(session, result, name);
}
