/* Silence: an operator of the server asks it of one person, of a channel, or of everybody. Run by workers and control
 * processes. The tables keep it; it holds on every door, because all of them ask here before anything is said. */
#include <stdio.h>
#include <strings.h>

#include "base/log.h"
#include "families.h"

const char *mute_why_locked(const struct world *world, uint32_t index, uint32_t channel)
{
    if (index == NONE || (world->users[index].flags & USER_OPERATOR))
        return NULL;
    if (world->users[index].flags & USER_MUTED)
        return "an operator muted you";
    if (world_is_silent_locked(world))
        return "an operator asked for silence";
    if (channel == NONE || !(world->channels[channel].modes & CHANNEL_SILENCED))
        return NULL;
    uint32_t member = member_find_locked(world, index, channel);
    bool moderates = member != NONE && (world->members[member].flags & MEMBER_OPERATOR);
    return moderates ? NULL : "an operator asked for silence here";
}

const char *mute_why_private_locked(const struct world *world, uint32_t user, uint32_t target)
{
    return world->users[target].flags & USER_OPERATOR ? NULL : mute_why_locked(world, user, NONE);
}

/* What is to be silent or no longer, and what everybody concerned is told. */
struct change {
    bool on;
    bool found;
    bool made; /* it was not so already */
    char name[ADDRESS_SIZE];
    struct event event;
};

static void change_all_locked(struct world *world, struct change *change)
{
    change->found = true;
    change->made = world_is_silent_locked(world) != change->on;
    text_copy(change->name, sizeof change->name, "everybody");
    world_set_silence_locked(world, change->on);
    change->event.audience = AUDIENCE_ALL;
    change->event.strings.wall.text = change->on ? "an operator asks for silence: nobody but operators may speak"
                                          : "everybody may speak again";
}

static void change_channel_locked(struct world *world, struct change *change, const char *name, char words[300])
{
    uint32_t channel = channel_find_locked(world, name);
    if (channel == NONE)
        return;
    uint32_t before = world->channels[channel].modes, after = before & ~(uint32_t)CHANNEL_SILENCED;
    after |= change->on ? CHANNEL_SILENCED : 0;
    change->found = true;
    change->made = before != after;
    text_copy(change->name, sizeof change->name, world->channels[channel].name);
    channel_set_modes_locked(world, channel, after);
    change->event.audience = AUDIENCE_CHANNEL;
    change->event.target = channel;
    snprintf(words, 300, change->on ? "an operator asks for silence in %s: only moderators may speak"
                                    : "everybody may speak in %s again", change->name);
    change->event.strings.wall.text = words;
}

static void change_user_locked(struct world *world, struct change *change, const char *nick)
{
    uint32_t index = user_find_locked(world, nick);
    if (index == NONE || world->users[index].state != USER_PRESENT)
        return;
    uint32_t before = world->users[index].flags, after = before & ~(uint32_t)USER_MUTED;
    after |= change->on ? USER_MUTED : 0;
    change->found = true;
    change->made = before != after;
    text_copy(change->name, sizeof change->name, user_shown(&world->users[index]));
    user_set_flags_locked(world, index, after);
    change->event.audience = AUDIENCE_USER;
    change->event.target = index;
    change->event.strings.wall.text = change->on ? "an operator muted you: only operators hear you" : "you may speak again";
}

static void mute(struct session *session, const char *whom, bool on)
{
    struct change change = {.on = on};
    char words[300], by[ADDRESS_SIZE];
    if (!session_begin(session, 2 * EVENT_NEED_MAX) || !operator_may_locked(session))
        return;
    struct world *world = session->world;
    text_copy(by, sizeof by, user_shown(session_user_locked(session)));
    change.event = event_of_server(EVENT_WALL);
    change.event.host = session->settings->server_name;
    if (strcasecmp(whom, "all") == 0)
        change_all_locked(world, &change);
    else if (*whom == '#')
        change_channel_locked(world, &change, whom, words);
    else
        change_user_locked(world, &change, whom);
    if (change.made) {
        event_publish_locked(world, &change.event);
        operator_tell_locked(session, "%s %s %s", by, on ? "muted" : "unmuted", change.name);
    }
    session_commit(session);
    if (!change.found) {
        session_reply(session, *whom == '#' ? REPLY_NO_SUCH_CHANNEL : REPLY_NO_SUCH_NICK, whom, NULL);
        return;
    }
    if (change.made)
        log_info("\"%s\" %s by \"%s\"", change.name, on ? "muted" : "unmuted", by);
    snprintf(words, sizeof words, "%s %s", change.name, on ? "may not speak" : "may speak");
    session_reply(session, REPLY_DONE, words, NULL);
}

void mute_mute(struct session *session, struct request *request)
{
    mute(session, request->arguments[0], true);
}

void mute_unmute(struct session *session, struct request *request)
{
    mute(session, request->arguments[0], false);
}
