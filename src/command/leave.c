/* A client leaves: with words of its own, or because it may not stay. Run by workers. */
#include "leave.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "chat/ban.h"
#include "chat/detach.h"
#include "chat/leave.h"
#include "rows.h"

void leave_server(struct session *session, enum event_quit how, const char *text, const char *irc_text)
{
    char name[ADDRESS_SIZE];
    if (how != QUIT_KILLED) /* of whose end the courier tells */
        session_say_end(session);
    if (!session_begin(session, EVENT_NEED_LEAVE))
        return;
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    chat_lose_locked(session->world, session->connection, how, text, irc_text);
    session_commit(session);
    session->leaving = true;
    log_info("client disconnected \"%s\"", name);
}

void leave_unsaid(struct session *session, bool closed, enum event_quit how, const char *text, const char *irc_text)
{
    char name[ADDRESS_SIZE];
    if (!session_begin(session, EVENT_NEED_LEAVE))
        return;
    struct chat chat = session_chat(session);
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    bool stays = chat_break_locked(&chat, session->connection, closed, how, text, irc_text);
    session_commit(session);
    session->leaving = true;
    log_info("client %s \"%s\"", stays ? "lost" : "disconnected", name);
}

static void show_error(struct session *session, const char *reason)
{
    char line[600];
    const struct user_shm *user = &session->world->users[session->user];
    snprintf(line, sizeof line, "Closing Link: %s (%.500s)", user->host, reason);
    session_reply(session, REPLY_ERROR, line, NULL);
}

void leave_with_error(struct session *session, enum event_quit how, const char *reason)
{
    show_error(session, reason);
    leave_server(session, how, reason, "");
}

void leave_timed_out(struct session *session, const char *why)
{
    show_error(session, why);
    leave_unsaid(session, false, QUIT_LOST, why, "");
}

void leave_at_once(struct session *session, enum event_quit how, const char *reason, const char *irc_reason)
{
    if (session->speech->dialect == DIALECT_IRC)
        leave_with_error(session, how, irc_reason);
    else
        leave_server(session, how, reason, "");
}

bool leave_if_banned_locked(struct session *session)
{
    char reason[BAN_REASON_SIZE];
    const struct ban_shm *ban = chat_find_ban_locked(session->world, session->user);
    if (!ban)
        return false;
    text_copy(reason, sizeof reason, ban->reason);
    session_commit(session);
    session_reply(session, REPLY_YOU_ARE_BANNED, reason, NULL);
    leave_at_once(session, QUIT_KILLED, "banned", "Banned");
    return true;
}

void leave_irc(struct session *session, struct request *request)
{
    const char *text = request->count > 0 ? request->arguments[0] : "";
    char line[600];
    const struct user_shm *user = &session->world->users[session->user];
    snprintf(line, sizeof line, "Closing Link: %s (Quit: %.500s)", user->host, text);
    session_reply(session, REPLY_ERROR, line, NULL);
    leave_server(session, *text ? QUIT_SAID : QUIT_LEFT, text, "");
}
