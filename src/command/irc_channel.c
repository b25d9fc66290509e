/* IRC: JOIN, PART, TOPIC, KICK. RFC 2812 section 3.2. Run by workers. */
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "families.h"

/* ---- TOPIC ---- */

/* `asked`: by TOPIC, so that nothing is not an answer. All in one transaction: no new topic is told before the old one. */
static void show_topic(struct session *session, const char *name, bool asked)
{
    char at[24];
    if (!session_begin(session, 0))
        return;
    uint32_t index = channel_find_locked(session->world, name);
    const struct channel_shm *channel = index != NONE ? &session->world->channels[index] : NULL;
    if (!channel) {
        session_reply(session, REPLY_NO_SUCH_CHANNEL, name, NULL);
    } else if (channel->member_count > 0 && !channel_is_shown_locked(session, index)) {
        session_reply(session, REPLY_NOT_ON_CHANNEL, channel->name, NULL);
    } else if (*channel->topic) {
        snprintf(at, sizeof at, "%lld", (long long)(channel->topic_at / 1000));
        session_reply(session, REPLY_TOPIC_IS, channel->name, channel->topic, NULL);
        session_reply(session, REPLY_TOPIC_BY, channel->name, channel->topic_by, at, NULL);
    } else if (asked) {
        session_reply(session, REPLY_NO_TOPIC, channel->name, NULL);
    }
    session_commit(session);
}

void irc_topic(struct session *session, struct request *request)
{
    const char *name = request->arguments[0];
    if (request->count < 2) {
        show_topic(session, name, true);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    enum reply_code answer = REPLY_NO_SUCH_CHANNEL;
    uint32_t channel = channel_find_locked(session->world, name);
    if (channel != NONE)
        answer = channel_topic_locked(session, channel, request->arguments[1]);
    session_commit(session);
    if (answer != REPLY_OK)
        session_reply(session, answer, name, NULL);
}

/* ---- JOIN and PART ---- */

void irc_show_inside(struct session *session, const char *name)
{
    show_topic(session, name, false);
    irc_show_marker(session, name);
    if (!(session->caps & CAPS_NO_NAMES))
        irc_show_names(session, name);
}

static void join(struct session *session, const char *name, const char *key)
{
    char composed[CHANNEL_SIZE];
    if (unicode_compose(composed, sizeof composed, name))
        name = composed;
    if (!name_is_channel(name)) {
        session_reply(session, *name == '#' ? REPLY_BAD_MASK : REPLY_BAD_CHANNEL, name, NULL);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    enum reply_code answer = channel_enter_locked(session, name, key);
    session_commit(session);
    password_try_key(session, answer, key);
    if (answer == REPLY_TALKING_IN)
        return; /* in it already: nothing to do, nothing to say */
    if (answer != REPLY_OK) {
        session_reply(session, answer, name, NULL);
        return;
    }
    irc_show_inside(session, name);
    irc_metadata_joined(session, name);
}

/* JOIN 0. */
static void part_all(struct session *session)
{
    struct world *world = session->world;
    for (;;) {
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        uint32_t member = session_user_locked(session)->first_membership;
        if (member != NONE) {
            struct event event = session_event_locked(session, EVENT_PART);
            event.strings.part.text = "";
            channel_remove_locked(session, &event, session->user, world->members[member].channel);
        }
        session_commit(session);
        if (member == NONE)
            return;
    }
}

void irc_join(struct session *session, struct request *request)
{
    char *rest = request->arguments[0], *name;
    char *keys = request->count > 1 ? request->arguments[1] : NULL;
    if (strcmp(rest, "0") == 0) {
        part_all(session);
        return;
    }
    if (!text_has_item(rest, ',')) {
        session_reply(session, REPLY_NEED_MORE, "JOIN", NULL);
        return;
    }
    while ((name = text_next_item(&rest, ','))) {
        const char *key = text_next_item(&keys, ',');
        if (*name)
            join(session, name, key ? key : "");
    }
}

void irc_part(struct session *session, struct request *request)
{
    char *rest = request->arguments[0], *name;
    if (!text_has_item(rest, ',')) {
        session_reply(session, REPLY_NEED_MORE, "PART", NULL);
        return;
    }
    while ((name = text_next_item(&rest, ',')))
        if (*name)
            channel_leave(session, name, request->count > 1 ? request->arguments[1] : "");
}

/* ---- KICK ---- */

static void kick(struct session *session, const char *name, const char *nick, const char *text)
{
    struct world *world = session->world;
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    enum reply_code answer = REPLY_NO_SUCH_CHANNEL;
    uint32_t channel = channel_find_locked(world, name);
    if (channel != NONE) {
        bool inside = member_find_locked(world, session->user, channel) != NONE;
        answer = inside || (session_user_locked(session)->flags & USER_OPERATOR)
                     ? channel_kick_locked(session, channel, user_find_locked(world, nick), text)
                     : REPLY_NOT_ON_CHANNEL;
    }
    session_commit(session);
    if (answer == REPLY_NO_SUCH_NICK || answer == REPLY_NOT_THERE)
        session_reply(session, answer, nick, name, NULL);
    else if (answer != REPLY_OK)
        session_reply(session, answer, name, NULL);
}

static int count_items(const char *list)
{
    int count = 1;
    for (; *list; list++)
        count += *list == ',';
    return count;
}

/* Nicks of one channel, or as many channels as nicks. */
void irc_kick(struct session *session, struct request *request)
{
    char *channels = request->arguments[0], *nicks = request->arguments[1], *name = NULL, *nick;
    const char *text = request->count > 2 ? request->arguments[2] : "";
    bool pairs = count_items(channels) > 1;
    if (!text_has_item(channels, ',') || !text_has_item(nicks, ',') ||
        (pairs && count_items(channels) != count_items(nicks))) {
        session_reply(session, REPLY_NEED_MORE, "KICK", NULL);
        return;
    }
    while ((nick = text_next_item(&nicks, ','))) {
        if (pairs || !name)
            name = text_next_item(&channels, ',');
        if (*nick && *name)
            kick(session, name, nick, text);
    }
}
