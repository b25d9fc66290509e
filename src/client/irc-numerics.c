/* The numeric replies: RFC 1459 section 6, RFC 2812, the Modern IRC client protocol. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "irc.h"

/* Joins the channels of the command line, or after a reconnect those that were open. */
static void join_channels(struct session *session)
{
    const struct options *options = session->options;
    for (int i = 0; i < options->channel_count; i++) {
        if (!windows_find(&session->windows, options->channels[i])) {
            session_send(session, "JOIN %s", options->channels[i]);
            session->irc.joins_open++;
        }
    }
    for (int i = 1; i < session->windows.count; i++)
        if (session->windows.list[i]->kind == WINDOW_CHANNEL)
            session_send(session, "JOIN %s", session->windows.list[i]->name);
    if (session->irc.joins_open == 0)
        session->ready = true;
}

static void welcome(struct session *session, struct message *message)
{
    if (session->irc.registered)
        return;
    text_copy(session->nick, sizeof session->nick, message->parameters[0]);
    if (*session->secret.account && !session->irc.authenticated) {
        session_end(session, EX_NOPERM, "the server let us in without logging us in as %s",
                    session->secret.account);
        return;
    }
    session->irc.registered = true;
    session->irc.negotiating = false;
    session_showf(session, session_server_window(session), LINE_SERVER, "%s", message->last);
    join_channels(session);
}

static void supports(struct session *session, struct message *message)
{
    for (int i = 1; i < message->count - 1; i++) {
        const char *word = message->parameters[i];
        const char *signs = strncmp(word, "PREFIX=", 7) == 0 ? strchr(word, ')') : NULL;
        if (strncmp(word, "CHANTYPES=", 10) == 0)
            text_copy(session->irc.types, sizeof session->irc.types, word + 10);
        else if (strncmp(word, "NICKLEN=", 8) == 0)
            session->irc.nick_length = (size_t)strtoul(word + 8, NULL, 10);
        else if (signs)
            text_copy(session->irc.ranks, sizeof session->irc.ranks, signs + 1);
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
        name += strspn(name, ranks);
        name[strcspn(name, "!")] = '\0';
        window_join(window, name);
    }
}

static void end_of_names(struct session *session, struct message *message)
{
    struct window *window = windows_find(&session->windows, message->parameters[1]);
    char words[900];
    struct text text;
    if (!window)
        return;
    text_init(&text, words, sizeof words);
    text_addf(&text, "%zu here:", window->member_count);
    for (size_t i = 0; i < window->member_count && text.length < 700; i++)
        text_addf(&text, " %s", window->members[i]);
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
        text_add_harmless(&text, message->last, strlen(message->last));
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

static const struct {
    int first, last;
    void (*run)(struct session *session, struct message *message);
} table[] = {
    {1, 1, welcome},         {2, 4, from_server},     {5, 5, supports},       {6, 299, from_server},
    {315, 315, hide},        {318, 318, hide},        {331, 332, topic},      {333, 333, hide},
    {353, 353, names},       {366, 366, end_of_names}, {323, 323, hide},      {369, 369, hide},
    {372, 376, from_server}, {401, 401, not_said},    {404, 404, not_said},   {411, 413, not_said},
    {422, 422, from_server}, {403, 403, not_joined},  {405, 405, not_joined}, {437, 437, not_joined},
    {448, 448, not_joined},  {471, 471, not_joined},  {473, 477, not_joined}, {479, 479, not_joined},
    {520, 520, not_joined},  {900, 903, from_server},
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
