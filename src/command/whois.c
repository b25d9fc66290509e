/* WHOIS and WHOWAS. RFC 2812 sections 3.6.2 and 3.6.3, Modern IRC client protocol. Run by workers; changes nothing.
 * WHOIS is for people too, who see sentences. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mask.h"
#include "base/unicode.h"
#include "chat/flags.h"
#include "irc_metadata_view.h"
#include "irc_server.h"
#include "rows.h"
#include "world/whowas.h"

/* Nicks of one WHOIS, and people that one mask may show. */
#define TARGETS 16

static const char *number(char text[24], int64_t value)
{
    snprintf(text, 24, "%lld", (long long)value);
    return text;
}

/* Their channels, of which the asker may know, as one string; to be freed. */
static char *copy_channels_locked(const struct session *session, uint32_t user)
{
    const struct world *world = session->world;
    size_t size = world->users[user].membership_count * (size_t)(CHANNEL_SIZE + 4) + 1;
    char *channels = malloc(size);
    struct text text;
    if (!channels)
        return NULL;
    text_init(&text, channels, size);
    if (!session_sees_user_locked(session, user))
        return channels; /* found by its name all the same, but that is all there is to find */
    for (uint32_t at = world->users[user].first_membership; at != NONE; at = world->members[at].next_of_user) {
        uint32_t flags = world->members[at].flags;
        if (user != session->user && !session_sees_channel_locked(session, world->members[at].channel))
            continue;
        if (text.length > 0)
            text_add_char(&text, ' ');
        if (flags & MEMBER_OPERATOR)
            text_add_char(&text, '@');
        if ((flags & MEMBER_VOICE) && (!(flags & MEMBER_OPERATOR) || (session->caps & CAP_BIT(MULTI_PREFIX))))
            text_add_char(&text, '+');
        text_add(&text, world->channels[world->members[at].channel].name);
    }
    return channels;
}

static void show_channels(struct session *session, const char *nick, char *channels)
{
    char line[512];
    struct text text;
    size_t room = session_line_room(session) - strlen(nick) - 2;
    text_init(&text, line, sizeof line);
    for (const char *word; channels && (word = text_next_word(&channels));) {
        if (text.length + 1 + strlen(word) > room) {
            session_reply(session, REPLY_WHOIS_CHANNELS, nick, line, NULL);
            text_init(&text, line, sizeof line);
        }
        text_addf(&text, "%s%s", text.length ? " " : "", word);
    }
    if (text.length > 0)
        session_reply(session, REPLY_WHOIS_CHANNELS, nick, line, NULL);
}

/* What only the user and operators are told. */
static void show_private(struct session *session, const struct user_shm *user)
{
    char letters[CHAT_FLAGS_SIZE];
    chat_write_flags(letters, user->flags);
    session_reply(session, REPLY_WHOIS_MODES, user->nick, letters, NULL);
    session_reply(session, REPLY_WHOIS_HOST, user->nick, user->host, NULL);
    session_reply(session, REPLY_WHOIS_ACTUALLY, user->nick, user->username, user->host, NULL);
}

static void show_user(struct session *session, const struct user_shm *user, char *channels, bool all)
{
    char idle[24], since[24];
    const char *name = session_name_of(session, user);
    const struct settings *settings = session->settings;
    session_reply(session, REPLY_WHOIS_USER, name, user->username, user->host, user->realname, NULL);
    show_channels(session, name, channels);
    session_reply(session, REPLY_WHOIS_SERVER, name, settings->server_name, settings->server_description, NULL);
    if (*user_shown_away(user))
        session_reply(session, REPLY_IS_AWAY, name, user_shown_away(user), NULL);
    if (user->flags & USER_OPERATOR)
        session_reply(session, REPLY_WHOIS_OPERATOR, name, NULL);
    if (user->flags & USER_BOT)
        session_reply(session, REPLY_WHOIS_BOT, name, settings->network_name, NULL);
    if (*user->account)
        session_reply(session, REPLY_WHOIS_ACCOUNT, name, user->account, NULL);
    if (all)
        show_private(session, user);
    number(idle, (clock_monotonic() - user->active_monotonic) / (1000 * MS));
    session_reply(session, REPLY_WHOIS_IDLE, name, idle, number(since, user->attached_at / 1000), NULL);
}

