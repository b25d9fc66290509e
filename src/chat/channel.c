/* Channels: going in and out, being put out, the topic. Run by workers and control processes; writes channels,
 * memberships and the channel that connections talk in. */
#include "channel.h"

#include <string.h>

#include "base/crashpoint.h"
#include "base/text.h"
#include "kept.h"
#include "lists.h"
#include "mute.h"
#include "world/shares.h"

/* ---- in ---- */

/* Whether the actor may come in. A channel operator's invitation opens everything, as RFC 2811 section 4.3.1 says of
 * bans. */
static enum chat_result check_join_locked(const struct chat *chat, const struct actor *actor, uint32_t index,
                                          const char *key)
{
    const struct world *world = chat->world;
    const struct channel_shm *channel = &world->channels[index];
    uint32_t invitation = invitation_find_locked(world, index, actor->user);
    if (invitation != NONE && world->masks[invitation].kind == MASK_INVITED_BY_OPERATOR)
        return CHAT_DONE;
    if (channel->first_mask != NONE && lists_ban_locked(world, index, actor->user))
        return CHAT_KEPT_OUT;
    if ((channel->modes & CHANNEL_INVITE_ONLY) && invitation == NONE && !lists_invite_locked(world, index, actor->user))
        return CHAT_INVITED_ONLY;
    if (*channel->key && strcmp(channel->key, key) != 0)
        return CHAT_BAD_KEY;
    if ((channel->modes & CHANNEL_ACCOUNTS) && !*world->users[actor->user].account)
        return CHAT_ACCOUNTS_ONLY;
    if (channel->limit && channel->member_count >= channel->limit)
        return CHAT_CHANNEL_FULL;
    return CHAT_DONE;
}

/* Whether there is room for one more membership, and for one more channel if it is a new one. In the lobby there always
 * is. */
static enum chat_result check_shares_locked(const struct chat *chat, const struct actor *actor, uint32_t channel)
{
    enum share_answer answer = SHARE_FITS;
    if (channel == NONE)
        answer = share_ask_locked(chat->world, SHARE_CHANNELS, actor->user);
    if (answer == SHARE_FITS && channel != LOBBY)
        answer = share_ask_locked(chat->world, SHARE_MEMBERS, actor->user);
    return answer == SHARE_FITS ? CHAT_DONE : answer == SHARE_NONE ? CHAT_CHANNELS_FULL : CHAT_CHANNELS_SPENT;
}

/* Newcomers to a channel may be away already. IRCv3 away-notify. */
static void tell_away_locked(const struct chat *chat, const struct actor *actor, uint32_t channel)
{
    const char *away = chat->world->users[actor->user].away;
    if (!*away)
        return;
    struct event event = actor_event_locked(chat, actor, EVENT_AWAY);
    event.strings.away.text = away;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(chat->world, &event);
}

/* Publishes that the actor joined, with those member flags, and makes it the channel they talk in. how: event flags. */
static void publish_join_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, uint32_t flags,
                                uint32_t how)
{
    struct world *world = chat->world;
    struct event event = actor_event_locked(chat, actor, EVENT_JOIN);
    event.strings.join.channel_name = world->channels[channel].name;
    event.strings.join.realname = world->users[actor->user].realname;
    event.numbers.join.channel = channel;
    event.numbers.join.member_flags = flags;
    event.numbers.join.current_before = actor_current_locked(world, actor);
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    event.flags |= how;
    chat_publish_locked(chat, &event);
    CRASHPOINT("join-published");
    if (actor->connection != NONE)
        connection_set_current_locked(world, actor->connection, channel);
    tell_away_locked(chat, actor, channel);
}

void chat_enter_lobby_locked(const struct chat *chat, const struct actor *actor)
{
    if (member_add_locked(chat->world, actor->user, LOBBY, 0) != NONE)
        publish_join_locked(chat, actor, LOBBY, 0, EVENT_ARRIVING);
}

enum chat_result chat_join_locked(const struct chat *chat, const struct actor *actor, const char *name, const char *key)
{
    struct world *world = chat->world;
    uint32_t channel = channel_find_locked(world, name), flags = 0;
    if (channel != NONE && actor_is_member_locked(chat->world, actor, channel))
        return CHAT_ALREADY_MEMBER;
    if (world->users[actor->user].membership_count >= chat->settings->channel_limit)
        return CHAT_CHANNELS_JOINED;
    enum chat_result refusal = check_shares_locked(chat, actor, channel);
    if (refusal != CHAT_DONE)
        return refusal;
    if (channel == NONE && channel_find_alike_locked(world, name, NONE) != NONE)
        return CHAT_NAME_ALIKE;
    const struct chat_kept *kept = chat->kept;
    bool is_new = channel == NONE;
    flags = kept ? kept->flags : 0;
    if (is_new) {
        channel = channel_create_locked(world, name, actor->user);
        channel_set_modes_locked(world, channel, chat->settings->channel_modes);
        if (kept)
            chat_kept_restore_locked(world, channel, kept);
        else
            flags = MEMBER_OPERATOR;
    }
    if (!(flags & MEMBER_OPERATOR) && (refusal = check_join_locked(chat, actor, channel, key)) != CHAT_DONE) {
        if (is_new) /* whose rules are kept, and keep this one out: with its only member it goes again */
            member_remove_locked(world, member_add_locked(world, actor->user, channel, 0));
        return refusal;
    }
    uint32_t invitation = invitation_find_locked(world, channel, actor->user);
    if (invitation != NONE)
        mask_remove_locked(world, invitation);
    member_add_locked(world, actor->user, channel, flags);
    publish_join_locked(chat, actor, channel, flags, 0);
    return CHAT_DONE;
}

