/* The commands that speak IRC. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "commands.h"
#include "irc.h"
#include "simple.h"

/* The current channel, or NULL after telling the user that this is none. */
static struct window *this_channel(struct session *session)
{
    struct window *window = windows_current(&session->windows);
    if (window->kind == WINDOW_CHANNEL)
        return window;
    session_complain(session, "this is no channel: /join #CHANNEL, or go to the window of one");
    session_fail(session, EX_DATAERR);
    return NULL;
}

/* Takes a channel's name off the front, or takes the current channel. */
static const char *channel_or_this(struct session *session, char **arguments)
{
    if (irc_is_channel(session, *arguments))
        return text_next_word(arguments);
    struct window *window = this_channel(session);
    return window ? window->name : NULL;
}

void commands_join(struct session *session, char *arguments)
{
    char *channel = text_next_word(&arguments);
    if (!irc_is_channel(session, channel)) {
        session_complain(session, "channels start with #: /join #%s", channel);
        session_fail(session, EX_DATAERR);
        return;
    }
    struct window *window = windows_find(&session->windows, channel);
    if (window && window->joined)
        windows_show(&session->windows, windows_number(&session->windows, window));
    else
        irc_join(session, channel, arguments);
}

void commands_part(struct session *session, char *arguments)
{
    const char *channel = channel_or_this(session, &arguments);
    if (!channel)
        return;
    struct window *window = windows_find(&session->windows, channel);
    if (window && !window->joined)
        windows_close(&session->windows, window);
    else
        session_request(session, "PART %s :%s", channel, arguments);
}

void commands_msg(struct session *session, char *arguments)
{
    char *target = text_next_word(&arguments);
    if (session->dialect->door == DOOR_PAIR) {
        session_complain(session, "there is only one other person here: just type");
    } else if (session->dialect->door != DOOR_IRC) {
        simple_private(session, target, arguments);
    } else if (irc_is_channel(session, target)) {
        struct window *window = windows_find(&session->windows, target);
        irc_say(session, window ? window : windows_current(&session->windows), target, "PRIVMSG", arguments, false);
    } else {
        struct window *window = windows_open(&session->windows, target, WINDOW_QUERY);
        irc_say(session, window, target, "PRIVMSG", arguments, false);
    }
}

void commands_query(struct session *session, char *arguments)
{
    char *nick = text_next_word(&arguments);
    if (irc_is_channel(session, nick)) {
        session_complain(session, "%s is a channel: /join %s", nick, nick);
        return;
    }
    struct window *window = windows_open(&session->windows, nick, WINDOW_QUERY);
    windows_show(&session->windows, windows_number(&session->windows, window));
    if (*arguments && window->kind == WINDOW_QUERY)
        irc_say(session, window, nick, "PRIVMSG", arguments, false);
}

void commands_me(struct session *session, char *arguments)
{
    session->dialect->say(session, windows_current(&session->windows), arguments, true);
}

void commands_notice(struct session *session, char *arguments)
{
    char *target = text_next_word(&arguments);
    irc_say(session, windows_current(&session->windows), target, "NOTICE", arguments, false);
}

void commands_nick(struct session *session, char *arguments)
{
    irc_take_nick(session, text_next_word(&arguments));
}

void commands_names(struct session *session, char *arguments)
{
    const char *channel = channel_or_this(session, &arguments);
    struct window *window = channel ? windows_find(&session->windows, channel) : NULL;
    if (window)
        window_doubt_members(window);
    if (channel)
        session_request(session, "NAMES %s", channel);
}

void commands_topic(struct session *session, char *arguments)
{
    const char *channel = channel_or_this(session, &arguments);
    if (channel)
        session_request(session, *arguments ? "TOPIC %s :%s" : "TOPIC %s", channel, arguments);
}

void commands_whois(struct session *session, char *arguments)
{
    session_request(session, "WHOIS %s", text_next_word(&arguments));
}

void commands_who(struct session *session, char *arguments)
{
    session_request(session, "WHO %s", *arguments ? arguments : windows_current(&session->windows)->name);
}

void commands_list(struct session *session, char *arguments)
{
    session_request(session, "LIST %s", arguments);
}

void commands_invite(struct session *session, char *arguments)
{
    char *nick = text_next_word(&arguments);
    const char *channel = channel_or_this(session, &arguments);
    if (channel)
        session_request(session, "INVITE %s %s", nick, channel);
}

void commands_kick(struct session *session, char *arguments)
{
    const char *channel = channel_or_this(session, &arguments);
    char *nick = channel ? text_next_word(&arguments) : NULL;
    if (nick)
        session_request(session, *arguments ? "KICK %s %s :%s" : "KICK %s %s", channel, nick, arguments);
    else if (channel)
        session_complain(session, "whom? /kick NICK");
}

void commands_ban(struct session *session, char *arguments)
{
    const char *channel = channel_or_this(session, &arguments);
    if (!channel)
        return;
    char *mask = text_next_word(&arguments);
    if (!mask)
        session_request(session, "MODE %s +b", channel);
    else
        session_request(session, "MODE %s +b %s%s", channel, mask, strpbrk(mask, "!@") ? "" : "!*@*");
}

static void give(struct session *session, char sign, char *arguments)
{
    struct window *window = this_channel(session);
    for (char *nick; window && (nick = text_next_word(&arguments));)
        session_request(session, "MODE %s %co %s", window->name, sign, nick);
}

void commands_op(struct session *session, char *arguments)
{
    give(session, '+', arguments);
}

void commands_deop(struct session *session, char *arguments)
{
    give(session, '-', arguments);
}

void commands_mode(struct session *session, char *arguments)
{
    bool here = !*arguments || *arguments == '+' || *arguments == '-';
    struct window *window = here ? this_channel(session) : NULL;
    if (window)
        session_request(session, "MODE %s %s", window->name, arguments);
    else if (!here)
        session_request(session, "MODE %s", arguments);
}

void commands_away(struct session *session, char *arguments)
{
    irc_be_away(session, arguments);
}

void commands_ctcp(struct session *session, char *arguments)
{
    char *nick = text_next_word(&arguments), *question = text_next_word(&arguments);
    for (char *at = question; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 32);
    if (strcmp(question, "PING") == 0)
        session_request(session, "PRIVMSG %s :\001PING %lld\001", nick, (long long)clock_realtime());
    else
        session_request(session, "PRIVMSG %s :\001%s\001", nick, question);
}

void commands_oper(struct session *session, char *arguments)
{
    session_request(session, "OPER %s", arguments);
}