/* The users a target stands for: one by nick, or by mask those whom the asker may see. */
static int find_locked(const struct session *session, const char *target, uint32_t found[TARGETS])
{
    const struct world *world = session->world;
    int count = 0;
    uint32_t exact = user_find_locked(world, target);
    if (exact != NONE && world->users[exact].state == USER_PRESENT)
        found[count++] = exact;
    if (count > 0 || !mask_is_wild(target))
        return count;
    char composed[MASK_SIZE]; /* as nicks are */
    if (unicode_compose(composed, sizeof composed, target))
        target = composed;
    for (uint32_t i = 0; i < world_users_end_locked(world) && count < TARGETS; i++)
        if (world->users[i].state == USER_PRESENT && mask_match(target, world->users[i].nick) &&
            session_sees_user_locked(session, i))
            found[count++] = i;
    return count;
}

static void show_target(struct session *session, const char *target)
{
    struct user_shm users[TARGETS];
    char *channels[TARGETS];
    bool all[TARGETS];
    uint32_t found[TARGETS];
    if (!session_begin(session, 0))
        return;
    int count = find_locked(session, target, found);
    bool operates = session_actor_locked(session).rights & ACTOR_OPERATES;
    for (int i = 0; i < count; i++) {
        users[i] = session->world->users[found[i]];
        user_seal(&users[i]);
        channels[i] = copy_channels_locked(session, found[i]);
        all[i] = operates || found[i] == session->user;
    }
    session_commit(session);
    if (count == 0)
        session_reply(session, session->speech->dialect == DIALECT_IRC ? REPLY_NO_SUCH_TARGET : REPLY_NO_SUCH_NICK,
                      target, NULL);
    for (int i = 0; i < count; i++) {
        show_user(session, &users[i], channels[i], all[i]);
        irc_metadata_view_whois(session, users[i].nick);
        free(channels[i]);
    }
}

void whois_show(struct session *session, struct request *request)
{
    if (request->count == 0 || !text_has_item(request->arguments[request->count > 1], ',')) {
        session_reply(session, REPLY_NO_NICK_GIVEN, NULL);
        return;
    }
    if (request->count > 1 && !irc_server_is_here(session, request->arguments[0]))
        return;
    char asked[512]; /* no message has room for more */
    char *rest = request->arguments[request->count > 1], *target;
    text_copy(asked, sizeof asked, rest);
    for (int i = 0; i < TARGETS && (target = text_next_item(&rest, ',')); i++)
        if (*target)
            show_target(session, target);
    session_reply(session, REPLY_WHOIS_END, asked, NULL);
}

/* ---- WHOWAS ---- */

static void show_record(struct session *session, const struct whowas_shm *whowas)
{
    char when[40] = "";
    time_t seconds = (time_t)(whowas->left_at / 1000);
    struct tm parts;
    session_reply(session, REPLY_WHOWAS_USER, whowas->nick, whowas->username, whowas->host, whowas->realname, NULL);
    if (gmtime_r(&seconds, &parts))
        strftime(when, sizeof when, "%a %b %d %Y %H:%M:%S UTC", &parts);
    session_reply(session, REPLY_WHOIS_SERVER, whowas->nick, session->settings->server_name, when, NULL);
}

static void show_whowas(struct session *session, const char *nick, long most)
{
    struct whowas_shm *found = calloc(WHOWAS, sizeof *found);
    size_t count = 0;
    if (!found || !session_begin(session, 0)) {
        free(found);
        return;
    }
    uint64_t at = UINT64_MAX;
    for (const struct whowas_shm *whowas; (whowas = whowas_before_locked(session->world, &at));)
        if (text_compare_names(whowas->nick, nick) == 0 && (most <= 0 || count < (size_t)most)) {
            found[count] = *whowas;
            whowas_seal(&found[count++]);
        }
    session_commit(session);
    for (size_t i = 0; i < count; i++)
        show_record(session, &found[i]);
    if (count == 0)
        session_reply(session, REPLY_WAS_NO_SUCH_NICK, nick, NULL);
    free(found);
}

void whois_show_past(struct session *session, struct request *request)
{
    if (request->count == 0 || !text_has_item(request->arguments[0], ',')) {
        session_reply(session, REPLY_NO_NICK_GIVEN, NULL);
        return;
    }
    if (request->count > 2 && !irc_server_is_here(session, request->arguments[2]))
        return;
    char asked[512]; /* no message has room for more */
    char *rest = request->arguments[0], *nick;
    text_copy(asked, sizeof asked, rest);
    for (int i = 0; i < TARGETS && (nick = text_next_item(&rest, ',')); i++)
        if (*nick)
            show_whowas(session, nick, request->count > 1 ? strtol(request->arguments[1], NULL, 10) : 0);
    session_reply(session, REPLY_WHOWAS_END, asked, NULL);
}
