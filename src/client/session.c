/* The session. It never blocks and never touches a terminal. */
#include "session.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "irc.h"
#include "simple.h"

#define SECOND INT64_C(1000000000)
#define LEAVE_SECONDS 2
#define FINISH_SECONDS 60
#define RETRY_LIMIT 60

void session_speak(struct session *session, enum door door)
{
    switch (door) {
    case DOOR_IRC:
        session->dialect = irc_dialect();
        break;
    case DOOR_PLAIN:
        session->dialect = simple_plain();
        break;
    case DOOR_TALK:
        session->dialect = simple_talk();
        break;
    case DOOR_PAIR:
        session->dialect = simple_pair();
        break;
    }
}

int session_init(struct session *session, const struct options *options)
{
    *session = (struct session){.options = options, .changed = true};
    session_speak(session, options->door);
    text_copy(session->nick, sizeof session->nick, options->nick);
    standing_init(&session->standing, options);
    pace_init(&session->pace, options->door == DOOR_IRC ? options->rate_lines : 0, options->rate_seconds);
    if (connection_init(&session->connection))
        return -1;
    return windows_init(&session->windows, options->listen ? "talk" : options->host);
}

void session_free(struct session *session)
{
    connection_close(&session->connection);
    lines_free(&session->connection.in);
    free(session->connection.out);
    windows_free(&session->windows);
    pace_clear(&session->pace);
    delivery_free(&session->delivery);
    for (int i = 0; i < session->ignore_count; i++)
        free(session->ignores[i]);
    session_journal(session, NULL);
}

struct window *session_server_window(struct session *session)
{
    return session->windows.list[0];
}

void session_dial(struct session *session)
{
    session->retry_at = 0;
    connection_dial(&session->connection, session->options->host, session->options->port);
}

static void connected(struct session *session)
{
    session->made = clock_elapsed();
    session->greeted = false;
    session->changed = true;
    session->dialect->connected(session);
}

void session_adopt(struct session *session, int fd)
{
    connection_adopt(&session->connection, fd);
    connected(session);
}

void session_end(struct session *session, int status, const char *format, ...)
{
    if (session->ended)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(session->farewell, sizeof session->farewell, format, arguments);
    va_end(arguments);
    session->ended = true;
    session->changed = true;
    if (!session->status)
        session->status = status;
    connection_close(&session->connection);
}

void session_fail(struct session *session, int status)
{
    if (!session->interactive && !session->status)
        session->status = status;
}

static void release_paced(struct session *session, int64_t now)
{
    char *line;
    if (session->connection.state != CONNECTION_OPEN || !session->ready || session->leaving)
        return;
    while (connection_waiting(&session->connection) < 65536 && !delivery_full(session, now) &&
           (line = pace_pop(&session->pace, now))) {
        delivery_send(session, line);
        session_send(session, "%s", line);
        free(line);
        session->changed = true;
    }
}

/* The end that was asked for. */
static void leave_now(struct session *session)
{
    if (session->unsent > 0)
        session_end(session, 0, "left; %zu line%s not sent", session->unsent, session->unsent == 1 ? " was" : "s were");
    else
        session_end(session, 0, "left");
}

void session_leave(struct session *session, const char *reason)
{
    release_paced(session, clock_elapsed());
    session->unsent += delivery_flush(session);
    if (session->unsent > 0)
        session_fail(session, EX_TEMPFAIL); /* lines that were to be said are not */
    if (session->leaving || session->connection.state != CONNECTION_OPEN) {
        leave_now(session);
        return;
    }
    session->leaving = true;
    session->leave_by = clock_elapsed() + LEAVE_SECONDS * SECOND;
    session->dialect->quit(session, reason);
}

void session_finish(struct session *session, const char *reason)
{
    session->finishing = true;
    text_copy(session->parting, sizeof session->parting, reason);
}

/* Between two attempts: 1, 2, 4 … 60 seconds. */
static int retry_later(struct session *session)
{
    int seconds = session->attempts < 6 ? 1 << session->attempts : RETRY_LIMIT;
    session->attempts++;
    session->retry_at = clock_elapsed() + seconds * SECOND;
    return seconds;
}

static void forget_state(struct session *session)
{
    for (int i = 0; i < session->windows.count; i++) {
        session->windows.list[i]->joined = false;
        window_forget_members(session->windows.list[i]);
    }
    standing_leave_all(&session->standing);
    session->irc = (struct irc){0};
    session->simple.arrive_by = 0;
    session->ready = session->away = false;
}

static bool has_more_to_say(const struct session *session)
{
    return !session->finishing || delivery_unsent(session) > 0;
}

static void give_up(struct session *session, const char *why)
{
    size_t unsent = delivery_unsent(session);
    if (unsent > 0)
        session_end(session, EX_UNAVAILABLE, "the connection to %s is lost: %s; %zu line%s not sent",
                    session->options->host, why, unsent, unsent == 1 ? " was" : "s were");
    else
        session_end(session, EX_UNAVAILABLE, "the connection to %s is lost: %s", session->options->host, why);
}

