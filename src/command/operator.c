/* What operators may do, whatever their door. Run by workers; operator_remove_locked also for the console. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "families.h"

/* ---- OPER ---- */

void operator_oper(struct session *session, struct request *request)
{
    const char *account = request->arguments[0];
    if (!password_is_operators(session, account, request->arguments[1]))
        return;
    session_reply(session, REPLY_IS_OPERATOR, NULL);
    if (session->speech->dialect != DIALECT_IRC)
        command_show_operator_help(session);
    if (!session_begin(session, 3 * EVENT_NEED_MAX))
        return;
    const struct user_shm *user = session_user_locked(session);
    char name[ADDRESS_SIZE];
    text_copy(name, sizeof name, user_shown(user));
    /* What operators do is told to those who have s; people, who have no MODE for it, are told WALLOPS as well. */
    irc_change_flags_locked(session, user->flags | USER_OPERATOR | USER_NOTICES |
                                         (session->speech->dialect == DIALECT_IRC ? 0 : USER_WALLOPS));
    operator_tell_locked(session, "%s is now an operator (%s)", name, account);
    session_commit(session);
    log_info("client \"%s\" is now operator \"%s\"", name, account);
}

/* ---- what others use ---- */

void operator_tell_locked(struct session *session, const char *format, ...)
{
    char line[600] = "*** ";
    va_list list;
    va_start(list, format);
    vsnprintf(line + 4, sizeof line - 4, format, list);
    va_end(list);
    struct event event = event_of_server(EVENT_WALL);
    event.audience = AUDIENCE_FLAGGED;
    event.target = USER_OPERATOR | USER_NOTICES;
    event.host = session->settings->server_name;
    event.strings.wall.text = line;
    if (session->user != NONE && session->speech->dialect != DIALECT_IRC) {
        /* Who did it has an answer. */
        event.source = session->user;
        event.generation = session->generation;
        event.flags |= EVENT_NOT_SOURCE;
    }
    event_publish_locked(session->world, &event);
}

void operator_remove_locked(struct world *world, struct event *event, uint32_t victim, const char *text,
                            const char *reason, const char *irc_reason)
{
    char last_words[700];
    const struct user_shm *user = &world->users[victim];
    snprintf(last_words, sizeof last_words, "Closing Link: %s (%.500s)", user->host, irc_reason);
    event->strings.kill.text = text;
    event->strings.kill.nick = user->nick;
    event->strings.kill.last_words = last_words;
    event->audience = AUDIENCE_USER;
    event->target = victim;
    event_publish_locked(world, event);
    CRASHPOINT("kill-published");
    register_remove_locked(world, victim, QUIT_KILLED, event->source, reason, irc_reason);
}

bool operator_may_locked(struct session *session)
{
    if (session_user_locked(session)->flags & USER_OPERATOR)
        return true;
    session_commit(session);
    session_reply(session, REPLY_NOT_OPERATOR, NULL);
    return false;
}

/* ---- KILL ---- */

/* Bytes of its comment, with the zero byte: with the rest of what is told of it, it fits in a message. */
#define KILL_SIZE 401

void operator_kill(struct session *session, struct request *request)
{
    struct world *world = session->world;
    const char *nick = request->arguments[0];
    char text[KILL_SIZE];
    text_copy(text, sizeof text, request->count > 1 ? request->arguments[1] : "");
    if (!session_begin(session, 2 * EVENT_NEED_MAX + EVENT_NEED_LEAVE) || !operator_may_locked(session))
        return;
    uint32_t victim = user_find_locked(world, nick);
    bool present = victim != NONE && world->users[victim].state == USER_PRESENT;
    char killer[ADDRESS_SIZE], name[ADDRESS_SIZE] = "", reason[600], irc_reason[600];
    text_copy(killer, sizeof killer, user_shown(session_user_locked(session)));
    if (present) {
        text_copy(name, sizeof name, user_shown(&world->users[victim]));
        snprintf(reason, sizeof reason, "killed by %s%s%s", killer, *text ? ": " : "", text);
        snprintf(irc_reason, sizeof irc_reason, "Killed (%s (%s))", session_user_locked(session)->nick,
                 *text ? text : "no reason given");
        operator_tell_locked(session, "%s was killed by %s%s%s", name, killer, *text ? ": " : "", text);
        struct event event = session_event_locked(session, EVENT_KILL);
        operator_remove_locked(world, &event, victim, text, reason, irc_reason);
    }
    session_commit(session);
    if (!present && session->speech->dialect == DIALECT_IRC && strcasecmp(nick, session->settings->server_name) == 0)
        session_reply(session, REPLY_CANNOT_KILL_SERVER, NULL);
    else if (!present)
        session_reply(session, REPLY_NO_SUCH_NICK, nick, NULL);
    else if (victim != session->user)
        session_reply(session, REPLY_KILLED_OK, name, NULL);
    else
        session->leaving = true;
    if (*name) {
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
    if (!session_begin(session, EVENT_NEED_MAX) || !operator_may_locked(session))
        return;
    struct event event = session_event_locked(session, EVENT_WALLOPS);
    event.strings.wallops.text = request->arguments[0];
    event.audience = AUDIENCE_FLAGGED;
    event.target = USER_WALLOPS;
    event_publish_locked(session->world, &event);
    session_commit(session);
}

/* ---- REHASH, RESTART, DIE: the supervisor does them ---- */

/* True if the order was given. */
static bool order(struct session *session, enum world_order what, const char *verb)
{
    char name[ADDRESS_SIZE];
    if (!session_begin(session, EVENT_NEED_MAX) || !operator_may_locked(session))
        return false;
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    operator_tell_locked(session, "%s by %s", verb, name);
    session_commit(session);
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
