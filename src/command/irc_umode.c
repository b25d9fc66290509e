/* IRC: the modes of users. RFC 2812 section 3.1.5, Modern IRC client protocol. Run by workers.
 *
 * o and s are what operators have: OPER gives them, and MODE can only take them away (s also give back). */
#include <string.h>

#include "families.h"

static const struct {
    char letter;
    uint32_t flag;
} modes[] = {
    {'B', USER_BOT}, {'i', USER_INVISIBLE}, {'o', USER_OPERATOR}, {'s', USER_NOTICES}, {'w', USER_WALLOPS},
};

#define MODES (sizeof modes / sizeof *modes)

void irc_show_flags(char letters[IRC_FLAGS_SIZE], uint32_t flags)
{
    struct text text;
    text_init(&text, letters, IRC_FLAGS_SIZE);
    text_add_char(&text, '+');
    for (size_t i = 0; i < MODES; i++)
        if (flags & modes[i].flag)
            text_add_char(&text, modes[i].letter);
}

/* What becomes of `before`, as in +i-w. */
static void show_change(char change[IRC_FLAGS_SIZE], uint32_t before, uint32_t after)
{
    struct text text;
    text_init(&text, change, IRC_FLAGS_SIZE);
    for (int on = 1; on >= 0; on--) {
        uint32_t flags = on ? after & ~before : before & ~after;
        for (size_t i = 0, first = 1; i < MODES; i++) {
            if (!(flags & modes[i].flag))
                continue;
            if (first)
                text_add_char(&text, on ? '+' : '-');
            first = 0;
            text_add_char(&text, modes[i].letter);
        }
    }
}

static void change_flags_locked(struct session *session, uint32_t flags, enum event_audience told)
{
    char change[IRC_FLAGS_SIZE];
    uint32_t before = session_user_locked(session)->flags;
    if (before == flags)
        return;
    show_change(change, before, flags);
    struct event event = session_event_locked(session, EVENT_FLAGS);
    event.strings.flags.change = change;
    event.numbers.flags.before = before;
    event.numbers.flags.after = flags;
    event.audience = told;
    event.target = session->user;
    session_publish_locked(session, &event);
    user_set_flags_locked(session->world, session->user, flags);
}

void irc_change_flags_locked(struct session *session, uint32_t flags)
{
    change_flags_locked(session, flags, AUDIENCE_USER);
}

void irc_begin_flags_locked(struct session *session, uint32_t flags)
{
    change_flags_locked(session, flags, AUDIENCE_NOBODY);
}

/* The flags after `change`; *unknown if there is a letter that is no mode. */
static uint32_t apply(uint32_t flags, const char *change, bool *unknown)
{
    bool on = true;
    for (; *change; change++) {
        if (*change == '+' || *change == '-') {
            on = *change == '+';
            continue;
        }
        size_t i = 0;
        while (i < MODES && modes[i].letter != *change)
            i++;
        if (i == MODES)
            *unknown = true;
        else if (!on)
            flags &= ~modes[i].flag;
        else if (modes[i].flag != USER_OPERATOR &&
                 (modes[i].flag != USER_NOTICES || (flags & USER_OPERATOR)))
            flags |= modes[i].flag;
    }
    if (!(flags & USER_OPERATOR))
        flags &= ~(uint32_t)USER_NOTICES;
    return flags;
}

void irc_user_mode(struct session *session, struct request *request)
{
    const char *nick = request->arguments[0];
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    uint32_t user = user_find_locked(session->world, nick), flags = session_user_locked(session)->flags;
    bool known = user != NONE && (user == session->user || session->world->users[user].state == USER_PRESENT);
    bool unknown = false, asks = request->count < 2 || !*request->arguments[1];
    if (user == session->user && !asks) {
        flags = apply(flags, request->arguments[1], &unknown);
        irc_change_flags_locked(session, flags);
    }
    session_commit(session);
    if (!known) {
        session_reply(session, REPLY_NO_SUCH_TARGET, nick, NULL);
    } else if (user != session->user) {
        session_reply(session, REPLY_USERS_DONT_MATCH, NULL);
    } else if (asks) {
        char letters[IRC_FLAGS_SIZE];
        irc_show_flags(letters, flags);
        session_reply(session, REPLY_UMODE_IS, letters, NULL);
    } else if (unknown) {
        session_reply(session, REPLY_UMODE_UNKNOWN, NULL);
    }
}
