/* What drives a session: its beginning, what poll(2) is to wait for, and what is done then. It never blocks and never
 * touches a terminal. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "input.h"
#include "irc.h"
#include "pair.h"
#include "session.h"
#include "simple.h"

#define RETRY_LIMIT 60 /* seconds */

static const struct dialect *dialect_of(enum door door)
{
    switch (door) {
    case DOOR_IRC:
        break;
    case DOOR_PLAIN:
        return simple_plain();
    case DOOR_TALK:
        return simple_talk();
    case DOOR_PAIR:
        return pair_dialect();
    }
    return irc_dialect();
}

int session_init(struct session *session, const struct options *options)
{
    *session = (struct session){.options = options, .changed = true, .dialect = dialect_of(options->door)};
    text_copy(session->nick, sizeof session->nick, options->nick);
    resume_init(&session->resume, options);
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

/* --- the connection --- */

static void connected(struct session *session)
{
    session->connected_at = clock_monotonic();
    session->greeted = false;
    session_enter(session, SESSION_ARRIVING, 0);
    session->dialect->connected(session);
}

void session_adopt(struct session *session, int fd)
{
    connection_adopt(&session->connection, fd);
    connected(session);
}

/* Between two attempts: 1, 2, 4 … 60 seconds. */
static int retry_later(struct session *session)
{
    int seconds = session->attempts < 6 ? 1 << session->attempts : RETRY_LIMIT;
    session->attempts++;
    session_enter(session, SESSION_UNCONNECTED, clock_monotonic() + seconds * SECOND);
    return seconds;
}

static void forget_state(struct session *session)
{
    for (int i = 0; i < session->windows.count; i++) {
        session->windows.list[i]->joined = false;
        window_forget_members(session->windows.list[i]);
    }
    resume_leave_all(&session->resume);
    session->irc = (struct irc){0};
    session->away = false;
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

static void come_back_later(struct session *session, const char *why)
{
    if (session->connected_at && clock_monotonic() - session->connected_at > 30 * SECOND)
        session->attempts = 0;
    forget_state(session);
    int seconds = retry_later(session);
    for (int i = 0; i < session->windows.count; i++)
        session_showf(session, session->windows.list[i], LINE_ERROR, "the connection is lost: %s; trying again in %d s",
                      why, seconds);
}

static void lost(struct session *session)
{
    const char *why = session->connection.why;
    if (session->state == SESSION_LEAVING) {
        session_end_left(session);
        return;
    }
    delivery_lose(session);
    if (session->dialect->door == DOOR_PAIR)
        session_end(session, 0, "%s has left", *session->pair.peer ? session->pair.peer : "the other side");
    else if (!session->options->reconnect || !has_more_to_say(session))
        give_up(session, why);
    else
        come_back_later(session, why);
}

static void failed(struct session *session)
{
    /* A host that was never reached is a mistyped one: say so and leave the rest to the user. */
    if (!session->connected_at || !session->options->reconnect)
        session_end(session, EX_UNAVAILABLE, "cannot connect to %s port %s: %s", session->options->host,
                    session->options->port, session->connection.why);
    else
        session_showf(session, session_server_window(session), LINE_ERROR, "no connection: %s; trying again in %d s",
                      session->connection.why, retry_later(session));
}

/* --- lines from the other side --- */

/* The session speaks another dialect from now on, although it began as IRC. */
static void change_door(struct session *session, enum door door)
{
    const char *name = options_door_name(door);
    session->dialect = dialect_of(door);
    pace_init(&session->pace, 0, 1);
    if (door == DOOR_PAIR) {
        session_make_ready(session);
        return;
    }
    session_showf(session, session_server_window(session), LINE_EVENT,
                  "this is a %s door, no IRC server: forkchat speaks %s now", name, name);
    simple_arrive(session);
}

/* Where the door was a guess, a first line that is no IRC tells what it is. */
static void check_guess(struct session *session, const char *line)
{
    if (session->options->door_is_known || session->greeted || session->dialect->door != DOOR_IRC)
        return;
    if (pair_is_greeting(line))
        change_door(session, DOOR_PAIR);
    else if (strncmp(line, "[server]", 8) == 0)
        change_door(session, lines_ended_in_cr(&session->connection.in) ? DOOR_TALK : DOOR_PLAIN);
}

static void take_line(void *context, char *line, size_t length)
{
    struct session *session = context;
    if (!line) {
        session_showf(session, session_server_window(session), LINE_ERROR, "a line of more than %d bytes was left out",
                      CONNECTION_LINE_LIMIT);
        return;
    }
    for (char *nul; (nul = memchr(line, '\0', length)); *nul = ' ')
        ;
    check_guess(session, line);
    session->dialect->line(session, line);
    session->greeted = true;
}

/* --- the loop --- */

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
    int64_t now = clock_monotonic();
    short wants = connection_wants(&session->connection);
    *wait = (struct pollfd){.fd = wants ? session->connection.fd : -1, .events = wants};
    if (session_is_done(session) || (session->state == SESSION_DIALLING && wait->fd < 0))
        return 0;
    int timeout = session->interactive ? day_wait(clock_realtime()) : -1;
    if (session->state == SESSION_ARRIVING || session->state == SESSION_READY)
        timeout = least(timeout, delivery_wait(session, now));
    if (session->state == SESSION_READY && !delivery_full(session, now))
        timeout = least(timeout, pace_wait(&session->pace, now));
    if (session_is_connected(session) && session->dialect->due)
        timeout = sooner(timeout, session->dialect->due(session), now);
    return sooner(timeout, session->until, now);
}

static void take_event(struct session *session, enum connection_event event)
{
    switch (event) {
    case CONNECTION_NOTHING:
        break;
    case CONNECTION_MADE:
        connected(session);
        break;
    case CONNECTION_FAILED:
        failed(session);
        break;
    case CONNECTION_LOST:
        lost(session);
        break;
    }
}

/* The state's time is over. */
static void time_out(struct session *session)
{
    if (session->state == SESSION_UNCONNECTED)
        session_dial(session);
    else if (session->state == SESSION_LEAVING)
        session_end(session, session->finishing && session->dialect->door != DOOR_PAIR ? EX_TEMPFAIL : 0,
                    "left without waiting for an answer");
}

void session_work(struct session *session, short ready)
{
    day_check(session); /* before what arrives now */
    enum connection_event event = connection_work(&session->connection, ready, take_line, session);
    int64_t now = clock_monotonic();
    if (session->state == SESSION_ENDED)
        return;
    take_event(session, event);
    if (session->until && now >= session->until)
        time_out(session);
    if (session_is_connected(session))
        session->dialect->check(session, now);
    delivery_release(session, input_take_line);
    session_leave_if_done(session, now);
    delivery_send(session, now);
    delivery_ask(session, now);
}