enum chat_result chat_talk_in_locked(const struct chat *chat, const struct actor *actor, uint32_t channel)
{
    struct world *world = chat->world;
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (!actor_is_member_locked(world, actor, channel))
        return CHAT_NOT_MEMBER;
    if (actor->connection == NONE)
        return CHAT_SO_ALREADY; /* they talk nowhere in particular */
    struct event event = actor_event_locked(chat, actor, EVENT_CURRENT);
    event.strings.current.channel_name = world->channels[channel].name;
    event.numbers.current.before = actor_current_locked(world, actor);
    event.numbers.current.after = channel;
    event.audience = AUDIENCE_CONNECTION;
    event.target = actor->connection;
    event_publish_locked(world, &event);
    connection_set_current_locked(world, actor->connection, channel);
    return CHAT_DONE;
}

/* ---- out ---- */

/* Tells the couriers of the user's connections that talk in a channel which they leave what they talk in then. */
static void leave_current_locked(struct world *world, uint32_t user, uint32_t channel)
{
    bool in_lobby = channel != LOBBY && member_find_locked(world, user, LOBBY) != NONE;
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, user, list);
    for (uint32_t i = 0; i < count; i++) {
        if (world->connections[list[i]].current != channel)
            continue;
        struct event event = event_of_locked(world, EVENT_CURRENT, user);
        event.connection = list[i];
        event.audience = AUDIENCE_NOBODY;
        event.numbers.current.before = channel;
        event.numbers.current.after = in_lobby ? LOBBY : NONE;
        event_publish_locked(world, &event);
    }
}

/* Fills in what PART and KICK have in common, publishes, and removes the membership. */
static void remove_locked(const struct chat *chat, struct event *event, uint32_t user, uint32_t channel)
{
    struct world *world = chat->world;
    uint32_t member = member_find_locked(world, user, channel);
    event->strings.part.channel_name = world->channels[channel].name;
    event->numbers.part.channel = channel;
    event->numbers.part.member_flags = world->members[member].flags;
    event->audience = AUDIENCE_CHANNEL;
    event->target = channel;
    chat_publish_locked(chat, event);
    leave_current_locked(world, user, channel);
    member_remove_locked(world, member);
}

enum chat_result chat_part_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                  const char *text)
{
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (!actor_is_member_locked(chat->world, actor, channel))
        return CHAT_NOT_MEMBER;
    struct event event = actor_event_locked(chat, actor, EVENT_PART);
    /* It is no way to say something nevertheless. */
    event.strings.part.text = mute_check_locked(chat->world, actor->user, channel) == CHAT_DONE ? text : "";
    remove_locked(chat, &event, actor->user, channel);
    return CHAT_DONE;
}

enum chat_result chat_kick_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, uint32_t victim,
                                  const char *text)
{
    const struct world *world = chat->world;
    char comment[CHAT_KICK_SIZE];
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (!(actor->rights & ACTOR_OPERATES) && !actor_is_member_locked(chat->world, actor, channel))
        return CHAT_NOT_MEMBER;
    if (!actor_may_moderate_locked(chat->world, actor, channel))
        return CHAT_NOT_MODERATOR;
    if (victim == NONE)
        return CHAT_NO_SUCH_USER;
    if (member_find_locked(world, victim, channel) == NONE)
        return CHAT_NOT_THERE;
    text_copy(comment, sizeof comment, text);
    struct event event = actor_event_locked(chat, actor, EVENT_KICK);
    event.strings.kick.nick = world->users[victim].nick;
    event.strings.kick.shown = user_shown(&world->users[victim]);
    event.strings.kick.text = comment;
    event.target_user = victim;
    remove_locked(chat, &event, victim, channel);
    return CHAT_DONE;
}

/* ---- the topic ---- */

enum chat_result chat_topic_locked(const struct chat *chat, const struct actor *actor, uint32_t index,
                                   const char *topic)
{
    struct world *world = chat->world;
    if (index == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (actor->user != NONE && !actor_is_member_locked(chat->world, actor, index))
        return CHAT_NOT_MEMBER;
    const struct channel_shm *channel = &world->channels[index];
    if ((channel->modes & CHANNEL_TOPIC_LOCK) && !actor_may_moderate_locked(chat->world, actor, index))
        return CHAT_NOT_MODERATOR;
    if (mute_check_locked(world, actor->user, index) != CHAT_DONE)
        return CHAT_SILENCED;
    channel_set_topic_locked(world, index, topic, actor->nick);
    struct event event = actor_event_locked(chat, actor, EVENT_TOPIC);
    event.strings.topic.channel_name = channel->name;
    event.strings.topic.topic = channel->topic;
    event.audience = AUDIENCE_CHANNEL;
    event.target = index;
    chat_publish_locked(chat, &event);
    return CHAT_DONE;
}
