/* What one says of oneself: AWAY, which is for people too, and SETNAME. RFC 2812 section 4.1, IRCv3 pre-away and
 * setname. Run by workers. */
#include "chat/self.h"
#include "rows.h"

void self_away(struct session *session, struct request *request)
{
    const char *text = request->count > 0 ? request->arguments[0] : "";
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_away_locked(&chat, &actor, text);
    session_commit(session);
    session_reply(session, *text ? REPLY_NOW_AWAY : REPLY_UNAWAY, NULL);
}

void self_setname(struct session *session, struct request *request)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_realname_locked(&chat, &actor, request->arguments[0]);
    session_commit(session);
    if (result != CHAT_DONE)
        session_reply(session, REPLY_FAIL_SETNAME, "INVALID_REALNAME",
                      result == CHAT_NAME_EMPTY ? "A real name cannot be empty" : "That real name is too long", NULL);
}
