/* IRC: AWAY, SETNAME, USERHOST, ISON. RFC 2812 section 4, IRCv3 away-notify, pre-away and setname. Run by workers. AWAY is
 * for people too. */
#include <stdio.h>
#include <string.h>

#include "families.h"

/* Nicks of one USERHOST. RFC 2812 section 4.8. */
#define USERHOST_NICKS 5

/* What the user says of themselves, told to all who share a channel with them. Transaction running. */
static void tell_common_locked(struct session *session, enum event_type type, const char *text, uint32_t flags)
{
    uint32_t channels[EVENT_CHANNELS];
    struct event event = session_event_locked(session, type);
    event.strings.all[0] = text; /* all that AWAY and SETNAME say */
    event.audience = AUDIENCE_COMMON;
    event.flags |= flags;
    event.channels = channels;
    event.channel_count = event_channels_locked(session->world, session->user, channels);
    session_publish_locked(session, &event);
}

void irc_away(struct session *session, struct request *request)
{
    char away[AWAY_SIZE];
    bool early = session->speech->dialect == DIALECT_IRC && !session->irc.registration.done;
    if (early && !(session->caps & CAP_BIT(PRE_AWAY))) {
        session_reply(session, REPLY_NOT_REGISTERED, NULL);
        return;
    }
    text_copy(away, sizeof away, request->count > 0 ? request->arguments[0] : "");
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    if (strcmp(session_user_locked(session)->away, away) != 0) {
        user_set_away_locked(session->world, session->user, away);
        if (!early) /* nobody knows of them yet */
            tell_common_locked(session, EVENT_AWAY, away, EVENT_NOT_SOURCE);
    }
    session_commit(session);
    session_reply(session, *away ? REPLY_NOW_AWAY : REPLY_UNAWAY, NULL);
}

void irc_setname(struct session *session, struct request *request)
{
    const char *name = request->arguments[0];
    if (!*name || strlen(name) >= REALNAME_SIZE) {
        session_reply(session, REPLY_FAIL_SETNAME, "INVALID_REALNAME",
                      *name ? "That real name is too long" : "A real name cannot be empty", NULL);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    user_set_realname_locked(session->world, session->user, name);
    tell_common_locked(session, EVENT_SETNAME, name, 0);
    session_commit(session);
}

/* An answer of words, on one line, or if they do not fit on more. */
struct word_list {
    enum reply_code code;
    size_t length;
    char line[512];
};

static struct word_list list_of(enum reply_code code)
{
    return (struct word_list){.code = code};
}

static void list_end(struct session *session, struct word_list *list)
{
    session_reply(session, list->code, list->line, NULL);
    *list = list_of(list->code);
}

static void list_add(struct session *session, struct word_list *list, const char *word)
{
    struct text text;
    if (list->length > 0 && list->length + 1 + strlen(word) > irc_room(session) - 1)
        list_end(session, list);
    text_init(&text, list->line + list->length, sizeof list->line - list->length);
    text_addf(&text, "%s%s", list->length ? " " : "", word);
    list->length += text.length;
}

void irc_userhost(struct session *session, struct request *request)
{
    char items[USERHOST_NICKS][NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 5];
    int count = 0;
    if (!session_begin(session, 0))
        return;
    for (int i = 0; i < request->count && i < USERHOST_NICKS; i++) {
        uint32_t at = user_find_locked(session->world, request->arguments[i]);
        if (at == NONE || session->world->users[at].state != USER_PRESENT)
            continue;
        const struct user_shm *user = &session->world->users[at];
        snprintf(items[count++], sizeof items[0], "%s%s=%c%s@%s", user->nick,
                 user->flags & USER_OPERATOR ? "*" : "", *user->away ? '-' : '+', user->username, user->host);
    }
    session_commit(session);
    struct word_list list = list_of(REPLY_USERHOST);
    for (int i = 0; i < count; i++)
        list_add(session, &list, items[i]);
    list_end(session, &list);
}

void irc_ison(struct session *session, struct request *request)
{
    struct word_list list = list_of(REPLY_ISON);
    if (!session_begin(session, 0))
        return;
    for (int i = 0; i < request->count; i++) {
        char *rest = request->arguments[i];
        for (const char *nick; (nick = text_next_word(&rest));) {
            uint32_t at = user_find_locked(session->world, nick);
            if (at != NONE && session->world->users[at].state == USER_PRESENT)
                list_add(session, &list, session->world->users[at].nick);
        }
    }
    list_end(session, &list);
    session_commit(session);
}
