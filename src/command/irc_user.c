/* IRC: USERHOST, ISON. RFC 2812 section 4. Run by workers; changes nothing. */
#include <stdio.h>
#include <string.h>

#include "rows.h"

/* Nicks of one USERHOST. RFC 2812 section 4.8. */
#define USERHOST_NICKS 5

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
    if (list->length > 0 && list->length + 1 + strlen(word) > session_line_room(session) - 1)
        list_end(session, list);
    text_init(&text, list->line + list->length, sizeof list->line - list->length);
    text_addf(&text, "%s%s", list->length ? " " : "", word);
    list->length += text.length;
}

void irc_user_userhost(struct session *session, struct request *request)
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
        snprintf(items[count++], sizeof items[0], "%s%s=%c%s@%s", user->nick, user->flags & USER_OPERATOR ? "*" : "",
                 *user_shown_away(user) ? '-' : '+', user->username, user->host);
    }
    session_commit(session);
    struct word_list list = list_of(REPLY_USERHOST);
    for (int i = 0; i < count; i++)
        list_add(session, &list, items[i]);
    list_end(session, &list);
}

void irc_user_ison(struct session *session, struct request *request)
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
