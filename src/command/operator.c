/* What operators may do, whatever their door. Run by workers and control processes. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "base/log.h"
#include "chat/flags.h"
#include "chat/leave.h"
#include "chat/notice.h"
#include "password.h"
#include "query.h"
#include "rows.h"

/* ---- OPER ---- */

void operator_oper(struct session *session, struct request *request)
{
    const char *account = request->arguments[0];
    if (!password_is_operators(session, account, request->arguments[1]))
        return;
    session_reply(session, REPLY_IS_OPERATOR, NULL);
    if (session->speech->dialect != DIALECT_IRC)
        query_show_operator_help(session);
    if (!session_begin(session, 3 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    char name[ADDRESS_SIZE];
    text_copy(name, sizeof name, actor.shown);
    /* What operators do is told to those who have s; people, who have no MODE for it, are told WALLOPS as well. */
    chat_promote_locked(&chat, &actor, session->speech->dialect == DIALECT_IRC ? 0 : USER_WALLOPS, account);
    session_commit(session);
    log_info("client \"%s\" is now operator \"%s\"", name, account);
}

/* ---- KILL ---- */

static void answer_kill(struct session *session, enum chat_result result, const char *nick, const char *name)
{
    bool named_server =
        session->speech->dialect == DIALECT_IRC && strcasecmp(nick, session->settings->server_name) == 0;
    if (result == CHAT_NO_SUCH_USER && named_server)
        session_reply(session, REPLY_CANNOT_KILL_SERVER, NULL);
    else if (result != CHAT_DONE)
        answer_result(session, result, NULL, nick);
    else if (session_is_here(session))
        session_reply(session, REPLY_KILLED_OK, name, NULL);
    else
        session->leaving = true;
}

void operator_kill(struct session *session, struct request *request)
{
    const char *nick = request->arguments[0];
    char killer[ADDRESS_SIZE], name[ADDRESS_SIZE] = "";
    if (!session_begin(session, 2 * EVENT_NEED_MAX + EVENT_NEED_LEAVE))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t victim = user_find_locked(session->world, nick);
    text_copy(killer, sizeof killer, actor.shown);
    if (victim != NONE)
        text_copy(name, sizeof name, user_shown(&session->world->users[victim]));
    enum chat_result result = chat_kill_locked(&chat, &actor, victim, request->count > 1 ? request->arguments[1] : "");
    session_commit(session);
    answer_kill(session, result, nick, name);
    if (result == CHAT_DONE) {
        log_info("client killed \"%s\" by \"%s\"", name, killer);
        log_info("client disconnected \"%s\"", name);
    }
}

/* ---- WALLOPS ---- */

void operator_wallops(struct session *session, struct request *request)
{
    if (!*request->arguments[0]) {
        session_reply(session, REPLY_NEED_MORE, "WALLOPS", "<text>", NULL);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_wallops_locked(&chat, &actor, request->arguments[0]);
    session_commit(session);
    answer_result(session, result, NULL, NULL);
}

/* ---- REHASH, RESTART, DIE: the supervisor does them ---- */

/* True if the order was given. */
static bool order(struct session *session, enum world_order what, const char *verb)
{
    char name[ADDRESS_SIZE];
    if (!session_begin(session, EVENT_NEED_MAX))
        return false;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    text_copy(name, sizeof name, actor.shown);
    enum chat_result result = chat_order_locked(&chat, &actor, verb);
    session_commit(session);
    answer_result(session, result, NULL, NULL);
    if (result != CHAT_DONE)
        return false;
    log_info("%s by \"%s\"", verb, name);
    world_give_order(session->world, what);
    return true;
}

void operator_rehash(struct session *session, struct request *request)
{
    (void)request;
    if (!order(session, ORDER_REHASH, "REHASH"))
        return;
    session_reply(session, REPLY_REHASHING, "forkchatd.conf", NULL);
    session_flush(session);
    session->host->call_supervisor(session);
}

void operator_restart(struct session *session, struct request *request)
{
    (void)request;
    if (order(session, ORDER_RESTART, "RESTART"))
        session->host->call_supervisor(session);
}

void operator_die(struct session *session, struct request *request)
{
    (void)request;
    if (order(session, ORDER_STOP, "DIE"))
        session->host->call_supervisor(session);
}
