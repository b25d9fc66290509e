/* What happens on IRC: messages, comings and goings. One row of the table, one function. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/harmless.h"
#include "base/text.h"
#include "irc.h"

#define QUESTION "arrived" /* of irc_ask */

static bool is_us(const struct session *session, const char *nick)
{
    return text_compare_names(nick, session->nick) == 0;
}

static void event(struct session *session, struct window *window, const struct message *message, const char *text)
{
    session_show(session, window, &(struct line){.time = message->time, .kind = LINE_EVENT, .text = (char *)text});
}

/* The window of a channel, or the server's if we have none for it. */
static struct window *channel_window(struct session *session, const char *name)
{
    struct window *window = windows_find(&session->windows, name);
    return window ? window : session_server_window(session);
}

/* CTCP: answers what is harmless to answer, at most three in ten seconds. */
static void answer(struct session *session, const struct message *message, const char *question)
{
    int64_t now = clock_monotonic();
    if (now - session->irc.answered > INT64_C(10000000000)) {
        session->irc.answered = now;
        session->irc.answers = 0;
    }
    session_showf(session, session_server_window(session), LINE_SERVER, "%s asks: CTCP %s", message->nick, question);
    if (++session->irc.answers > 3)
        return;
    if (strncmp(question, "PING", 4) == 0 && strlen(question) < 100)
        session_send(session, "NOTICE %s :\001%s\001", message->nick, question);
    else if (strcmp(question, "VERSION") == 0)
        session_send(session, "NOTICE %s :\001VERSION forkchat " FORKCHAT_VERSION "\001", message->nick);
}

/* Takes the CTCP marks off `text`; false if there are none. */
static bool is_ctcp(char *text)
{
    size_t length = strlen(text);
    if (text[0] != '\001' || length < 2)
        return false;
    if (text[length - 1] == '\001')
        text[--length] = '\0';
    memmove(text, text + 1, length);
    return true;
}

/* Where a message to `target` belongs: its channel, or the person it is from. */
static struct window *message_window(struct session *session, const struct message *message, const char *target)
{
    while (*target && strchr("@+%&~", *target) && irc_is_channel(session, target + 1))
        target++; /* to the operators of a channel only */
    if (irc_is_channel(session, target))
        return channel_window(session, target);
    return windows_open(&session->windows, message->nick, WINDOW_QUERY);
}

static void on_privmsg(struct session *session, struct message *message)
{
    char *text = message->last;
    struct line line = {.time = message->time, .kind = LINE_MESSAGE, .nick = message->nick, .text = text};
    if (session_ignores(session, message->nick, message->user, message->host))
        return;
    if (is_ctcp(text)) {
        if (strncmp(text, "ACTION ", 7) != 0) {
            answer(session, message, text);
            return;
        }
        line.kind = LINE_ACTION;
        line.text = text + 7;
    }
    struct window *window = message_window(session, message, message->parameters[0]);
    line.own = is_us(session, message->nick);
    line.highlight = window->kind == WINDOW_QUERY || session_names_us(session, line.text);
    if (window->kind == WINDOW_SERVER && line.kind == LINE_MESSAGE)
        line.kind = LINE_PRIVATE;
    session_show(session, window, &line);
}

static void on_notice(struct session *session, struct message *message)
{
    char *text = message->last;
    if (session_ignores(session, message->nick, message->user, message->host))
        return;
    if (is_ctcp(text)) {
        session_tell(session, "%s answers: CTCP %s", message->nick, text);
        return;
    }
    struct window *window = session_server_window(session);
    if (!*message->user) {
        session_showf(session, window, LINE_SERVER, "%s", text);
        return;
    }
    if (irc_is_channel(session, message->parameters[0]))
        window = channel_window(session, message->parameters[0]);
    else if (windows_find(&session->windows, message->nick))
        window = windows_find(&session->windows, message->nick);
    else
        window = windows_current(&session->windows);
    session_show(session, window,
                 &(struct line){.time = message->time, .kind = LINE_NOTICE, .nick = message->nick, .text = text});
}

static void joined_ourselves(struct session *session, const struct message *message, const char *channel)
{
    bool is_new = !windows_find(&session->windows, channel);
    struct window *window = windows_open(&session->windows, channel, WINDOW_CHANNEL);
    if (window->kind != WINDOW_CHANNEL) {
        session_complain(session, "%s cannot be shown: there are too many windows", channel);
        irc_join_answered(session, true);
        return;
    }
    window_forget_members(window);
    window->joined = true;
    resume_joined(&session->resume, channel);
    const struct options *options = session->options;
    bool first = options->channel_count && text_compare_names(channel, options->channels[0]) == 0;
    /* The first channel of the command line is where a script's lines go, whatever else is joined. */
    if (is_new &&
        (first || session->state == SESSION_READY || windows_current(&session->windows)->kind == WINDOW_SERVER))
        windows_show(&session->windows, windows_number(&session->windows, window));
    window_join(window, message->nick);
    if (!session->irc.resuming || is_new)
        event(session, window, message, "you have joined");
    irc_join_answered(session, false);
}

