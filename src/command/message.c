/* Saying things: to a channel, to one person. Run by workers; changes no tables. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "families.h"

/* Publishes a message of this session's user to the channel. Transaction running. */
static void publish_to_channel_locked(struct session *session, uint32_t channel, const char *text)
{
    user_touch_locked(session->world, session->user);
    struct event event = event_of_locked(session->world, EVENT_MESSAGE, session->user);
    event.numbers[0] = MESSAGE_PRIVMSG;
    event.strings[0] = session->world->channels[channel].name;
    event.strings[1] = text;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    /* On the talk door people see their own line, as a sign that it was said. */
    if (session->door != DOOR_TALK)
        event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(session->world, &event);
}

void command_say(struct session *session, const char *text)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    char name[CHANNEL_SIZE] = "";
    const char *why = NULL;
    uint32_t current = session_user_locked(session)->current;
    if (current != NONE) {
        text_copy(name, sizeof name, session->world->channels[current].name);
        why = channel_why_silent_locked(session, current);
    }
    if (current != NONE && !why)
        publish_to_channel_locked(session, current, text);
    session_commit(session);
    if (current == NONE)
        session_reply(session, REPLY_NO_CURRENT, NULL);
    else if (why)
        session_reply(session, REPLY_CANNOT_SEND, name, why, NULL);
}

static void say_in(struct session *session, const char *name, const char *text)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    uint32_t channel = channel_find_locked(session->world, name);
    bool member =
        channel != NONE && member_find_locked(session->world, session->user, channel) != NONE;
    const char *why = member ? channel_why_silent_locked(session, channel) : NULL;
    if (member && !why)
        publish_to_channel_locked(session, channel, text);
    session_commit(session);
    if (channel == NONE)
        session_reply(session, REPLY_NO_SUCH_CHANNEL, name, NULL);
    else if (!member)
        session_reply(session, REPLY_NOT_ON_CHANNEL, name, NULL);
    else if (why)
        session_reply(session, REPLY_CANNOT_SEND, name, why, NULL);
}

static void say_privately(struct session *session, const char *nick, const char *text)
{
    struct world *world = session->world;
    char name[ADDRESS_SIZE], away[AWAY_SIZE] = "";
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    uint32_t user = user_find_locked(world, nick);
    bool present = user != NONE && world->users[user].state == USER_PRESENT;
    const char *why = present ? mute_why_private_locked(world, session->user, user) : NULL;
    if (present)
        text_copy(name, sizeof name, user_shown(&world->users[user]));
    if (present && !why) {
        text_copy(away, sizeof away, world->users[user].away);
        user_touch_locked(world, session->user);
        struct event event = event_of_locked(world, EVENT_MESSAGE, session->user);
        event.numbers[0] = MESSAGE_PRIVMSG;
        event.strings[0] = world->users[user].nick;
        event.strings[1] = text;
        event.audience = AUDIENCE_USER;
        event.target = user;
        event_publish_locked(world, &event);
    }
    session_commit(session);
    if (!present)
        session_reply(session, REPLY_NO_SUCH_NICK, nick, NULL);
    else if (why)
        session_reply(session, REPLY_CANNOT_WRITE, name, why, NULL);
    else if (*away)
        session_reply(session, REPLY_IS_AWAY, name, away, NULL);
}

void command_say_to(struct session *session, const char *name, const char *text)
{
    if (!*text)
        session_reply(session, REPLY_NOTHING_TO_SAY, "@<nick> <text>", NULL);
    else if (strcasecmp(name, "all") == 0 || strcasecmp(name, "tous") == 0)
        command_say(session, text);
    else
        say_privately(session, name, text);
}

void message_say(struct session *session, struct request *request)
{
    char *text = request->arguments[0];
    if (*text != '#') {
        command_say(session, text);
        return;
    }
    const char *channel = text_next_word(&text);
    if (*text)
        say_in(session, channel, text);
    else
        session_reply(session, REPLY_NOTHING_TO_SAY, "MSG <#channel> <text>", NULL);
}

static bool is_here(struct session *session, const char *name)
{
    struct world *world = session->world;
    shared_begin_look(world->shared);
    uint32_t user = user_find_locked(world, name);
    bool here = user != NONE && world->users[user].state == USER_PRESENT;
    shared_commit(world->shared);
    return here;
}

/* Like MSG at the plain door; but who begins with a nick, as on IRC, means that one alone. */
void message_say_or_tell(struct session *session, struct request *request)
{
    char *text = request->arguments[0], name[ADDRESS_SIZE];
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : 0), text);
    if (*rest && is_here(session, name))
        command_say_to(session, name, rest);
    else
        message_say(session, request);
}

/* CTCP ACTION, as IRC clients write it; doors for people show it as "* nick text". */
void message_me(struct session *session, struct request *request)
{
    char line[4096];
    struct text text;
    text_init(&text, line, sizeof line);
    text_addf(&text, "\001ACTION %s\001", request->arguments[0]);
    command_say(session, line);
}
