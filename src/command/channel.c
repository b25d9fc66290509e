/* Channels for people: which one is meant, going in and out, putting somebody out. Run by workers. */
#include "channel.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "chat/channel.h"
#include "irc_inside.h"
#include "kept_channel.h"
#include "leave.h"
#include "message.h"
#include "past.h"
#include "password.h"
#include "rows.h"

/* ---- which channel ---- */

uint32_t channel_current(struct session *session, char name[CHANNEL_SIZE])
{
    if (!session_begin(session, 0))
        return NONE;
    uint32_t channel = session_current_locked(session);
    if (channel != NONE)
        text_copy(name, CHANNEL_SIZE, session->world->channels[channel].name);
    session_commit(session);
    if (channel == NONE)
        session_reply(session, REPLY_NO_CURRENT, NULL);
    return channel;
}

bool channel_take_name(struct session *session, char **rest, char name[CHANNEL_SIZE])
{
    if (**rest != '#')
        return channel_current(session, name) != NONE;
    return channel_look_up(session, text_next_word(rest), name);
}

bool channel_look_up(struct session *session, const char *word, char name[CHANNEL_SIZE])
{
    if (!session_begin(session, 0))
        return false;
    uint32_t channel = channel_find_locked(session->world, word);
    if (channel != NONE)
        text_copy(name, CHANNEL_SIZE, session->world->channels[channel].name);
    session_commit(session);
    if (channel == NONE)
        session_reply(session, REPLY_NO_SUCH_CHANNEL, word, NULL);
    return channel != NONE;
}

bool channel_complete_name(const char *word, char name[CHANNEL_SIZE])
{
    bool bare = *word && !strchr("#&+!@", *word);
    return snprintf(name, CHANNEL_SIZE, "%s%s", bare ? "#" : "", word) < CHANNEL_SIZE && name_is_channel(name);
}

/* ---- in and out ---- */

void channel_join(struct session *session, struct request *request)
{
    char *rest = request->arguments[0], name[CHANNEL_SIZE], shown[CHANNEL_SIZE];
    const char *word = text_next_word(&rest), *key = request->count > 1 ? request->arguments[1] : "";
    if (!channel_complete_name(word, name)) {
        session_reply(session, REPLY_BAD_CHANNEL, word, NULL);
        return;
    }
    struct chat_kept kept;
    struct keeper_answer answer;
    if (!kept_channel_find(session, name, &kept, &answer) || !session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    chat.kept = kept.founder ? &kept : NULL;
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_join_locked(&chat, &actor, name, key);
    uint32_t channel = channel_find_locked(session->world, name);
    /* in the letters of its founder */
    text_copy(shown, sizeof shown, channel == NONE ? name : session->world->channels[channel].name);
    bool was_member = result == CHAT_ALREADY_MEMBER;
    if (was_member)
        result = chat_talk_in_locked(&chat, &actor, channel);
    session_commit(session);
    password_try_key(session, result, key);
    if (result == CHAT_DONE)
        session_reply(session, REPLY_TALKING_IN, shown, NULL);
    else
        answer_result(session, result, shown, NULL);
    if (result == CHAT_DONE && !was_member) {
        past_replay(session, shown);
        irc_inside_tell_others(session, shown);
    }
}

void channel_leave(struct session *session, const char *name, const char *text)
{
    char shown[CHANNEL_SIZE];
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(session->world, name);
    text_copy(shown, sizeof shown, channel == NONE ? name : session->world->channels[channel].name);
    enum chat_result result = chat_part_locked(&chat, &actor, channel, text);
    session_commit(session);
    if (result == CHAT_DONE)
        session_reply(session, REPLY_LEFT, shown, NULL);
    else
        answer_result(session, result, channel == NONE ? name : shown, NULL);
}

void channel_part(struct session *session, struct request *request)
{
    char name[CHANNEL_SIZE];
    const char *text = request->count > 1 ? request->arguments[1] : "";
    if (request->count == 0) {
        if (channel_current(session, name) == NONE)
            return;
    } else if (!channel_complete_name(request->arguments[0], name)) {
        session_reply(session, REPLY_BAD_CHANNEL, request->arguments[0], NULL);
        return;
    }
    if (strlen(text) >= LEAVE_WORDS_SIZE) { /* IRC clients could not be shown it whole */
        message_say_in(session, name, text);
        text = "";
    }
    channel_leave(session, name, text);
}

void channel_kick(struct session *session, struct request *request)
{
    char *rest = request->arguments[0], name[CHANNEL_SIZE];
    if (!channel_take_name(session, &rest, name))
        return;
    const char *nick = text_next_word(&rest);
    if (!nick) {
        command_need_more(session, request->verb);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(session->world, name), victim = user_find_locked(session->world, nick);
    enum chat_result result = chat_kick_locked(&chat, &actor, channel, victim, rest);
    session_commit(session);
    /* Being in the channel would not be enough. */
    answer_result(session, result == CHAT_NOT_MEMBER ? CHAT_NOT_MODERATOR : result, name, nick);
}
