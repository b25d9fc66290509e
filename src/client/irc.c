/* IRC: what is said, and whether the server still lives. RFC 1459, RFC 2812, IRCv3. */
#include "irc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "simple.h"

#define SECOND INT64_C(1000000000)
#define PING_AFTER (90 * SECOND)
#define GIVE_UP_AFTER (60 * SECOND)
#define GREETING_WAIT SECOND
#define JOIN_WAIT (10 * SECOND)
#define QUESTION      "arrived"

bool irc_is_channel(const struct session *session, const char *name)
{
    const char *types = *session->irc.types ? session->irc.types : "#&";
    return *name && strchr(types, *name);
}

static void log_in_now(struct session *session)
{
    session->irc.login_at = 0;
    irc_login_start(session);
}

/* The channels of the start or of the return are joined, or refused, or the server does not tell. */
static void joined_all(struct session *session)
{
    session->irc.joins_open = 0;
    session->ready = true;
}

void irc_check(struct session *session, int64_t now)
{
    struct connection *connection = &session->connection;
    if (connection->state != CONNECTION_OPEN || session->ended)
        return;
    if (session->irc.login_at && now >= session->irc.login_at)
        log_in_now(session);
    if (pace_count(&session->pace) > 0)
        session->irc.join_by = now + JOIN_WAIT; /* the JOIN may be among them */
    if (session->irc.joins_open > 0 && now > session->irc.join_by)
        joined_all(session);
    if (session->irc.pinged && connection->heard > session->irc.pinged)
        session->irc.pinged = 0;
    if (session->irc.pinged && now - session->irc.pinged > GIVE_UP_AFTER) {
        session->irc.pinged = 0;
        connection_abandon(connection, "no answer for two minutes");
    } else if (!session->irc.pinged && now - connection->heard > PING_AFTER) {
        session->irc.pinged = now;
        session_send(session, "PING :forkchat");
    }
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How long ":nick!user@host " in front of our lines can become for those who read them, whatever the server makes of
 * nick and host while they wait: what does not fit into its line, it cuts off. */
static size_t prefix_length(const struct session *session)
{
    const struct irc *irc = &session->irc;
    size_t nick = larger(strlen(session->nick), irc->nick_length ? irc->nick_length : 30);
    size_t user = larger(irc->own_user, irc->user_length ? irc->user_length : 10);
    size_t host = larger(irc->own_host, irc->host_length ? irc->host_length : 63);
    return nick + user + host + strlen(":!@ ");
}

void irc_say(struct session *session, struct window *window, const char *target, const char *command,
             const char *text, bool action)
{
    size_t spent = prefix_length(session) + strlen(command) + strlen(target) + strlen("  :") + (action ? 9 : 0);
    size_t room = spent + 64 < IRC_LINE_BYTES ? IRC_LINE_BYTES - spent : 64;
    size_t length = strlen(text);
    while (length > 0) {
        char line[IRC_LINE_BYTES * 2], said[IRC_LINE_BYTES];
        size_t part = session_piece(text, length, room);
        snprintf(said, sizeof said, "%.*s", (int)part, text);
        snprintf(line, sizeof line, action ? "%s %s :\001ACTION %s\001" : "%s %s :%s", command, target, said);
        session_send_paced(session, line);
        enum line_kind kind = action                            ? LINE_ACTION
                              : strcmp(command, "NOTICE") == 0 ? LINE_NOTICE
                                                                : LINE_MESSAGE;
        session_show(session, window, &(struct line){.kind = kind, .own = true, .nick = session->nick, .text = said});
        text += part;
        length -= part;
        while (*text == ' ' && length > 0) {
            text++;
            length--;
        }
    }
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

/* At a talk door everybody would read how we log in: if the door is a guess, it may greet first. */
static void connected(struct session *session)
{
    session->irc = (struct irc){0};
    text_copy(session->nick, sizeof session->nick, session->standing.nick);
    if (session->options->door_told)
        irc_login_start(session);
    else
        session->irc.login_at = clock_elapsed() + GREETING_WAIT;
}

void irc_joins_sent(struct session *session, int count)
{
    session->irc.joins_open = count;
    session->irc.join_by = clock_elapsed() + JOIN_WAIT;
    if (count == 0)
        joined_all(session);
}

void irc_join_answered(struct session *session, bool refused)
{
    struct irc *irc = &session->irc;
    irc->join_by = clock_elapsed() + JOIN_WAIT;
    if (irc->joins_open == 0 && irc->joins_asked == 0)
        return;
    if (refused)
        session_fail(session, EX_NOPERM);
    if (irc->joins_open == 0)
        irc->joins_asked--;
    else if (--irc->joins_open == 0)
        joined_all(session);
}

bool irc_is_joining(const struct session *session)
{
    return session->irc.joins_asked > 0 && clock_elapsed() < session->irc.join_by;
}

void irc_join(struct session *session, const char *channels, const char *keys)
{
    char names[IRC_LINE_BYTES], words[IRC_LINE_BYTES], known[IRC_LINE_BYTES], *name, *rest = names, *key = words;
    struct text text;
    text_copy(names, sizeof names, channels);
    text_copy(words, sizeof words, keys);
    text_init(&text, known, sizeof known);
    if (!irc_is_joining(session))
        session->irc.joins_asked = 0; /* those that were never answered */
    for (const char *comma = ""; (name = text_next_item(&rest, ',')); comma = ",") {
        const char *given = text_next_item(&key, ',');
        standing_enter(&session->standing, name, given ? given : "");
        text_addf(&text, "%s%s", comma, standing_key(&session->standing, name));
        session->irc.joins_asked++;
    }
    while (text.length > 0 && known[text.length - 1] == ',')
        known[--text.length] = '\0';
    session_request(session, *known ? "JOIN %s %s" : "JOIN %s", channels, known);
    session->irc.join_by = clock_elapsed() + JOIN_WAIT;
}

void irc_take_nick(struct session *session, const char *nick)
{
    text_copy(session->standing.asked, sizeof session->standing.asked, nick);
    session_request(session, "NICK %s", nick);
}

void irc_be_away(struct session *session, const char *text)
{
    text_copy(session->standing.away, sizeof session->standing.away, text);
    session_request(session, *text ? "AWAY :%s" : "AWAY", text);
}

void irc_raw(struct session *session, const char *line)
{
    char copy[CONNECTION_LINE_LIMIT];
    struct message message;
    text_copy(copy, sizeof copy, line);
    if (!message_parse(copy, &message))
        return;
    if (strcasecmp(message.command, "NICK") == 0)
        text_copy(session->standing.asked, sizeof session->standing.asked, message.parameters[0]);
    else if (strcasecmp(message.command, "AWAY") == 0)
        text_copy(session->standing.away, sizeof session->standing.away, message.parameters[0]);
    else if (strcasecmp(message.command, "JOIN") == 0)
        standing_enter(&session->standing, message.parameters[0], message.parameters[1]);
    session_request(session, "%s", line);
}

static void ask(struct session *session)
{
    session_send(session, "PING :" QUESTION);
}

bool irc_is_answer(const struct message *message)
{
    return strcmp(message->last, QUESTION) == 0;
}

/* The door was a guess. A first line that is no IRC tells what it is. */
static bool is_another_door(struct session *session, const char *line)
{
    if (session->options->door_told || session->greeted)
        return false;
    if (simple_is_pair_greeting(line))
        session_speak(session, DOOR_PAIR);
    else if (strncmp(line, "[server]", 8) == 0)
        session_speak(session, lines_ended_in_cr(&session->connection.in) ? DOOR_TALK : DOOR_PLAIN);
    else
        return false;
    pace_init(&session->pace, 0, 1);
    simple_taken_over(session, line);
    return true;
}

static void take(struct session *session, char *line)
{
    struct message message;
    if (is_another_door(session, line))
        return;
    if (session->irc.login_at)
        log_in_now(session);
    if (!message_parse(line, &message))
        return;
    int number = 0;
    if (strlen(message.command) == 3 && strspn(message.command, "0123456789") == 3)
        number = atoi(message.command);
    if (*message.user && *message.host && text_compare_names(message.nick, session->nick) == 0) {
        session->irc.own_user = strlen(message.user);
        session->irc.own_host = strlen(message.host);
    }
    if (irc_login_take(session, &message))
        return;
    if (number > 0)
        irc_numeric(session, &message, number);
    else
        irc_event(session, &message);
}

const struct dialect *irc_dialect(void)
{
    static const struct dialect dialect = {
        .door = DOOR_IRC, .connected = connected, .line = take, .say = say, .quit = quit, .ask = ask};
    return &dialect;
}
