/* IRC: WHO, and with fields WHOX. RFC 2812 section 3.6.1, IRCv3 whox. Run by workers; changes nothing.
 *
 * Everybody who is to be shown is copied under one hold of the lock and worded without it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mask.h"
#include "base/unicode.h"
#include "rows.h"

#define COMPOSED_SIZE 1024 /* of an argument */

struct shown {
    char nick[NICK_SIZE];
    char username[USERNAME_SIZE];
    char host[HOST_SIZE];
    char realname[REALNAME_SIZE];
    char account[ACCOUNT_SIZE];
    char channel[CHANNEL_SIZE]; /* "*" for none */
    char flags[8];              /* H or G, * for an operator, @ and +, B for a bot */
    int64_t idle;               /* seconds */
};

struct answer {
    const struct session *session;
    const char *mask;
    char whole[MASK_SIZE]; /* the mask as nick!user@host, "" if it is none */
    bool only_operators;
    struct shown *shown;
    size_t count, size;
    int64_t now;
};

/* ---- gathering ---- */

/* Adds the user, as the member `member` (NONE: as a member of nothing). */
static void add_locked(struct answer *answer, uint32_t index, uint32_t member)
{
    const struct world *world = answer->session->world;
    const struct user_shm *user = &world->users[index];
    if (answer->only_operators && !(user->flags & USER_OPERATOR))
        return;
    if (answer->count == answer->size) {
        size_t size = answer->size ? answer->size * 2 : 16;
        struct shown *more = realloc(answer->shown, size * sizeof *more);
        if (!more)
            return;
        answer->shown = more;
        answer->size = size;
    }
    struct shown *shown = &answer->shown[answer->count++];
    struct text flags;
    text_copy(shown->nick, sizeof shown->nick, user->nick);
    text_copy(shown->username, sizeof shown->username, user->username);
    text_copy(shown->host, sizeof shown->host, user->host);
    text_copy(shown->realname, sizeof shown->realname, user->realname);
    text_copy(shown->account, sizeof shown->account, user->account);
    shown->idle = (answer->now - user->active_monotonic) / (1000 * MS);
    text_copy(shown->channel, sizeof shown->channel,
              member == NONE ? "*" : world->channels[world->members[member].channel].name);
    text_init(&flags, shown->flags, sizeof shown->flags);
    text_add_char(&flags, *user_shown_away(user) ? 'G' : 'H');
    if (user->flags & USER_OPERATOR)
        text_add_char(&flags, '*');
    uint32_t status = member == NONE ? 0 : world->members[member].flags;
    if (status & MEMBER_OPERATOR)
        text_add_char(&flags, '@');
    if ((status & MEMBER_VOICE) && (!(status & MEMBER_OPERATOR) || (answer->session->caps & CAP_BIT(MULTI_PREFIX))))
        text_add_char(&flags, '+');
    if (user->flags & USER_BOT)
        text_add_char(&flags, 'B');
}

static void add_channel_locked(struct answer *answer, uint32_t channel)
{
    const struct session *session = answer->session;
    const struct world *world = session->world;
    if (!session_sees_channel_locked(session, channel))
        return;
    for (uint32_t at = world->channels[channel].first_member; at != NONE; at = world->members[at].next_of_channel)
        if (session_sees_user_locked(session, world->members[at].user))
            add_locked(answer, world->members[at].user, at);
}

/* One of their channels that the asker may know of. */
static uint32_t some_membership_locked(const struct session *session, uint32_t user)
{
    const struct world *world = session->world;
    if (!session_sees_user_locked(session, user))
        return NONE;
    for (uint32_t at = world->users[user].first_membership; at != NONE; at = world->members[at].next_of_user)
        if (session_sees_channel_locked(session, world->members[at].channel))
            return at;
    return NONE;
}

static bool matches_locked(const struct answer *answer, const struct user_shm *user)
{
    const char *mask = answer->mask;
    return mask_match(mask, user->nick) || mask_match(mask, user->username) || mask_match_host(mask, user->host) ||
           mask_match(mask, user->realname) || (*user->account && mask_match(mask, user->account)) ||
           mask_match(mask, answer->session->settings->server_name) ||
           mask_match_person(answer->whole, user->nick, user->username, user->host);
}

