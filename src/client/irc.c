/* The IRC dialect: its beginning, its lines, and whether the server still lives. RFC 1459, RFC 2812, IRCv3. */
#include "irc.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"

#define CHECK_EVERY   (10 * SECOND)
#define PING_AFTER    (90 * SECOND)
#define GIVE_UP_AFTER (60 * SECOND)
#define GREETING_WAIT SECOND

/* At a talk door everybody would read how we log in: if the door is a guess, it may greet first. */
static void connected(struct session *session)
{
    session->irc = (struct irc){0};
    text_copy(session->nick, sizeof session->nick, session->resume.nick);
    if (session->options->door_is_known) {
        irc_login_start(session);
        return;
    }
    session->irc.login = IRC_GUESSING;
    session->irc.login_at = clock_monotonic() + GREETING_WAIT;
}

/* Asks a silent server whether it is still there. */
static void check_alive(struct session *session, int64_t now)
{
    struct connection *connection = &session->connection;
    struct irc *irc = &session->irc;
    if (irc->pinged && connection->heard > irc->pinged)
        irc->pinged = 0;
    if (irc->pinged && now - irc->pinged > GIVE_UP_AFTER) {
        irc->pinged = 0;
        connection_abandon(connection, "no answer for two minutes");
    } else if (!irc->pinged && now - connection->heard > PING_AFTER) {
        irc->pinged = now;
        session_send(session, "PING :forkchat");
    }
}

static void check(struct session *session, int64_t now)
{
    if (session->irc.login == IRC_GUESSING && now >= session->irc.login_at)
        irc_login_start(session);
    irc_check_joins(session, now);
    check_alive(session, now);
}

static int64_t due(const struct session *session)
{
    return session->irc.login == IRC_GUESSING ? session->irc.login_at : clock_monotonic() + CHECK_EVERY;
}

static void take(struct session *session, char *line)
{
    struct message message;
    if (session->irc.login == IRC_GUESSING)
        irc_login_start(session);
    if (!message_parse(line, &message))
        return;
    int number = 0;
    if (strlen(message.command) == 3 && strspn(message.command, "0123456789") == 3)
        number = atoi(message.command);
    if (*message.user && *message.host && text_compare_names(message.nick, session->nick) == 0) {
        session->irc.own_user = strlen(message.user);
        session->irc.own_host = strlen(message.host);
    }
    resume_note_seen(&session->resume, message.id);
    if (irc_login_take(session, &message))
        return;
    if (number > 0)
        irc_numeric(session, &message, number);
    else
        irc_event(session, &message);
}

static void say(struct session *session, struct window *window, const char *text, bool action)
{
    if (window->kind == WINDOW_SERVER) {
        session_complain(session, "there is nobody to say it to here: /join #CHANNEL or /msg NICK TEXT first");
        session_fail(session, EX_USAGE);
    } else if (window->kind == WINDOW_CHANNEL && !window->joined) {
        session_complain(session, "you are not in %s: /join %s", window->name, window->name);
        session_fail(session, EX_NOPERM);
    } else {
        irc_say(session, window, window->name, "PRIVMSG", text, action);
    }
}

static void quit(struct session *session, const char *reason)
{
    session_send(session, "QUIT :%s", *reason ? reason : "bye");
}

const struct dialect *irc_dialect(void)
{
    static const struct dialect dialect = {.door = DOOR_IRC,
                                           .connected = connected,
                                           .line = take,
                                           .say = say,
                                           .quit = quit,
                                           .ask = irc_ask,
                                           .check = check,
                                           .due = due};
    return &dialect;
}
