/* IRC: the modes of users. RFC 2812 section 3.1.5, Modern IRC client protocol. Run by workers. */
#include "irc_umode.h"

#include "chat/flags.h"

void irc_umode_change(struct session *session, struct request *request)
{
    const char *nick = request->arguments[0];
    char letters[CHAT_FLAGS_SIZE];
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t user = user_find_locked(session->world, nick);
    bool here = user != NONE && (user == session->user || session->world->users[user].state == USER_PRESENT);
    bool known = true, asks = request->count < 2 || !*request->arguments[1];
    if (user == session->user && !asks)
        known = chat_change_flags_locked(&chat, &actor, request->arguments[1]);
    chat_write_flags(letters, session_user_locked(session)->flags);
    session_commit(session);
    if (!here)
        session_reply(session, REPLY_NO_SUCH_TARGET, nick, NULL);
    else if (user != session->user)
        session_reply(session, REPLY_USERS_DONT_MATCH, NULL);
    else if (asks)
        session_reply(session, REPLY_UMODE_IS, letters, NULL);
    else if (!known)
        session_reply(session, REPLY_UMODE_UNKNOWN, NULL);
}