static void gather_locked(struct answer *answer)
{
    const struct session *session = answer->session;
    const struct world *world = session->world;
    if (answer->mask[0] == '#') {
        uint32_t channel = channel_find_locked(world, answer->mask);
        if (channel != NONE)
            add_channel_locked(answer, channel);
        return;
    }
    uint32_t exact = user_find_locked(world, answer->mask);
    if (exact != NONE && world->users[exact].state == USER_PRESENT) {
        add_locked(answer, exact, some_membership_locked(session, exact));
        return;
    }
    for (uint32_t i = 0; i < world_users_end_locked(world); i++)
        if (world->users[i].state == USER_PRESENT && matches_locked(answer, &world->users[i]) &&
            session_sees_user_locked(session, i))
            add_locked(answer, i, some_membership_locked(session, i));
}

/* ---- wording ---- */

static void show_plainly(struct session *session, const struct shown *shown)
{
    session_reply(session, REPLY_WHO_LINE, shown->channel, shown->username, shown->host, session->settings->server_name,
                  shown->nick, shown->flags, shown->realname, NULL);
}

/* The fields asked for, always in this order; nothing if none of them is one. */
static void show_fields(struct session *session, const struct shown *shown, const char *fields, const char *token)
{
    char line[700], idle[24];
    struct text text;
    snprintf(idle, sizeof idle, "%lld", (long long)shown->idle);
    const struct {
        char letter;
        const char *value;
    } all[] = {{'t', token},
               {'c', shown->channel},
               {'u', shown->username},
               {'i', shown->host}, /* hosts are addresses here */
               {'h', shown->host},
               {'s', session->settings->server_name},
               {'n', shown->nick},
               {'f', shown->flags},
               {'d', "0"},
               {'l', idle},
               {'a', *shown->account ? shown->account : "0"},
               {'o', "n/a"}};
    text_init(&text, line, sizeof line);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strchr(fields, all[i].letter))
            text_addf(&text, "%s%s", text.length ? " " : "", all[i].value);
    if (strchr(fields, 'r'))
        text_addf(&text, "%s:%s", text.length ? " " : "", shown->realname);
    if (text.length > 0)
        session_reply(session, REPLY_WHOX_LINE, line, NULL);
}

/* What the second parameter asks for: "o", "%fields,token", or both. */
struct wishes {
    bool operators, fields;
    char letters[32];
    char token[4];
};

static struct wishes read_wishes(const char *text)
{
    struct wishes wishes = {.token = "0"};
    size_t options = strcspn(text, "%");
    wishes.operators = memchr(text, 'o', options) != NULL;
    text += options;
    if (*text != '%')
        return wishes;
    wishes.fields = true;
    size_t length = strcspn(++text, ",");
    for (size_t i = 0, k = 0; i < length && k + 1 < sizeof wishes.letters; i++)
        if (strchr("tcuihsnfdlaor", text[i]))
            wishes.letters[k++] = text[i];
    text += length;
    if (*text == ',') {
        size_t digits = strspn(text + 1, "0123456789");
        if (digits > 0 && digits <= 3 && text[1 + digits] == '\0')
            text_copy(wishes.token, sizeof wishes.token, text + 1);
    }
    return wishes;
}

void irc_who_show(struct session *session, struct request *request)
{
    const char *mask = request->count > 0 && *request->arguments[0] ? request->arguments[0] : "*";
    struct wishes wishes = read_wishes(request->count > 1 ? request->arguments[1] : "");
    char composed[COMPOSED_SIZE]; /* as nicks are */
    bool fitted = unicode_compose(composed, sizeof composed, mask);
    struct answer answer = {.session = session,
                            .mask = strcmp(mask, "0") == 0 ? "*"
                                    : fitted               ? composed
                                                           : mask,
                            .only_operators = wishes.operators,
                            .now = clock_monotonic()};
    if (strpbrk(mask, "!@") && !mask_normalise(answer.whole, mask))
        answer.whole[0] = '\0';
    if (!session_begin(session, 0))
        return;
    gather_locked(&answer);
    session_commit(session);
    for (size_t i = 0; i < answer.count; i++) {
        if (wishes.fields)
            show_fields(session, &answer.shown[i], wishes.letters, wishes.token);
        else
            show_plainly(session, &answer.shown[i]);
    }
    free(answer.shown);
    session_reply(session, REPLY_WHO_END, mask, NULL);
}
