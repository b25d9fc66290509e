/* IRC: PRIVMSG, NOTICE, TAGMSG. RFC 2812 section 3.3, IRCv3 message-tags and echo-message. Run by workers. */
#include "irc_message.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "base/mask.h"
#include "chat/say.h"
#include "rows.h"
#include "services.h"

/* NOTICE must never be answered, not even with an error: RFC 2812 section 3.3.2. */
static void complain(struct session *session, const struct chat_message *message, enum reply_code code,
                     const char *target)
{
    if (message->kind != MESSAGE_NOTICE)
        session_reply(session, code, target, NULL);
}

/* @#channel is for its operators, +#channel for those with a voice as well: the sign with the lowest status counts. */
static const char *take_signs(const char *target, uint32_t *flags)
{
    *flags = 0;
    while (*target == '@' || *target == '+') {
        *flags |= *target == '@' ? MEMBER_OPERATOR : MEMBER_OPERATOR | MEMBER_VOICE;
        target++;
    }
    return target;
}

static void send_to_channel(struct session *session, const struct chat_message *message, const char *target)
{
    uint32_t flags;
    const char *name = take_signs(target, &flags);
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(session->world, name);
    enum chat_result result = chat_say_locked(&chat, &actor, channel, flags, message);
    session_commit(session);
    if (message->kind != MESSAGE_NOTICE)
        answer_result(session, result, name, NULL);
}

/* The user whom the target names: by nick, or by nick!user@host, of which all must be right. RFC 2812 section 3.3.1. */
static uint32_t find_target_locked(const struct world *world, const char *target)
{
    char nick[NICK_SIZE];
    struct text text;
    size_t length = strcspn(target, "!");
    text_init(&text, nick, sizeof nick);
    text_add_bytes(&text, target, length);
    uint32_t user = text.cut ? NONE : user_find_locked(world, nick);
    if (user == NONE || world->users[user].state != USER_PRESENT)
        return NONE;
    const struct user_shm *found = &world->users[user];
    return target[length] && !mask_match_person(target, nick, found->username, found->host) ? NONE : user;
}

static void send_to_user(struct session *session, const struct chat_message *message, const char *target)
{
    const struct world *world = session->world;
    char away[AWAY_SIZE] = "", name[NICK_SIZE] = "";
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t user = find_target_locked(world, target);
    if (user != NONE) {
        text_copy(name, sizeof name, world->users[user].nick);
        text_copy(away, sizeof away, user_shown_away(&world->users[user]));
    }
    enum chat_result result = chat_say_to_user_locked(&chat, &actor, user, message);
    session_commit(session);
    if (result == CHAT_NO_SUCH_USER)
        complain(session, message, REPLY_NO_SUCH_TARGET, target);
    else if (result != CHAT_DONE && message->kind != MESSAGE_NOTICE)
        answer_result(session, result, NULL, name);
    else if (result == CHAT_DONE && *away && message->kind == MESSAGE_PRIVMSG)
        session_reply(session, REPLY_IS_AWAY, name, away, NULL);
}

static void send_to_servers(struct session *session, const struct chat_message *message, const char *target)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_say_to_servers_locked(&chat, &actor, target, message);
    session_commit(session);
    if (message->kind != MESSAGE_NOTICE)
        answer_result(session, result, NULL, target + 1);
}

/* A notice is never answered, and so never asks for anything. */
static void tell_service(struct session *session, const struct chat_message *message, const char *target)
{
    char text[512]; /* as much as a line has */
    if (message->kind != MESSAGE_PRIVMSG || message->lines)
        return;
    text_copy(text, sizeof text, message->text);
    services_take(session, target, text);
}

static void send_to_each(struct session *session, const struct chat_message *message, char *targets)
{
    char *target;
    while ((target = text_next_item(&targets, ','))) {
        if (!*target)
            continue;
        if (target[strspn(target, "@+")] == '#')
            send_to_channel(session, message, target);
        else if (*target == '$')
            send_to_servers(session, message, target);
        else if (services_is(session, target))
            tell_service(session, message, target);
        else
            send_to_user(session, message, target);
    }
}

static void send_to_all(struct session *session, struct request *request, struct chat_message *message)
{
    if (request->count == 0 || !text_has_item(request->arguments[0], ',')) {
        complain(session, message, REPLY_NO_RECIPIENT, request->verb);
        return;
    }
    if (message->kind != MESSAGE_TAGMSG && (request->count < 2 || !*request->arguments[1])) {
        complain(session, message, REPLY_NO_TEXT, NULL);
        return;
    }
    message->text = request->count > 1 ? request->arguments[1] : "";
    message->tags = request->tags;
    send_to_each(session, message, request->arguments[0]);
}

void irc_message_send_lines(struct session *session, char *target, const char *lines, const char *tags)
{
    struct chat_message message = {.kind = MESSAGE_PRIVMSG, .text = lines, .tags = tags, .lines = true};
    send_to_each(session, &message, target);
}

void irc_message_privmsg(struct session *session, struct request *request)
{
    struct chat_message message = {.kind = MESSAGE_PRIVMSG};
    send_to_all(session, request, &message);
}

void irc_message_notice(struct session *session, struct request *request)
{
    struct chat_message message = {.kind = MESSAGE_NOTICE};
    send_to_all(session, request, &message);
}

void irc_message_tagmsg(struct session *session, struct request *request)
{
    struct chat_message message = {.kind = MESSAGE_TAGMSG};
    if (session->caps & CAP_BIT(MESSAGE_TAGS))
        send_to_all(session, request, &message);
    else
        session_reply(session, REPLY_UNKNOWN_COMMAND, "TAGMSG", NULL);
}
