/* Arriving at doors for people. Run by workers. */
#include "register.h"

#include <stdio.h>

#include "base/crashpoint.h"
#include "chat/arrive.h"
#include "leave.h"
#include "query.h"

/* Nobody else's lines come before or between these: they are gathered, or published if they are long, before the
 * client is in the lobby. */
static void greet(struct session *session, const char *name)
{
    const char *welcome = session->settings->welcome;
    if (welcome)
        session_reply_lines(session, REPLY_MOTD_LINE, welcome);
    else
        session_reply(session, REPLY_WELCOME, session->settings->server_name, FORKCHAT_VERSION, name, NULL);
    const char *motd = session->settings->motd;
    if (motd)
        session_reply_lines(session, REPLY_MOTD_LINE, motd);
    query_show_help(session);
}

void register_arrive(struct session *session)
{
    char name[ADDRESS_SIZE];
    if (!session_begin(session, 0) || leave_if_banned_locked(session))
        return;
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    session_commit(session);
    greet(session, name);
    if (!session_begin(session, 3 * EVENT_NEED_MAX) || leave_if_banned_locked(session))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_arrive_locked(&chat, &actor, true, 0);
    session_commit(session);
    CRASHPOINT("arrived");
}
