/* Saying things: to a channel, to one person. Run by workers; changes no tables. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/unicode.h"
#include "families.h"

/* Publishes a message of this session's user to the channel. Transaction running. */
static void publish_to_channel_locked(struct session *session, uint32_t channel, const char *text)
{
    user_touch_locked(session->world, session->user);
    struct event event = event_of_locked(session->world, EVENT_MESSAGE, session->user);
    event.numbers.message.kind = MESSAGE_PRIVMSG;
    event.strings.message.target = session->world->channels[channel].name;
    event.strings.message.text = text;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    /* On the talk door people see their own line, as a sign that it was said. */
    if (session->door != DOOR_TALK)
        event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(session->world, &event);
    irc_index_message_locked(session, &event, session->world->channels[channel].generation);
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
        why = channel_why_silent_locked(session, current, text, false);
    }
    if (current != NONE && !why)
        publish_to_channel_locked(session, current, text);
    session_commit(session);
    if (current == NONE)
        session_reply(session, REPLY_NO_CURRENT, NULL);
    else if (why)
        session_reply(session, REPLY_CANNOT_SEND, name, why, NULL);
}

void command_say_in(struct session *session, const char *name, const char *text)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    uint32_t channel = channel_find_locked(session->world, name);
    bool member =
        channel != NONE && member_find_locked(session->world, session->user, channel) != NONE;
    const char *why = member ? channel_why_silent_locked(session, channel, text, false) : NULL;
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
        event.numbers.message.kind = MESSAGE_PRIVMSG;
        event.strings.message.target = world->users[user].nick;
        event.strings.message.text = text;
        event.audience = AUDIENCE_USER;
        event.target = user;
        event_publish_locked(world, &event);
        irc_index_message_locked(session, &event, world->users[user].generation);
    }
    session_commit(session);
    if (!present)
        session_reply(session, REPLY_NO_SUCH_NICK, nick, NULL);
    else if (why)
        session_reply(session, REPLY_CANNOT_WRITE, name, why, NULL);
    else if (session->door == DOOR_TALK)
        session_reply(session, REPLY_TOLD, name, text, NULL); /* as people there see all they say */
    if (*away)
        session_reply(session, REPLY_IS_AWAY, name, away, NULL);
}

static void say_to(struct session *session, const char *name, const char *text)
{
    if (strcasecmp(name, "all") == 0 || strcasecmp(name, "tous") == 0)
        command_say(session, text);
    else
        say_privately(session, name, text);
}

void command_address(struct session *session, char *line)
{
    const char *name = text_take_word(&line);
    if (!name || text_is_blank(line))
        session_reply(session, REPLY_NOTHING_TO_SAY, "@<nick> <text>", NULL);
    else
        say_to(session, name, line);
}

/* Whether `word` names a channel that the session's user is in, but for its #, which is put before it into `name`. */
static bool names_joined_channel(struct session *session, const char *word, size_t length, char name[CHANNEL_SIZE])
{
    if (snprintf(name, CHANNEL_SIZE, "#%.*s", (int)length, word) >= CHANNEL_SIZE)
        return false;
    if (!session_begin(session, 0))
        return false;
    uint32_t channel = channel_find_locked(session->world, name);
    bool joined = channel != NONE && member_find_locked(session->world, session->user, channel) != NONE;
    session_commit(session);
    return joined;
}

/* Ends the word of that length, and returns what is behind the blank after it. */
static char *cut(char *word, size_t length)
{
    word[length] = '\0';
    return word + length + 1;
}

/* The plain door. The text is for everybody here, so whatever it begins with, nothing private becomes public; what begins
 * as a private line does is one all the same. */
void message_say(struct session *session, struct request *request)
{
    char *text = request->arguments[0], *start = text + unicode_unseen_length(text), name[CHANNEL_SIZE];
    const size_t length = strcspn(start, " \t");
    bool more = !text_is_blank(start + length);
    if (*start == '@')
        command_address(session, start + 1);
    else if (*start == '#' && !more)
        session_reply(session, REPLY_NOTHING_TO_SAY, "MSG <#channel> <text>", NULL);
    else if (*start == '#')
        command_say_in(session, start, cut(start, length));
    else if (start == text && more && names_joined_channel(session, text, length, name))
        command_say_in(session, name, cut(text, length));
    else
        command_say(session, text);
}

void message_say_literally(struct session *session, struct request *request)
{
    command_say(session, request->arguments[0]);
}

/* The talk door, where what one types is said without a command: the first word always is the one it is for. Whoever left
 * a moment ago is nobody, and what was meant for them is said to nobody. */
void message_tell(struct session *session, struct request *request)
{
    char *text = request->arguments[0];
    const char *name = text_take_word(&text);
    if (text_is_blank(text))
        session_reply(session, REPLY_NOTHING_TO_SAY, "/MSG <nick>|<#channel> <text>", NULL);
    else if (*name == '#')
        command_say_in(session, name, text);
    else
        say_to(session, *name == '@' ? name + 1 : name, text);
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
