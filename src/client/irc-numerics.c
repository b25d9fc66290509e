/* The numeric replies: RFC 1459 section 6, RFC 2812, the Modern IRC client protocol. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/harmless.h"
#include "base/parse.h"
#include "base/text.h"
#include "irc.h"

/* Joins the channels of the command line, or after a reconnect those we were in. */
static void join_channels(struct session *session)
{
    const struct resume *resume = &session->resume;
    int count = 0;
    for (int i = 0; i < resume->count; i++) {
        const struct resume_channel *channel = &resume->channels[i];
        if (!channel->wanted)
            continue;
        session_send(session, *channel->key ? "JOIN %s %s" : "JOIN %s", channel->name, channel->key);
        count++;
    }
    irc_joins_sent(session, count);
}

static void welcome(struct session *session, struct message *message)
{
    if (session->irc.login == IRC_REGISTERED)
        return;
    text_copy(session->nick, sizeof session->nick, message->parameters[0]);
    if (*session->secret.account && !session->irc.authenticated && !session->irc.resuming) {
        session_end(session, EX_NOPERM, "the server let us in without logging us in as %s", session->secret.account);
        return;
    }
    session->irc.login = IRC_REGISTERED;
    resume_learn_nick(&session->resume, session->nick);
    session_showf(session, session_server_window(session), LINE_SERVER, "%s", message->last);
    if (*session->resume.away)
        session_send(session, "AWAY :%s", session->resume.away);
    join_channels(session);
}

/* A user who comes to a forkchatd and names no channel goes to its lobby, as at its other doors. Not without a
 * terminal: a script knows where it wants to speak. */
static void go_to_lobby(struct session *session, const char *lobby)
{
    if (!session->interactive || session->resume.sent_to_lobby || session->options->channel_count > 0)
        return;
    session->resume.sent_to_lobby = true;
    for (int i = 1; i < session->windows.count; i++)
        if (session->windows.list[i]->kind == WINDOW_CHANNEL)
            return;
    session_send(session, "JOIN %s", lobby);
}

/* A length from 005; 0 if it is none that anybody has. */
static size_t length_of(const char *digits)
{
    int64_t number;
    return parse_number(digits, 1, 400, &number) ? (size_t)number : 0;
}

/* PREFIX=(ov)@+ and CHANMODES=b,k,l,imnst */
static void supports_modes(struct irc *irc, char *word)
{
    const char *signs = strchr(word, ')');
    if (strncmp(word, "PREFIX=(", 8) == 0 && signs) {
        snprintf(irc->rank_modes, sizeof irc->rank_modes, "%.*s", (int)(signs - word - 8), word + 8);
        text_copy(irc->ranks, sizeof irc->ranks, signs + 1);
    } else if (strncmp(word, "CHANMODES=", 10) == 0) {
        char *rest = word + 10, *letters;
        for (int kind = 0; kind < 4 && (letters = text_next_item(&rest, ',')); kind++)
            text_copy(irc->modes[kind], sizeof irc->modes[kind], letters);
    }
}

static void supports(struct session *session, struct message *message)
{
    for (int i = 1; i < message->count - 1; i++) {
        char *word = message->parameters[i];
        if (strncmp(word, "CHANTYPES=", 10) == 0)
            text_copy(session->irc.types, sizeof session->irc.types, word + 10);
        else if (strncmp(word, "LOBBY=", 6) == 0)
            go_to_lobby(session, word + 6);
        else if (strncmp(word, "NICKLEN=", 8) == 0)
            session->irc.nick_length = length_of(word + 8);
        else if (strncmp(word, "USERLEN=", 8) == 0)
            session->irc.user_length = length_of(word + 8);
        else if (strncmp(word, "HOSTLEN=", 8) == 0)
            session->irc.host_length = length_of(word + 8);
        else
            supports_modes(&session->irc, word);
    }
}

/* 353: the names in a channel, with signs in front and, if we asked for it, hosts behind. */
static void names(struct session *session, struct message *message)
{
    struct window *window = windows_find(&session->windows, message->parameters[message->count - 2]);
    const char *ranks = *session->irc.ranks ? session->irc.ranks : "@+";
    char *rest = message->last, *name;
    if (!window)
        return;
    while ((name = text_next_word(&rest))) {
        char signs[8] = "";
        size_t length = strspn(name, ranks);
        snprintf(signs, sizeof signs, "%.*s", (int)length, name);
        name += length;
        name[strcspn(name, "!")] = '\0';
        window_join(window, name);
        window_set_ranks(window, name, signs);
    }
}

static void end_of_names(struct session *session, struct message *message)
{
    struct window *window = windows_find(&session->windows, message->parameters[1]);
    char words[900];
    struct text text;
    if (!window)
        return;
    window_drop_doubted(window);
    text_init(&text, words, sizeof words);
    text_addf(&text, "%zu here:", window->member_count);
    for (size_t i = 0; i < window->member_count && text.length < 700; i++)
        text_addf(&text, " %s", window->members[i].nick);
    if (text.length >= 700)
        text_add(&text, " …");
    session_showf(session, window, LINE_EVENT, "%s", words);
}

static void topic(struct session *session, struct message *message)
{
    struct window *window = windows_find(&session->windows, message->parameters[1]);
    struct text text;
    if (!window)
        window = windows_current(&session->windows);
    text_init(&text, window->topic, sizeof window->topic);
    if (atoi(message->command) == 332)
        harmless_add_readable(&text, message->last, strlen(message->last));
    session_showf(session, window, LINE_EVENT, "topic: %s", message->last);
}

static void hide(struct session *session, struct message *message)
{
    (void)session, (void)message;
}

