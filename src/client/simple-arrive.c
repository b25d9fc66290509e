/* Plain and talk: arriving, for the first time or again. Name, absence and channels are asked for in one go, and then
 * something whose answer cannot be mistaken: when that comes, all the rest is answered. Until then nothing is said,
 * since in a channel that could not be joined it would be said to others. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "simple.h"

#define ARRIVE_NS INT64_C(10000000000)
#define SERVER    "[server] "

static const char *slash(const struct session *session)
{
    return session->dialect->door == DOOR_TALK ? "/" : "";
}

static void ask_for(struct session *session, const char *verb, const char *argument, const char *more)
{
    char word[16];
    text_copy(word, sizeof word, verb);
    for (char *at = word; session->dialect->door == DOOR_TALK && *at; at++)
        *at = (char)(*at | 32);
    session_send(session, "%s%s %s%s%s", slash(session), word, argument, *more ? " " : "", more);
}

void simple_ask(struct session *session)
{
    ask_for(session, "WHOIS", session->simple.question, "");
}

/* The one to talk in is joined last. */
static void join_all(struct session *session)
{
    struct resume *resume = &session->resume;
    const struct resume_channel *last = *session->simple.target ? resume_find(resume, session->simple.target) : NULL;
    for (int i = resume->count - 1; i >= 0; i--)
        if (resume->channels[i].wanted && &resume->channels[i] != last)
            ask_for(session, "JOIN", resume->channels[i].name, resume->channels[i].key);
    if (last)
        ask_for(session, "JOIN", last->name, last->key);
}

void simple_arrive(struct session *session)
{
    struct simple *simple = &session->simple;
    const struct options *options = session->options;
    if (session->arrived)
        text_copy(simple->target, sizeof simple->target, simple->current);
    else if (options->channel_count > 0)
        text_copy(simple->target, sizeof simple->target, options->channels[0]);
    snprintf(simple->question, sizeof simple->question, "=%08x=", (unsigned)clock_monotonic());
    simple->current[0] = '\0';
    simple->nick_tries = 0;
    simple->nick_is_taken = false;
    text_copy(session->nick, sizeof session->nick, session->resume.nick);
    ask_for(session, "NICK", session->resume.nick, "");
    if (*session->resume.away)
        ask_for(session, "AWAY", session->resume.away, "");
    join_all(session);
    if (*simple->left)
        ask_for(session, "PART", simple->left, "");
    simple_ask(session);
    session_enter(session, SESSION_ARRIVING, clock_monotonic() + ARRIVE_NS);
}

static void arrived(struct session *session)
{
    struct simple *simple = &session->simple;
    simple->elsewhere = *simple->target && text_compare_names(simple->target, simple->current) != 0;
    for (int i = 0; i < session->resume.count; i++) {
        const struct resume_channel *channel = &session->resume.channels[i];
        if (!channel->wanted || channel->joined)
            continue;
        session_complain(session, "%s was not joined", channel->name);
        session_fail(session, EX_NOPERM);
    }
    session_make_ready(session);
}

void simple_check(struct session *session, int64_t now)
{
    if (session->state != SESSION_ARRIVING || now < session->until)
        return;
    session->simple.target[0] = '\0'; /* it tells nothing at all: no forkchatd */
    session_make_ready(session);
}

bool simple_may_say(struct session *session, const char *text)
{
    if (!session->simple.elsewhere)
        return true;
    session_complain(session, "you are not in %s: /join %s or another; this was not said: %s", session->simple.target,
                     session->simple.target, text);
    session_fail(session, EX_NOPERM);
    return false;
}

/* What follows `start` in the line, up to a blank or the end; NULL if it does not start so. */
static const char *word_behind(const char *line, const char *start, char *word, size_t size)
{
    size_t length = strlen(start);
    if (strncmp(line, start, length) != 0)
        return NULL;
    snprintf(word, size, "%.*s", (int)strcspn(line + length, " "), line + length);
    return line + length + strcspn(line + length, " ");
}

