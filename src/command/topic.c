/* The topic of a channel: shown and set. RFC 2812 section 3.2.4. Run by workers and control processes. */
#include "topic.h"

#include <stdio.h>

#include "answer.h"
#include "channel.h"
#include "chat/channel.h"
#include "rows.h"

/* All in one transaction: no new topic is told before the old one. */
void topic_show(struct session *session, const char *name, bool asked)
{
    char at[24];
    if (!session_begin(session, 0))
        return;
    uint32_t index = channel_find_locked(session->world, name);
    const struct channel_shm *channel = index != NONE ? &session->world->channels[index] : NULL;
    if (!channel) {
        session_reply(session, REPLY_NO_SUCH_CHANNEL, name, NULL);
    } else if (channel->member_count > 0 && !session_is_shown_channel_locked(session, index)) {
        session_reply(session, REPLY_NOT_ON_CHANNEL, channel->name, NULL);
    } else if (*channel->topic) {
        snprintf(at, sizeof at, "%lld", (long long)(channel->topic_at / 1000));
        session_reply(session, REPLY_TOPIC_IS, channel->name, channel->topic, NULL);
        session_reply(session, REPLY_TOPIC_BY, channel->name, channel->topic_by, at, NULL);
    } else if (asked) {
        session_reply(session, REPLY_NO_TOPIC, channel->name, NULL);
    }
    session_commit(session);
}

/* Sets it to `topic`. */
static void set(struct session *session, const char *name, const char *topic)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_topic_locked(&chat, &actor, channel_find_locked(session->world, name), topic);
    session_commit(session);
    answer_result(session, result, name, NULL);
}

void topic_irc(struct session *session, struct request *request)
{
    if (request->count < 2)
        topic_show(session, request->arguments[0], true);
    else
        set(session, request->arguments[0], request->arguments[1]);
}

void topic_text(struct session *session, struct request *request)
{
    char nothing[] = "", *rest = request->count > 0 ? request->arguments[0] : nothing, name[CHANNEL_SIZE];
    if (!channel_take_name(session, &rest, name))
        return;
    if (*rest)
        set(session, name, rest);
    else
        topic_show(session, name, true);
}

/* For who runs the server: what it is now is the answer to both. */
void topic_control(struct session *session, struct request *request)
{
    const char *name = request->arguments[0];
    char topic[TOPIC_SIZE] = "";
    enum chat_result result = CHAT_DONE;
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(session->world, name);
    if (request->count > 1)
        result = chat_topic_locked(&chat, &actor, channel, request->arguments[1]);
    else if (channel == NONE)
        result = CHAT_NO_SUCH_CHANNEL;
    if (channel != NONE)
        text_copy(topic, sizeof topic, session->world->channels[channel].topic);
    session_commit(session);
    if (result != CHAT_DONE)
        answer_result(session, result, name, NULL);
    else
        session_reply(session, *topic ? REPLY_TOPIC_IS : REPLY_NO_TOPIC, name, topic, NULL);
}