static void on_join(struct session *session, struct message *message)
{
    char *channel = message->parameters[0], text[600];
    if (is_us(session, message->nick)) {
        joined_ourselves(session, message, channel);
        return;
    }
    struct window *window = channel_window(session, channel);
    window_join(window, message->nick);
    snprintf(text, sizeof text, "%s has joined", message->nick);
    event(session, window, message, text);
}

static void on_part(struct session *session, struct message *message)
{
    char *channel = message->parameters[0], text[700];
    struct window *window = windows_find(&session->windows, channel);
    if (!window)
        return;
    if (is_us(session, message->nick)) {
        resume_parted(&session->resume, channel);
        windows_close(&session->windows, window);
        session_tell(session, "you have left %s", channel);
        return;
    }
    window_part(window, message->nick);
    const char *why = message->count > 1 ? message->last : "";
    snprintf(text, sizeof text, *why ? "%s has left: %s" : "%s has left", message->nick, why);
    event(session, window, message, text);
}

static void on_kick(struct session *session, struct message *message)
{
    char *victim = message->parameters[1], text[800];
    struct window *window = channel_window(session, message->parameters[0]);
    const char *why = message->count > 2 ? message->last : "", *colon = *why ? ": " : "";
    window_part(window, victim);
    if (is_us(session, victim)) {
        window->joined = false;
        resume_parted(&session->resume, message->parameters[0]);
        window_forget_members(window);
        snprintf(text, sizeof text, "%s has kicked you out%s%s", message->nick, colon, why);
        session_fail(session, EX_NOPERM);
    } else {
        snprintf(text, sizeof text, "%s has kicked %s out%s%s", message->nick, victim, colon, why);
    }
    event(session, window, message, text);
}

/* Somebody has given up that name. It is taken back if it was ours before the connection broke. */
static void nick_is_free(struct session *session, const char *nick)
{
    if (!session->irc.nick_is_taken || text_compare_names(nick, session->resume.nick) != 0)
        return;
    session->irc.nick_is_taken = false;
    session_send(session, "NICK %s", session->resume.nick);
}

static void on_quit(struct session *session, struct message *message)
{
    char text[700];
    snprintf(text, sizeof text, *message->last ? "%s has quit: %s" : "%s has quit", message->nick, message->last);
    for (int i = 1; i < session->windows.count; i++) {
        struct window *window = session->windows.list[i];
        bool query = window->kind == WINDOW_QUERY && text_compare_names(window->name, message->nick) == 0;
        if (window_part(window, message->nick) || query)
            event(session, window, message, text);
    }
    nick_is_free(session, message->nick);
}

static void on_nick(struct session *session, struct message *message)
{
    char *new = message->parameters[0], text[400];
    bool us = is_us(session, message->nick);
    if (!*new)
        return;
    snprintf(text, sizeof text, us ? "you are now %s%s" : "%s is now %s", us ? "" : message->nick, new);
    if (us) {
        text_copy(session->nick, sizeof session->nick, new);
        resume_learn_nick(&session->resume, new);
        event(session, session_server_window(session), message, text);
    }
    for (int i = 1; i < session->windows.count; i++) {
        struct window *window = session->windows.list[i];
        bool query = window->kind == WINDOW_QUERY && text_compare_names(window->name, message->nick) == 0;
        if (query && !windows_find(&session->windows, new))
            text_copy(window->name, sizeof window->name, new);
        bool member = window_rename(window, message->nick, new);
        if (member || query)
            event(session, window, message, text);
    }
    if (!us)
        nick_is_free(session, message->nick);
}

static void on_topic(struct session *session, struct message *message)
{
    char words[900];
    struct window *window = channel_window(session, message->parameters[0]);
    struct text topic;
    text_init(&topic, window->topic, sizeof window->topic);
    harmless_add_readable(&topic, message->last, strlen(message->last));
    snprintf(words, sizeof words, "%s has set the topic: %s", message->nick, message->last);
    event(session, window, message, words);
}

/* Whether a mode has an argument; the letters of RFC 2811 where the server has not told which it knows. */
static bool takes_argument(const struct irc *irc, char mode, char sign)
{
    const char *lists = irc->modes[0], *always = irc->modes[1], *to_set = irc->modes[2];
    const char *ranks = *irc->rank_modes ? irc->rank_modes : "ov";
    if (!*irc->modes[0] && !*irc->modes[1] && !*irc->modes[2]) {
        lists = "beI";
        always = "k";
        to_set = "l";
    }
    return strchr(ranks, mode) || strchr(lists, mode) || strchr(always, mode) || (sign == '+' && strchr(to_set, mode));
}

