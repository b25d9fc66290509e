/* IRC: JOIN, PART, KICK. RFC 2812 section 3.2. Run by workers. */
#include "irc_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/unicode.h"
#include "channel.h"
#include "chat/channel.h"
#include "irc_inside.h"
#include "irc_markread.h"
#include "irc_metadata_view.h"
#include "irc_names.h"
#include "kept_channel.h"
#include "past.h"
#include "password.h"
#include "rows.h"
#include "topic.h"

/* ---- JOIN and PART ---- */

void irc_channel_show(struct session *session, const char *name)
{
    topic_show(session, name, false);
    irc_markread_show(session, name);
    if (!(session->caps & CAPS_NO_NAMES))
        irc_names_show_channel(session, name);
}

static bool is_listed(const uint32_t *list, uint32_t count, uint32_t channel)
{
    for (uint32_t i = 0; i < count; i++)
        if (event_unpack_channel(list[i]) == channel)
            return true;
    return false;
}

void irc_channel_show_joins_locked(struct session *session, const uint32_t *but, uint32_t count)
{
    const struct world *world = session->world;
    const struct user_shm *user = session_user_locked(session);
    struct event event = event_of_locked(world, EVENT_JOIN, session->user);
    event.strings.join.realname = user->realname;
    for (uint32_t at = user->first_membership; at != NONE; at = world->members[at].next_of_user) {
        event.strings.join.channel_name = world->channels[world->members[at].channel].name;
        if (!is_listed(but, count, world->members[at].channel))
            session->speech->show_own(session, &event);
    }
}

/* The names of the user's channels, each as a string, and "" behind them; NULL if there is no memory. */
static char *list_channels(struct session *session)
{
    const struct world *world = session->world;
    char *names = NULL;
    if (!session_begin(session, 0))
        return NULL;
    const struct user_shm *user = session_user_locked(session);
    if ((names = calloc(user->membership_count + 1, CHANNEL_SIZE))) {
        char *end = names;
        for (uint32_t at = user->first_membership; at != NONE; at = world->members[at].next_of_user) {
            text_copy(end, CHANNEL_SIZE, world->channels[world->members[at].channel].name);
            end += strlen(end) + 1;
        }
    }
    session_commit(session);
    return names;
}

void irc_channel_show_place(struct session *session, bool replay)
{
    char *names = list_channels(session);
    for (const char *name = names ? names : ""; *name; name += strlen(name) + 1) {
        irc_channel_show(session, name);
        if (replay)
            past_replay(session, name);
    }
    free(names);
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
    struct chat_kept kept;
    struct keeper_answer answer;
    if (!kept_channel_find(session, name, &kept, &answer) || !session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    chat.kept = kept.founder ? &kept : NULL;
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_join_locked(&chat, &actor, name, key);
    session_commit(session);
    password_try_key(session, result, key);
    if (result == CHAT_ALREADY_MEMBER)
        return; /* in it already: nothing to do, nothing to say */
    if (result != CHAT_DONE) {
        answer_result(session, result, name, NULL);
        return;
    }
    irc_channel_show(session, name);
    irc_inside_tell_others(session, name);
    irc_metadata_view_joined(session, name);
    past_replay(session, name);
}

/* JOIN 0. */
static void part_all(struct session *session)
{
    const struct world *world = session->world;
    for (bool more = true; more; session_commit(session)) {
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        struct chat chat = session_chat(session);
        struct actor actor = session_actor_locked(session);
        uint32_t member = session_user_locked(session)->first_membership;
        more = member != NONE;
        if (more)
            chat_part_locked(&chat, &actor, world->members[member].channel, "");
    }
}

void irc_channel_join(struct session *session, struct request *request)
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

void irc_channel_part(struct session *session, struct request *request)
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
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(session->world, name), victim = user_find_locked(session->world, nick);
    enum chat_result result = chat_kick_locked(&chat, &actor, channel, victim, text);
    session_commit(session);
    answer_result(session, result, name, nick);
}

static int count_items(const char *list)
{
    int count = 1;
    for (; *list; list++)
        count += *list == ',';
    return count;
}

/* Nicks of one channel, or as many channels as nicks. */
void irc_channel_kick(struct session *session, struct request *request)
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