/* All but our own name, in the order of the server. */
static void words_of(const struct message *message, struct text *text)
{
    for (int i = message->count > 1 ? 1 : 0; i < message->count; i++)
        text_addf(text, "%s%s", text->length ? " " : "", message->parameters[i]);
}

static void from_server(struct session *session, struct message *message)
{
    char words[1024];
    struct text text;
    text_init(&text, words, sizeof words);
    words_of(message, &text);
    session_showf(session, session_server_window(session), LINE_SERVER, "%s", words);
}

/* 396: our host is another one for others from now on. */
static void host_changed(struct session *session, struct message *message)
{
    session->irc.own_host = strlen(message->parameters[1]);
    from_server(session, message);
}

/* A reply or an error that the user's own doing has brought about. */
static void reply(struct session *session, struct message *message, enum line_kind kind)
{
    char words[1024];
    struct text text;
    text_init(&text, words, sizeof words);
    words_of(message, &text);
    struct window *window = message->count > 2 ? windows_find(&session->windows, message->parameters[1]) : NULL;
    session_showf(session, window ? window : windows_current(&session->windows), kind, "%s", words);
}

/* 305, 306: whatever it was that made us so. */
static void away(struct session *session, struct message *message)
{
    session->away = atoi(message->command) == 306;
    reply(session, message, LINE_SERVER);
}

/* 401, 404 …: what was said did not arrive. */
static void not_said(struct session *session, struct message *message)
{
    session_fail(session, EX_NOPERM);
    reply(session, message, LINE_ERROR);
}

static void not_joined(struct session *session, struct message *message)
{
    reply(session, message, LINE_ERROR);
    if (session->irc.joins_open || session->irc.joins_asked)
        irc_join_answered(session, true);
    else
        session_fail(session, EX_NOPERM);
}

/* 12345 seconds: "3 hours" */
static void tell_span(char *to, size_t size, const char *seconds)
{
    static const struct {
        long length;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    long span = strtol(seconds, NULL, 10);
    size_t unit = 0;
    while (unit < 3 && span < units[unit].length)
        unit++;
    long count = span / units[unit].length;
    snprintf(to, size, "%ld %s%s", count, units[unit].name, count == 1 ? "" : "s");
}

/* 311, 312, 317, 319, 330 and so on: about somebody. 4 parameters and more are as RFC 2812 has them; else as they are.
 */
static void about(struct session *session, struct message *message)
{
    char *const *of = message->parameters;
    const char *who = of[1];
    char span[32], stamp[32];
    struct tm local;
    time_t since;
    switch (atoi(message->command)) {
    case 311:
    case 314:
        if (message->count >= 6) {
            session_tell(session, "%s %s %s@%s: %s", who, atoi(message->command) == 311 ? "is" : "was", of[2], of[3],
                         message->last);
            return;
        }
        break;
    case 312:
        if (message->count >= 4) {
            session_tell(session, "%s is on %s: %s", who, of[2], message->last);
            return;
        }
        break;
    case 317:
        since = message->count >= 5 ? (time_t)strtoll(of[3], NULL, 10) : 0;
        if (since > 0 && localtime_r(&since, &local) && strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M", &local)) {
            tell_span(span, sizeof span, of[2]);
            session_tell(session, "%s has said nothing for %s, and is here since %s", who, span, stamp);
            return;
        }
        break;
    case 319:
        session_tell(session, "%s is in %s", who, message->last);
        return;
    case 330:
        if (message->count >= 4) {
            session_tell(session, "%s is logged in as %s", who, of[2]);
            return;
        }
        break;
    default:
        break;
    }
    reply(session, message, LINE_SERVER);
}

/* 322: a line of LIST. */
static void listed(struct session *session, struct message *message)
{
    if (message->count < 4)
        reply(session, message, LINE_SERVER);
    else
        session_tell(session, "%s: %s here%s%s", message->parameters[1], message->parameters[2],
                     *message->last ? "; " : "", message->last);
}

/* 352: a line of WHO; in front of the real name is how far away their server is. */
static void seen(struct session *session, struct message *message)
{
    char *const *of = message->parameters;
    if (message->count < 8) {
        reply(session, message, LINE_SERVER);
        return;
    }
    const char *name = message->last + strspn(message->last, "0123456789");
    session_tell(session, "%s is %s@%s:%s%s", of[5], of[2], of[3], *name == ' ' ? "" : " ", name);
}

static const struct {
    int first, last;
    void (*run)(struct session *session, struct message *message);
} table[] = {
    {1, 1, welcome},         {2, 4, from_server},      {5, 5, supports},        {6, 299, from_server},
    {305, 306, away},        {311, 314, about},        {315, 315, hide},        {317, 317, about},
    {318, 318, hide},        {319, 319, about},        {321, 321, hide},        {322, 322, listed},
    {330, 330, about},       {352, 352, seen},         {331, 332, topic},       {333, 333, hide},
    {353, 353, names},       {366, 366, end_of_names}, {323, 323, hide},        {369, 369, hide},
    {372, 376, from_server}, {396, 396, host_changed}, {401, 401, not_said},    {404, 404, not_said},
    {411, 413, not_said},    {422, 422, from_server},  {403, 403, not_joined},  {405, 405, not_joined},
    {437, 437, not_joined},  {448, 448, not_joined},   {471, 471, not_joined},  {473, 477, not_joined},
    {479, 479, not_joined},  {520, 520, not_joined},   {900, 903, from_server},
};

void irc_numeric(struct session *session, struct message *message, int number)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (number >= table[i].first && number <= table[i].last) {
            if (message->count >= 2)
                table[i].run(session, message);
            return;
        }
    }
    reply(session, message, number >= 400 && number < 600 ? LINE_ERROR : LINE_SERVER);
}
