/* Taking a message back. IRCv3 draft/message-redaction. Run by workers; changes no tables. */
#include "redact.h"

#include <stdio.h>

#include "base/text.h"
#include "world/message_index.h"

static enum chat_result check_locked(const struct chat *chat, const struct actor *actor, bool channel, uint32_t target,
                                     uint64_t id)
{
    const struct world *world = chat->world;
    if (target == NONE)
        return channel ? CHAT_NO_SUCH_CHANNEL : CHAT_NO_SUCH_USER;
    if (channel && !actor_is_member_locked(chat->world, actor, target))
        return CHAT_NOT_MEMBER;
    const struct message_index_shm *message = message_index_find_locked(world, id);
    uint32_t generation = channel ? world->channels[target].generation : world->users[target].generation;
    if (!message || message->is_channel != channel || message->target != target ||
        message->target_generation != generation)
        return CHAT_NO_SUCH_MESSAGE;
    if (actor->user != NONE && message->author == actor->user &&
        message->author_generation == world->users[actor->user].generation)
        return CHAT_DONE;
    if (!channel)
        return CHAT_NO_SUCH_MESSAGE;
    return actor_may_moderate_locked(chat->world, actor, target) ? CHAT_DONE : CHAT_NOT_MODERATOR;
}

enum chat_result chat_redact_locked(const struct chat *chat, const struct actor *actor, enum event_audience audience,
                                    uint32_t target, uint64_t id, const char *reason)
{
    char shown[24], account[ACCOUNT_SIZE] = "";
    bool channel = audience == AUDIENCE_CHANNEL;
    enum chat_result refusal = check_locked(chat, actor, channel, target, id);
    if (refusal != CHAT_DONE)
        return refusal;
    if (!channel)
        text_copy(account, sizeof account, chat->world->users[target].account);
    snprintf(shown, sizeof shown, "%llx", (unsigned long long)id);
    struct event event = actor_event_locked(chat, actor, EVENT_REDACT);
    event.strings.redact.target = channel ? chat->world->channels[target].name : chat->world->users[target].nick;
    event.strings.redact.id = shown;
    event.strings.redact.reason = reason;
    event.strings.redact.account = channel ? "" : account;
    event.audience = audience;
    event.target = target;
    chat_publish_locked(chat, &event);
    return CHAT_DONE;
}