static void lost(struct session *session)
{
    const char *why = session->connection.why;
    if (!session->leaving)
        delivery_lose(session);
    if (session->leaving) {
        leave_now(session);
    } else if (session->dialect->door == DOOR_PAIR) {
        session_end(session, 0, "%s has left", *session->peer ? session->peer : "the other side");
    } else if (!session->options->reconnect || !has_more_to_say(session)) {
        give_up(session, why);
    } else {
        if (session->made && clock_elapsed() - session->made > 30 * SECOND)
            session->attempts = 0;
        forget_state(session);
        int seconds = retry_later(session);
        for (int i = 0; i < session->windows.count; i++)
            session_showf(session, session->windows.list[i], LINE_ERROR,
                          "the connection is lost: %s; trying again in %d s", why, seconds);
    }
}

static void failed(struct session *session)
{
    /* A host that was never reached is a mistyped one: say so and leave the rest to the user. */
    if (!session->made || !session->options->reconnect)
        session_end(session, EX_UNAVAILABLE, "cannot connect to %s port %s: %s", session->options->host,
                    session->options->port, session->connection.why);
    else
        session_showf(session, session_server_window(session), LINE_ERROR,
                      "no connection: %s; trying again in %d s", session->connection.why, retry_later(session));
}

static void take_line(void *context, char *line, size_t length)
{
    struct session *session = context;
    if (!line) {
        session_showf(session, session_server_window(session), LINE_ERROR,
                      "a line of more than %d bytes was left out", CONNECTION_LINE_LIMIT);
        return;
    }
    for (char *nul; (nul = memchr(line, '\0', length)); *nul = ' ')
        ;
    session->dialect->line(session, line);
    session->greeted = true;
}

/* The shorter of two waits; -1 is for ever. */
static int least(int timeout, int wait)
{
    return timeout < 0 || (wait >= 0 && wait < timeout) ? wait : timeout;
}

static int sooner(int timeout, int64_t at, int64_t now)
{
    if (at == 0)
        return timeout;
    return least(timeout, at <= now ? 0 : (int)((at - now + 999999) / 1000000));
}

int session_prepare(struct session *session, struct pollfd *wait)
{
    int64_t now = clock_elapsed();
    short wants = connection_wants(&session->connection);
    *wait = (struct pollfd){.fd = wants ? session->connection.fd : -1, .events = wants};
    int timeout = session->interactive ? day_wait(clock_told()) : -1;
    if (session->connection.state == CONNECTION_OPEN && !session->leaving) {
        timeout = least(timeout, delivery_wait(session, now));
        if (session->ready && !delivery_full(session, now))
            timeout = least(timeout, pace_wait(&session->pace, now));
        if (session->dialect->door == DOOR_IRC)
            timeout = sooner(timeout, now + 10 * SECOND, now); /* is it still there? */
    }
    if (session->connection.state == CONNECTION_DIALLING && wait->fd < 0)
        timeout = 0;
    if (session->finishing && session->ready && !session->leaving && !pace_count(&session->pace))
        timeout = 0;
    if (session->connection.state == CONNECTION_OPEN && session->dialect->door == DOOR_IRC)
        timeout = sooner(timeout, session->irc.login_at, now);
    timeout = sooner(timeout, simple_due(session), now);
    timeout = sooner(timeout, session->retry_at, now);
    return sooner(timeout, session->leave_by, now);
}

static void finish_if_done(struct session *session, int64_t now)
{
    if (!session->finishing || !session->ready || session->leaving || pace_count(&session->pace) > 0)
        return;
    session->leaving = true;
    session->leave_by =
        now + (session->dialect->door == DOOR_PAIR ? LEAVE_SECONDS : FINISH_SECONDS) * SECOND;
    session->dialect->quit(session, session->parting);
}

void session_work(struct session *session, short ready)
{
    day_check(session); /* before what arrives now */
    enum connection_event event = connection_work(&session->connection, ready, take_line, session);
    int64_t now = clock_elapsed();
    if (session->ended)
        return;
    if (event == CONNECTION_MADE)
        connected(session);
    else if (event == CONNECTION_FAILED)
        failed(session);
    else if (event == CONNECTION_LOST)
        lost(session);
    if (session->ended)
        return;
    if (session->retry_at && now >= session->retry_at)
        session_dial(session);
    if (session->leave_by && now >= session->leave_by)
        session_end(session, session->finishing && session->dialect->door != DOOR_PAIR ? EX_TEMPFAIL : 0,
                    "left without waiting for an answer");
    if (session->dialect->door == DOOR_IRC)
        irc_check(session, now);
    simple_check(session, now);
    delivery_release(session);
    finish_if_done(session, now);
    release_paced(session, now);
    delivery_ask(session, now);
}
