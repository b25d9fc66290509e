/* Saying things: to a channel, to one person. Run by workers; changes no tables. */
#include "message.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "base/unicode.h"
#include "chat/say.h"
#include "rows.h"
#include "services.h"

/* In the channel of that name, or (NULL) in the current one. */
static void say_in(struct session *session, const char *name, const char *text)
{
    const struct chat_message message = {.kind = MESSAGE_PRIVMSG, .text = text, .inside = true};
    char current[CHANNEL_SIZE] = "";
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = name ? channel_find_locked(session->world, name) : session_current_locked(session);
    if (!name && channel != NONE)
        text_copy(current, sizeof current, session->world->channels[channel].name);
    enum chat_result result = chat_say_locked(&chat, &actor, channel, 0, &message);
    session_commit(session);
    if (!name && channel == NONE)
        session_reply(session, REPLY_NO_CURRENT, NULL);
    else
        answer_result(session, result, name ? name : current, NULL);
}

void message_say_here(struct session *session, const char *text)
{
    say_in(session, NULL, text);
}

void message_say_in(struct session *session, const char *name, const char *text)
{
    say_in(session, name, text);
}

static void say_privately(struct session *session, const char *nick, const char *text)
{
    const struct chat_message message = {.kind = MESSAGE_PRIVMSG, .text = text};
    char name[ADDRESS_SIZE], away[AWAY_SIZE] = "";
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t user = user_find_locked(session->world, nick);
    text_copy(name, sizeof name, user != NONE ? user_shown(&session->world->users[user]) : nick);
    enum chat_result result = chat_say_to_user_locked(&chat, &actor, user, &message);
    if (result == CHAT_DONE)
        text_copy(away, sizeof away, user_shown_away(&session->world->users[user]));
    session_commit(session);
    answer_result(session, result, NULL, result == CHAT_NO_SUCH_USER ? nick : name);
    if (result == CHAT_DONE && session->speech->dialect == DIALECT_TALK)
        session_reply(session, REPLY_TOLD, name, text, NULL); /* as people there see all they say */
    if (*away)
        session_reply(session, REPLY_IS_AWAY, name, away, NULL);
}

static void tell_service(struct session *session, const char *name, const char *text)
{
    char copy[1100]; /* as much as a line has */
    text_copy(copy, sizeof copy, text);
    services_take(session, name, copy);
}

static void say_to(struct session *session, const char *name, const char *text)
{
    if (strcasecmp(name, "all") == 0 || strcasecmp(name, "tous") == 0)
        message_say_here(session, text);
    else if (services_is(session, name))
        tell_service(session, name, text);
    else
        say_privately(session, name, text);
}

void message_address(struct session *session, char *line)
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

/* The plain door. The text is for everybody here, so whatever it begins with, nothing private becomes public; what
 * begins as a private line does is one all the same. */
void message_say(struct session *session, struct request *request)
{
    char *text = request->arguments[0], *start = text + unicode_unseen_length(text), name[CHANNEL_SIZE];
    const size_t length = strcspn(start, " \t");
    bool more = !text_is_blank(start + length);
    if (*start == '@')
        message_address(session, start + 1);
    else if (*start == '#' && !more)
        session_reply(session, REPLY_NOTHING_TO_SAY, "MSG <#channel> <text>", NULL);
    else if (*start == '#')
        message_say_in(session, start, cut(start, length));
    else if (start == text && more && names_joined_channel(session, text, length, name))
        message_say_in(session, name, cut(text, length));
    else
        message_say_here(session, text);
}

void message_say_literally(struct session *session, struct request *request)
{
    message_say_here(session, request->arguments[0]);
}

/* The talk door, where what one types is said without a command: the first word always is the one it is for. A user who
 * left a moment ago is nobody, and what was meant for them is said to nobody. */
void message_tell(struct session *session, struct request *request)
{
    char *text = request->arguments[0];
    const char *name = text_take_word(&text);
    if (text_is_blank(text))
        session_reply(session, REPLY_NOTHING_TO_SAY, "/MSG <nick>|<#channel> <text>", NULL);
    else if (*name == '#')
        message_say_in(session, name, text);
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
    message_say_here(session, line);
}
