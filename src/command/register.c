/* Arriving at doors for people. Run by workers. */
#include "register.h"

#include <stdio.h>

#include "base/crashpoint.h"
#include "chat/arrive.h"
#include "leave.h"
#include "query.h"
#include "world/token.h"

/* Nobody else's lines come before or between these: they are gathered, or published if they are long, before the
 * client is in the lobby. */
static void greet(struct session *session, const char *name, const char *token)
{
    const char *welcome = session->settings->welcome;
    if (welcome)
        session_reply_lines(session, REPLY_MOTD_LINE, welcome);
    else
        session_reply(session, REPLY_WELCOME, session->settings->server_name, FORKCHAT_VERSION, name, NULL);
    const char *motd = session->settings->motd;
    if (motd)
        session_reply_lines(session, REPLY_MOTD_LINE, motd);
    query_show_help(session, token);
}

/* People at telnet are told how to come back; scripts ask for it if they can use it. */
static bool make_token(const struct session *session, struct token *token)
{
    return session->speech->dialect == DIALECT_TALK && session->settings->grace > 0 && token_make(token) == 0;
}

void register_arrive(struct session *session)
{
    char name[ADDRESS_SIZE];
    struct token token;
    if (!session_begin(session, 0) || leave_if_banned_locked(session))
        return;
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    session_commit(session);
    bool offered = make_token(session, &token);
    greet(session, name, offered ? token.text : NULL);
    if (!session_begin(session, 3 * EVENT_NEED_MAX) || leave_if_banned_locked(session))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    session->arrived = ring_head(&session->world->txn->ring);
    chat_arrive_locked(&chat, &actor, true, 0);
    if (offered)
        token_give_locked(session->world, session->connection, &token, RETURN_IF_BROKEN);
    session_commit(session);
    CRASHPOINT("arrived");
}
