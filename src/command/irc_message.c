/* IRC: PRIVMSG, NOTICE, TAGMSG. RFC 2812 section 3.3, IRCv3 message-tags and echo-message. Run by workers. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mask.h"
#include "families.h"
#include "world/message_index.h"

/* What is to be sent, to one target after the other. */
struct parcel {
    enum event_message kind;
    const char *text;
    const char *tags;
    bool lines; /* the text is several lines */
};

/* NOTICE must never be answered, not even with an error: RFC 2812 section 3.3.2. */
static void complain(struct session *session, const struct parcel *parcel, enum reply_code code,
                     const char *target, const char *why)
{
    if (parcel->kind != MESSAGE_NOTICE)
        session_reply(session, code, target, why, NULL);
}

static struct event message_locked(struct session *session, const struct parcel *parcel,
                                   const char *target)
{
    user_touch_locked(session->world, session->user);
    enum event_type type = parcel->lines ? EVENT_MULTILINE : EVENT_MESSAGE;
    struct event event = event_of_locked(session->world, type, session->user);
    event.numbers.message.kind = parcel->kind;
    event.strings.message.target = target;
    event.strings.message.text = parcel->text;
    event.strings.message.tags = parcel->tags;
    return event;
}

void irc_index_message_locked(struct session *session, const struct event *event, uint32_t generation)
{
    struct message_index_shm entry = {.id = event->id,
                              .time = event->time,
                              .author = session->user,
                              .author_generation = session->generation,
                              .is_channel = event->audience == AUDIENCE_CHANNEL,
                              .target = event->target,
                              .target_generation = generation};
    message_index_add_locked(session->world, &entry);
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

static void send_to_channel(struct session *session, const struct parcel *parcel, const char *whole)
{
    uint32_t flags;
    const char *name = take_signs(whole, &flags);
    struct world *world = session->world;
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    const char *why = NULL;
    char target[CHANNEL_SIZE + 1] = "";
    uint32_t channel = channel_find_locked(world, name);
    if (channel != NONE)
        why = channel_why_silent_locked(session, channel, parcel->text, parcel->lines);
    if (channel != NONE && !why) {
        if (flags)
            target[0] = flags & MEMBER_VOICE ? '+' : '@';
        text_copy(target + (flags != 0), CHANNEL_SIZE, world->channels[channel].name);
        struct event event = message_locked(session, parcel, target);
        event.numbers.message.needed_flags = flags;
        event.audience = AUDIENCE_CHANNEL;
        event.target = channel;
        session_publish_both_locked(session, &event);
        irc_index_message_locked(session, &event, world->channels[channel].generation);
    }
    session_commit(session);
    if (channel == NONE)
        complain(session, parcel, REPLY_NO_SUCH_CHANNEL, name, NULL);
    else if (why)
        complain(session, parcel, REPLY_CANNOT_SEND, name, why);
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

static void send_to_user(struct session *session, const struct parcel *parcel, const char *target)
{
    struct world *world = session->world;
    char away[AWAY_SIZE] = "", name[NICK_SIZE];
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    uint32_t user = find_target_locked(world, target);
    bool present = user != NONE;
    const char *why = present ? mute_why_private_locked(world, session->user, user) : NULL;
    if (present)
        text_copy(name, sizeof name, world->users[user].nick);
    if (present && !why) {
        text_copy(away, sizeof away, world->users[user].away);
        struct event event = message_locked(session, parcel, name);
        event.audience = AUDIENCE_USER;
        event.target = user;
        session_publish_both_locked(session, &event);
        event.target = user;
        irc_index_message_locked(session, &event, world->users[user].generation);
    }
    session_commit(session);
    if (!present)
        complain(session, parcel, REPLY_NO_SUCH_TARGET, target, NULL);
    else if (why)
        complain(session, parcel, REPLY_CANNOT_WRITE, name, why);
    else if (*away && parcel->kind == MESSAGE_PRIVMSG)
        session_reply(session, REPLY_IS_AWAY, name, away, NULL);
}

/* $mask: to everybody on the servers whose names fit the mask, from operators only. RFC 2812 section 3.3.1. */
static void send_to_servers(struct session *session, const struct parcel *parcel, const char *target)
{
    const char *mask = target + 1, *top = strrchr(mask, '.');
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    enum reply_code answer = REPLY_OK;
    if (!(session_user_locked(session)->flags & USER_OPERATOR))
        answer = REPLY_NOT_OPERATOR;
    else if (!top)
        answer = REPLY_NO_TOPLEVEL;
    else if (mask_is_wild(top))
        answer = REPLY_WILD_TOPLEVEL;
    else if (!mask_match(mask, session->settings->server_name))
        answer = REPLY_NO_SUCH_SERVER;
    if (answer == REPLY_OK) {
        struct event event = message_locked(session, parcel, target);
        event.audience = AUDIENCE_ALL;
        session_publish_both_locked(session, &event);
    }
    session_commit(session);
    if (answer != REPLY_OK)
        complain(session, parcel, answer, mask, NULL);
}

static void send_to_each(struct session *session, const struct parcel *parcel, char *targets)
{
    char *target;
    while ((target = text_next_item(&targets, ','))) {
        if (!*target)
            continue;
        if (target[strspn(target, "@+")] == '#')
            send_to_channel(session, parcel, target);
        else if (*target == '$')
            send_to_servers(session, parcel, target);
        else
            send_to_user(session, parcel, target);
    }
}

static void send_to_all(struct session *session, struct request *request, struct parcel *parcel)
{
    if (request->count == 0 || !text_has_item(request->arguments[0], ',')) {
        complain(session, parcel, REPLY_NO_RECIPIENT, request->verb, NULL);
        return;
    }
    if (parcel->kind != MESSAGE_TAGMSG && (request->count < 2 || !*request->arguments[1])) {
        complain(session, parcel, REPLY_NO_TEXT, NULL, NULL);
        return;
    }
    parcel->text = request->count > 1 ? request->arguments[1] : "";
    parcel->tags = request->tags;
    send_to_each(session, parcel, request->arguments[0]);
}

void irc_send_lines(struct session *session, char *target, const char *lines, const char *tags)
{
    struct parcel parcel = {.kind = MESSAGE_PRIVMSG, .text = lines, .tags = tags, .lines = true};
    send_to_each(session, &parcel, target);
}

void irc_privmsg(struct session *session, struct request *request)
{
    struct parcel parcel = {.kind = MESSAGE_PRIVMSG};
    send_to_all(session, request, &parcel);
}

void irc_notice(struct session *session, struct request *request)
{
    struct parcel parcel = {.kind = MESSAGE_NOTICE};
    send_to_all(session, request, &parcel);
}

void irc_tagmsg(struct session *session, struct request *request)
{
    struct parcel parcel = {.kind = MESSAGE_TAGMSG};
    if (session->caps & CAP_BIT(MESSAGE_TAGS))
        send_to_all(session, request, &parcel);
    else
        session_reply(session, REPLY_UNKNOWN_COMMAND, "TAGMSG", NULL);
}
