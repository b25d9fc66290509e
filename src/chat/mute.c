/* Silence: an operator of the server asks it of one person, of a channel, or of everybody. Run by workers and control
 * processes. The tables keep it; it holds for everybody, because every rule of saying something asks here. */
#include "mute.h"

#include <stdio.h>

#include "notice.h"

enum chat_result mute_check_locked(const struct world *world, uint32_t index, uint32_t channel)
{
    if (index == NONE || (world->users[index].flags & USER_OPERATOR))
        return CHAT_DONE;
    if (world->users[index].flags & USER_MUTED)
        return CHAT_MUTED;
    if (world_is_silent_locked(world))
        return CHAT_ALL_MUTED;
    if (channel == NONE || !(world->channels[channel].modes & CHANNEL_SILENCED))
        return CHAT_DONE;
    uint32_t member = member_find_locked(world, index, channel);
    bool moderates = member != NONE && (world->members[member].flags & MEMBER_OPERATOR);
    return moderates ? CHAT_DONE : CHAT_HERE_MUTED;
}

enum chat_result mute_check_private_locked(const struct world *world, uint32_t user, uint32_t target)
{
    return world->users[target].flags & USER_OPERATOR ? CHAT_DONE : mute_check_locked(world, user, NONE);
}

/* ---- asking for it ---- */

static bool change_all_locked(const struct chat *chat, struct event *event, bool on)
{
    bool changed = world_is_silent_locked(chat->world) != on;
    world_set_silence_locked(chat->world, on);
    event->strings.wall.text =
        on ? "an operator asks for silence: nobody but operators may speak" : "everybody may speak again";
    return changed;
}

static bool change_channel_locked(const struct chat *chat, struct event *event, bool on, char words[300])
{
    const struct channel_shm *channel = &chat->world->channels[event->target];
    uint32_t before = channel->modes, after = before & ~(uint32_t)CHANNEL_SILENCED;
    after |= on ? CHANNEL_SILENCED : 0;
    channel_set_modes_locked(chat->world, event->target, after);
    snprintf(words, 300,
             on ? "an operator asks for silence in %s: only moderators may speak" : "everybody may speak in %s again",
             channel->name);
    event->strings.wall.text = words;
    return before != after;
}

static bool change_user_locked(const struct chat *chat, struct event *event, bool on)
{
    uint32_t before = chat->world->users[event->target].flags, after = before & ~(uint32_t)USER_MUTED;
    after |= on ? USER_MUTED : 0;
    user_set_flags_locked(chat->world, event->target, after);
    event->strings.wall.text = on ? "an operator muted you: only operators hear you" : "you may speak again";
    return before != after;
}

enum chat_result chat_mute_locked(const struct chat *chat, const struct actor *actor, enum event_audience audience,
                                  uint32_t target, bool on)
{
    const struct world *world = chat->world;
    const char *name = "everybody";
    char words[300];
    bool changed;
    struct event event = event_of_server(EVENT_WALL);
    event.host = chat->settings->server_name;
    event.audience = audience;
    event.target = target;
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (audience == AUDIENCE_CHANNEL) {
        if (target == NONE)
            return CHAT_NO_SUCH_CHANNEL;
        name = world->channels[target].name;
        changed = change_channel_locked(chat, &event, on, words);
    } else if (audience == AUDIENCE_USER) {
        if (target == NONE || world->users[target].state != USER_PRESENT)
            return CHAT_NO_SUCH_USER;
        name = user_shown(&world->users[target]);
        changed = change_user_locked(chat, &event, on);
    } else {
        changed = change_all_locked(chat, &event, on);
    }
    if (!changed)
        return CHAT_SO_ALREADY;
    event_publish_locked(chat->world, &event);
    chat_tell_operators_locked(chat, actor, "%s %s %s", actor->shown, on ? "muted" : "unmuted", name);
    return CHAT_DONE;
}