static void learn_nick(struct session *session, const char *nick)
{
    text_copy(session->nick, sizeof session->nick, nick);
    resume_learn_nick(&session->resume, nick);
    if (text_compare_names(nick, session->resume.nick) == 0)
        session->simple.nick_is_taken = false;
}

/* As on IRC: perhaps it is ourselves on the connection that was lost. */
static void another_nick(struct session *session, const char *nick)
{
    struct simple *simple = &session->simple;
    char longer[OPTIONS_NICK_SIZE];
    size_t length = strlen(nick);
    if (session->state != SESSION_ARRIVING || simple->nick_tries++ == 2 || length + sizeof "_" > sizeof longer)
        return;
    simple->nick_is_taken = true;
    memcpy(longer, nick, length);
    memcpy(longer + length, "_", sizeof "_");
    ask_for(session, "NICK", longer, "");
}

static void learn_joined(struct session *session, const char *channel)
{
    text_copy(session->simple.current, sizeof session->simple.current, channel);
    resume_joined(&session->resume, channel);
    if (session->state != SESSION_ARRIVING)
        session->simple.elsewhere = false;
    if (text_compare_names(channel, session->simple.left) == 0)
        session->simple.left[0] = '\0';
}

static void learn_left(struct session *session, const char *channel)
{
    struct simple *simple = &session->simple;
    if (!resume_find(&session->resume, channel))
        text_copy(simple->left, sizeof simple->left, channel);
    resume_parted(&session->resume, channel);
    if (text_compare_names(channel, simple->current) == 0)
        simple->current[0] = '\0';
}

/* An answer that is a no: what was asked for is not done. */
static void learn_refusal(struct session *session, const char *line)
{
    static const struct {
        const char *start;
        int status;
    } table[] = {{"invalid command: ", EX_DATAERR},
                 {"that line is too long", EX_DATAERR},
                 {"nobody here is called ", EX_NOPERM},
                 {"you cannot speak in ", EX_NOPERM},
                 {"you are in no channel", EX_NOPERM},
                 {"you are not in ", EX_NOPERM},
                 {"you cannot write to ", EX_NOPERM},
                 {"there is no channel ", EX_NOPERM},
                 {"an operator asked for silence in ", EX_NOPERM}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(line, table[i].start, strlen(table[i].start)) == 0)
            session_fail(session, table[i].status);
}

bool simple_learn(struct session *session, const char *line)
{
    char word[WINDOW_NAME_SIZE];
    const char *rest;
    if (strncmp(line, SERVER, strlen(SERVER)) != 0)
        return false;
    line += strlen(SERVER);
    if (*session->simple.question && strstr(line, session->simple.question)) {
        if (session->state == SESSION_ARRIVING)
            arrived(session);
        delivery_confirm(session);
        return true;
    }
    if (word_behind(line, "you are now talking in ", word, sizeof word))
        learn_joined(session, word);
    else if ((rest = word_behind(line, "you are now ", word, sizeof word)) && !*rest)
        learn_nick(session, word);
    else if (strncmp(line, "you are away now", 16) == 0)
        session->away = true;
    else if (strcmp(line, "you are no longer away") == 0)
        session->away = false;
    else if (word_behind(line, "you left ", word, sizeof word) ||
             word_behind(line, "you were kicked from ", word, sizeof word))
        learn_left(session, word);
    else if ((rest = word_behind(line, "the nick ", word, sizeof word)) && strncmp(rest, " is taken", 9) == 0)
        another_nick(session, word);
    else if ((rest = word_behind(line, "", word, sizeof word)) && strncmp(rest, " has left", 9) == 0 &&
             session->simple.nick_is_taken && text_compare_names(word, session->resume.nick) == 0)
        ask_for(session, "NICK", word, "");
    else
        learn_refusal(session, line);
    return false;
}