/* Somebody is made an operator of the channel, or the like, or no longer. */
static void learn_rank(const struct session *session, const char *channel, char mode, const char *nick, bool given)
{
    const char *letters = *session->irc.rank_modes ? session->irc.rank_modes : "ov";
    const char *signs = *session->irc.rank_modes ? session->irc.ranks : "@+";
    const char *letter = strchr(letters, mode);
    struct window *window = windows_find(&session->windows, channel);
    if (window && letter && (size_t)(letter - letters) < strlen(signs))
        window_give_rank(window, nick, signs[letter - letters], given);
}

/* The key of a channel has changed: it will be wanted when we come back. Ranks of members are for the eye. */
static void learn_modes(struct session *session, const struct message *message)
{
    struct resume_channel *channel = resume_find(&session->resume, message->parameters[0]);
    int argument = 2;
    char sign = '+';
    for (const char *mode = message->parameters[1]; *mode; mode++) {
        if (*mode == '+' || *mode == '-') {
            sign = *mode;
            continue;
        }
        bool has = takes_argument(&session->irc, *mode, sign) && argument < message->count;
        const char *value = has ? message->parameters[argument++] : "";
        learn_rank(session, message->parameters[0], *mode, value, sign == '+');
        if (channel && *mode == 'k')
            text_copy(channel->key, sizeof channel->key, sign == '+' ? value : "");
    }
}

static void on_mode(struct session *session, struct message *message)
{
    char words[600];
    struct text text;
    learn_modes(session, message);
    text_init(&text, words, sizeof words);
    text_addf(&text, "%s has set mode", message->nick);
    for (int i = 1; i < message->count; i++)
        text_addf(&text, " %s", message->parameters[i]);
    event(session, channel_window(session, message->parameters[0]), message, words);
}

static void on_invite(struct session *session, struct message *message)
{
    if (is_us(session, message->parameters[0]))
        session_tell(session, "%s invites you: /join %s", message->nick, message->last);
}

static void on_ping(struct session *session, struct message *message)
{
    session_send(session, "PONG :%s", message->last);
}

void irc_ask(struct session *session)
{
    session_send(session, "PING :" QUESTION);
}

static void on_pong(struct session *session, struct message *message)
{
    if (strcmp(message->last, QUESTION) == 0)
        delivery_confirm(session);
}

static void on_error(struct session *session, struct message *message)
{
    if (session->state == SESSION_LEAVING)
        return;
    const char *why = *message->last ? message->last : "the server gives no reason";
    session_showf(session, session_server_window(session), LINE_ERROR, "the server says: %s", why);
    connection_abandon(&session->connection, why);
}

static void on_wallops(struct session *session, struct message *message)
{
    session_show(
        session, session_server_window(session),
        &(struct line){.time = message->time, .kind = LINE_NOTICE, .nick = message->nick, .text = message->last});
}

static void on_chghost(struct session *session, struct message *message)
{
    if (!is_us(session, message->nick))
        return;
    session->irc.own_user = strlen(message->parameters[0]);
    session->irc.own_host = strlen(message->parameters[1]);
}

static void on_nothing(struct session *session, struct message *message)
{
    (void)session, (void)message;
}

static const struct {
    const char *command;
    int least; /* parameters */
    void (*run)(struct session *session, struct message *message);
} table[] = {
    {"PRIVMSG", 2, on_privmsg}, {"NOTICE", 2, on_notice},   {"JOIN", 1, on_join},      {"PART", 1, on_part},
    {"KICK", 2, on_kick},       {"QUIT", 0, on_quit},       {"NICK", 1, on_nick},      {"TOPIC", 2, on_topic},
    {"MODE", 2, on_mode},       {"INVITE", 2, on_invite},   {"PING", 0, on_ping},      {"PONG", 0, on_pong},
    {"ERROR", 0, on_error},     {"WALLOPS", 1, on_wallops}, {"KILL", 0, on_nothing},   {"AWAY", 0, on_nothing},
    {"ACCOUNT", 0, on_nothing}, {"CHGHOST", 2, on_chghost}, {"TAGMSG", 0, on_nothing}, {"BATCH", 0, on_nothing},
};

void irc_event(struct session *session, struct message *message)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].command, message->command) == 0) {
            if (message->count >= table[i].least)
                table[i].run(session, message);
            return;
        }
    }
    session_showf(session, session_server_window(session), LINE_SERVER, "%s %s", message->command, message->last);
}
