/* Saying something: to a channel, to one person, to everybody. Run by workers. What was said to a channel or a person
 * is noted in the message index, so that it can be taken back wherever it was said. */
#include "say.h"

#include <string.h>
#include <strings.h>

#include "base/mask.h"
#include "base/text.h"
#include "lists.h"
#include "mute.h"
#include "world/message_index.h"

/* Whether the text is CTCP, but for ACTION, which only says what somebody does. */
static bool is_ctcp(const char *text)
{
    return *text == '\001' && !(strncasecmp(text + 1, "ACTION", 6) == 0 && strchr(" \001", text[7]));
}

/* The same of any of several lines, each behind the sign that says whether it goes on. */
static bool has_ctcp(const struct chat_message *message)
{
    if (!message->lines)
        return is_ctcp(message->text);
    for (const char *at = message->text; *at; at++)
        if ((at == message->text || at[-1] == '\n') && is_ctcp(at + 1))
            return true;
    return false;
}

static enum chat_result check_locked(const struct chat *chat, const struct actor *actor, uint32_t index,
                                     const struct chat_message *message)
{
    const struct world *world = chat->world;
    const struct channel_shm *channel = &world->channels[index];
    if (actor->user == NONE)
        return CHAT_DONE; /* the server */
    if (message->inside && !actor_is_member_locked(chat->world, actor, index))
        return CHAT_NOT_MEMBER;
    enum chat_result muted = mute_check_locked(world, actor->user, index);
    if (muted != CHAT_DONE)
        return muted;
    if ((channel->modes & CHANNEL_NO_CTCP) && has_ctcp(message))
        return CHAT_NO_CTCP;
    uint32_t member = member_find_locked(world, actor->user, index);
    if (member != NONE && world->members[member].flags)
        return CHAT_DONE; /* those with a status may always */
    if (member == NONE && (channel->modes & CHANNEL_NO_EXTERNAL))
        return CHAT_NO_EXTERNAL;
    if (channel->modes & CHANNEL_MODERATED)
        return CHAT_MODERATED;
    if ((channel->modes & CHANNEL_ACCOUNTS_SPEAK) && !*world->users[actor->user].account)
        return CHAT_NO_ACCOUNT;
    if (channel->first_mask == NONE)
        return CHAT_DONE;
    if (lists_ban_locked(world, index, actor->user))
        return CHAT_BANNED;
    return lists_mute_locked(world, index, actor->user) ? CHAT_BAN_MUTED : CHAT_DONE;
}

static struct event message_locked(const struct chat *chat, const struct actor *actor,
                                   const struct chat_message *message, const char *target)
{
    if (actor->user != NONE)
        user_touch_locked(chat->world, actor->user);
    struct event event = actor_event_locked(chat, actor, message->lines ? EVENT_MULTILINE : EVENT_MESSAGE);
    event.numbers.message.kind = message->kind;
    event.strings.message.target = target;
    event.strings.message.text = message->text;
    event.strings.message.tags = message->tags;
    return event;
}

/* Publishes the message and remembers who sent it to a channel or user of that generation. */
static void publish_locked(const struct chat *chat, struct event *event, uint32_t target, uint32_t generation)
{
    event->target = target;
    chat_publish_locked(chat, event);
    struct message_index_shm entry = {.id = event->id,
                                      .time = event->time,
                                      .author = event->source,
                                      .author_generation = event->generation,
                                      .is_channel = event->audience == AUDIENCE_CHANNEL,
                                      .target = target,
                                      .target_generation = generation};
    message_index_add_locked(chat->world, &entry);
}

enum chat_result chat_say_locked(const struct chat *chat, const struct actor *actor, uint32_t index,
                                 uint32_t needed_flags, const struct chat_message *message)
{
    char target[CHANNEL_SIZE + 1] = "";
    if (index == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    const struct channel_shm *channel = &chat->world->channels[index];
    enum chat_result refusal = check_locked(chat, actor, index, message);
    if (refusal != CHAT_DONE)
        return refusal;
    if (needed_flags)
        target[0] = needed_flags & MEMBER_VOICE ? '+' : '@';
    text_copy(target + (needed_flags != 0), CHANNEL_SIZE, channel->name);
    struct event event = message_locked(chat, actor, message, target);
    event.numbers.message.needed_flags = needed_flags;
    event.audience = AUDIENCE_CHANNEL;
    publish_locked(chat, &event, index, channel->generation);
    return CHAT_DONE;
}

/* Has no account, and neither is an operator nor talks to themselves. */
static bool is_stranger_locked(const struct world *world, const struct actor *actor, uint32_t user)
{
    return actor->user != NONE && actor->user != user && !(actor->rights & ACTOR_OPERATES) &&
           !*world->users[actor->user].account;
}

enum chat_result chat_say_to_user_locked(const struct chat *chat, const struct actor *actor, uint32_t index,
                                         const struct chat_message *message)
{
    if (index == NONE || chat->world->users[index].state != USER_PRESENT)
        return CHAT_NO_SUCH_USER;
    char nick[NICK_SIZE], account[ACCOUNT_SIZE];
    const struct user_shm *user = &chat->world->users[index];
    enum chat_result muted = mute_check_private_locked(chat->world, actor->user, index);
    if (muted != CHAT_DONE)
        return muted;
    if ((user->flags & USER_ACCOUNTS) && is_stranger_locked(chat->world, actor, index))
        return CHAT_NO_ACCOUNT;
    text_copy(nick, sizeof nick, user->nick);
    text_copy(account, sizeof account, user->account);
    struct event event = message_locked(chat, actor, message, nick);
    event.strings.message.account = account;
    event.audience = AUDIENCE_USER;
    publish_locked(chat, &event, index, user->generation);
    return CHAT_DONE;
}

enum chat_result chat_say_to_servers_locked(const struct chat *chat, const struct actor *actor, const char *target,
                                            const struct chat_message *message)
{
    const char *mask = target + 1, *top = strrchr(mask, '.');
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (!top)
        return CHAT_NO_TOPLEVEL;
    if (mask_is_wild(top))
        return CHAT_WILD_TOPLEVEL;
    if (!mask_match(mask, chat->settings->server_name))
        return CHAT_NO_SUCH_SERVER;
    struct event event = message_locked(chat, actor, message, target);
    event.audience = AUDIENCE_ALL;
    chat_publish_locked(chat, &event);
    return CHAT_DONE;
}
