/* What the user asks of an IRC server: to say something, to join, another nick, to be away. What is asked for is
 * remembered (resume.h), and how many JOINs are still to be answered. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "irc.h"

#define JOIN_WAIT INT64_C(10000000000)

bool irc_is_channel(const struct session *session, const char *name)
{
    const char *types = *session->irc.types ? session->irc.types : "#&";
    return *name && strchr(types, *name);
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

void irc_say(struct session *session, struct window *window, const char *target, const char *command, const char *text,
             bool action)
{
    size_t spent = prefix_length(session) + strlen(command) + strlen(target) + strlen("  :") + (action ? 9 : 0);
    size_t room = spent + 64 < IRC_LINE_BYTES ? IRC_LINE_BYTES - spent : 64;
    enum line_kind kind = action ? LINE_ACTION : strcmp(command, "NOTICE") == 0 ? LINE_NOTICE : LINE_MESSAGE;
    char line[IRC_LINE_BYTES * 2], said[IRC_LINE_BYTES];
    while (session_take_piece(&text, room, said)) {
        snprintf(line, sizeof line, action ? "%s %s :\001ACTION %s\001" : "%s %s :%s", command, target, said);
        session_send_paced(session, line);
        session_show(session, window, &(struct line){.kind = kind, .own = true, .nick = session->nick, .text = said});
    }
}

/* The channels of the start or of the return are joined, or refused, or the server does not tell. */
static void joined_all(struct session *session)
{
    session->irc.joins_open = 0;
    session_make_ready(session);
}

void irc_joins_sent(struct session *session, int count)
{
    session->irc.joins_open = count;
    session->irc.join_by = clock_monotonic() + JOIN_WAIT;
    if (count == 0)
        joined_all(session);
}

void irc_join_answered(struct session *session, bool refused)
{
    struct irc *irc = &session->irc;
    irc->join_by = clock_monotonic() + JOIN_WAIT;
    if (irc->joins_open == 0 && irc->joins_asked == 0)
        return;
    if (refused)
        session_fail(session, EX_NOPERM);
    if (irc->joins_open == 0)
        irc->joins_asked--;
    else if (--irc->joins_open == 0)
        joined_all(session);
}

void irc_check_joins(struct session *session, int64_t now)
{
    if (pace_count(&session->pace) > 0)
        session->irc.join_by = now + JOIN_WAIT; /* the JOIN may be among them */
    if (session->irc.joins_open > 0 && now > session->irc.join_by)
        joined_all(session);
}

bool irc_is_joining(const struct session *session)
{
    return session->irc.joins_asked > 0 && clock_monotonic() < session->irc.join_by;
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
        resume_enter(&session->resume, name, given ? given : "");
        text_addf(&text, "%s%s", comma, resume_key(&session->resume, name));
        session->irc.joins_asked++;
    }
    while (text.length > 0 && known[text.length - 1] == ',')
        known[--text.length] = '\0';
    session_request(session, *known ? "JOIN %s %s" : "JOIN %s", channels, known);
    session->irc.join_by = clock_monotonic() + JOIN_WAIT;
}

void irc_take_nick(struct session *session, const char *nick)
{
    text_copy(session->resume.asked, sizeof session->resume.asked, nick);
    session_request(session, "NICK %s", nick);
}

void irc_be_away(struct session *session, const char *text)
{
    text_copy(session->resume.away, sizeof session->resume.away, text);
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
        text_copy(session->resume.asked, sizeof session->resume.asked, message.parameters[0]);
    else if (strcasecmp(message.command, "AWAY") == 0)
        text_copy(session->resume.away, sizeof session->resume.away, message.parameters[0]);
    else if (strcasecmp(message.command, "JOIN") == 0)
        resume_enter(&session->resume, message.parameters[0], message.parameters[1]);
    session_request(session, "%s", line);
}
