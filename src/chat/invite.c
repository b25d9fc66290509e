/* Invitations, and asking for one. RFC 2812 section 3.2.7, IRCv3 invite-notify. Run by workers; writes invitations. */
#include "invite.h"

#include "base/clock.h"
#include "lists.h"
#include "world/shares.h"

/* Seconds between two KNOCKs of one actor. */
#define KNOCK_INTERVAL 30

/* Tells the one who is invited, and those of the channel whose clients want to know. */
static void publish_locked(const struct chat *chat, const struct actor *actor, uint32_t channel, uint32_t guest)
{
    struct world *world = chat->world;
    struct event event = actor_event_locked(chat, actor, EVENT_INVITE);
    event.strings.invite.nick = world->users[guest].nick;
    event.strings.invite.channel_name = world->channels[channel].name;
    event.strings.invite.shown = user_shown(&world->users[guest]);
    event.audience = AUDIENCE_USER;
    event.target = guest;
    event_publish_locked(world, &event);
    event.id = 0;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(world, &event);
}

enum chat_result chat_invite_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                    uint32_t guest)
{
    struct world *world = chat->world;
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (!actor_is_member_locked(chat->world, actor, channel))
        return CHAT_NOT_MEMBER;
    if (guest == NONE || world->users[guest].state != USER_PRESENT)
        return CHAT_NO_SUCH_USER;
    if (member_find_locked(world, guest, channel) != NONE)
        return CHAT_ALREADY_THERE;
    bool moderates = actor_may_moderate_locked(chat->world, actor, channel);
    if ((world->channels[channel].modes & CHANNEL_INVITE_ONLY) && !moderates)
        return CHAT_NOT_MODERATOR;
    enum share_answer share = invitation_find_locked(world, channel, guest) == NONE
                                  ? share_ask_locked(world, SHARE_MASKS, actor->user)
                                  : SHARE_FITS;
    if (share == SHARE_SPENT)
        return CHAT_MASKS_SPENT;
    if (share == SHARE_NONE || !invitation_add_locked(world, channel, guest, actor->user, moderates))
        return CHAT_MASKS_FULL;
    publish_locked(chat, actor, channel, guest);
    return CHAT_DONE;
}

enum chat_result chat_knock_locked(const struct chat *chat, const struct actor *actor, uint32_t index, int64_t *last)
{
    if (index == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    const struct channel_shm *channel = &chat->world->channels[index];
    if (actor_is_member_locked(chat->world, actor, index))
        return CHAT_ALREADY_MEMBER;
    if (channel->modes & CHANNEL_SECRET)
        return CHAT_NO_SUCH_CHANNEL;
    if (!(channel->modes & CHANNEL_INVITE_ONLY))
        return CHAT_CHANNEL_OPEN;
    if ((channel->modes & CHANNEL_PRIVATE) || lists_ban_locked(chat->world, index, actor->user))
        return CHAT_NO_KNOCKING;
    int64_t now = clock_monotonic();
    if (*last && now - *last < KNOCK_INTERVAL * SECOND)
        return CHAT_TOO_SOON;
    *last = now;
    struct event event = actor_event_locked(chat, actor, EVENT_KNOCK);
    event.strings.knock.channel_name = channel->name;
    event.strings.knock.server = chat->settings->server_name;
    event.numbers.knock.channel = index;
    event.numbers.knock.needed_flags = MEMBER_OPERATOR;
    event.audience = AUDIENCE_CHANNEL;
    event.target = index;
    event_publish_locked(chat->world, &event);
    return CHAT_DONE;
}
