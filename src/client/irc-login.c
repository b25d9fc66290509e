/* Logging in: PASS, capabilities (IRCv3 CAP 302), SASL (irc-sasl.c), NICK and USER.
 *
 * With a token of the server's we ask to be who we were, in place of NICK and USER, which follow if it says no.
 *
 *   OFFLINE --connected--> GUESSING --a line of IRC, or time--> NEGOTIATING --CAP END--> REGISTERING --001-->
 * REGISTERED
 *
 * GUESSING is left out if the door is known. 001 may come while NEGOTIATING: the server knows no CAP. A lost connection
 * leads to OFFLINE from everywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "irc.h"

static const char *const wanted[] = {"server-time",  "multi-prefix", "userhost-in-names",
                                     "message-tags", "chghost",      "forkchat/resume"};

static void introduce(struct session *session)
{
    session_send(session, "NICK %s", session->nick);
    session_send(session, "USER %s 0 * :%s", session->options->nick, session->options->real_name);
}

void irc_login_start(struct session *session)
{
    session->irc.login = IRC_NEGOTIATING;
    session->irc.sasl_scram = session->irc.sasl_plain = false;
    if (*session->secret.server_password)
        session_send(session, "PASS :%s", session->secret.server_password);
    session_send(session, "CAP LS 302");
    if (!*session->resume.token)
        introduce(session);
}

static void end_negotiation(struct session *session)
{
    session->irc.login = IRC_REGISTERING;
    session_send(session, "CAP END");
}

/* Is `name` in the list "name other=value …"? */
static bool offered(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (strncmp(at, name, length) == 0 && (word == length || at[length] == '='))
            return true;
        at += word;
    }
    return false;
}

static void request(struct session *session, const char *list)
{
    char line[512];
    struct text text;
    text_init(&text, line, sizeof line);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (offered(list, wanted[i]))
            text_addf(&text, "%s%s", text.length ? " " : "", wanted[i]);
    if (*session->secret.account && offered(list, "sasl"))
        text_addf(&text, "%ssasl", text.length ? " " : "");
    if (text.length)
        session_send(session, "CAP REQ :%s", line);
}

static void no_login(struct session *session, const char *why)
{
    session_send(session, "QUIT");
    session_end(session, EX_NOPERM, "not logged in as %s: %s", session->secret.account, why);
}

/* False if it is not to be had: then we come as anybody does. */
static bool ask_to_resume(struct session *session)
{
    session->irc.resuming = session->irc.resume_offered;
    if (session->irc.resuming)
        session_send(session, *session->resume.seen ? "RESUME %s %s" : "RESUME %s", session->resume.token,
                     session->resume.seen);
    else
        introduce(session);
    session->resume.token[0] = '\0'; /* good for one use */
    return session->irc.resuming;
}

/* The server does not know the token any more. */
static void begin_anew(struct session *session)
{
    session->irc.resuming = false;
    introduce(session);
    if (*session->secret.account && session->irc.sasl_offered)
        irc_sasl_begin(session);
    else if (*session->secret.account)
        no_login(session, "the server does not offer SASL");
    else
        end_negotiation(session);
}

/* "sasl=PLAIN,SCRAM-SHA-256"; a server that does not say has PLAIN. */
static void note_mechanisms(struct session *session, const char *list)
{
    struct irc *irc = &session->irc;
    char copy[512], *rest = copy, *mechanism;
    irc->sasl_offered = true;
    for (const char *at = list; (at = strstr(at, "sasl")); at += 4)
        if ((at == list || at[-1] == ' ') && at[4] == '=') {
            text_copy(copy, sizeof copy, at + 5);
            copy[strcspn(copy, " ")] = '\0';
            while ((mechanism = text_next_item(&rest, ','))) {
                irc->sasl_scram |= strcmp(mechanism, "SCRAM-SHA-256") == 0;
                irc->sasl_plain |= strcmp(mechanism, "PLAIN") == 0;
            }
            return;
        }
    irc->sasl_plain = true;
}

/* A server may offer in several lines (CAP * LS * :…); each is asked for as it comes. */
static void capabilities(struct session *session, struct message *message)
{
    const char *verb = message->parameters[1], *list = message->last;
    bool more = strcmp(message->parameters[2], "*") == 0 && message->count > 3;
    bool sasl = *session->secret.account && offered(list, "sasl");
    if (strcmp(verb, "LS") == 0) {
        session->irc.resume_offered |= offered(list, "forkchat/resume");
        request(session, list);
        if (sasl)
            note_mechanisms(session, list);
        if (!more && *session->resume.token && ask_to_resume(session))
            return;
        if (!more && *session->secret.account && !session->irc.sasl_offered)
            no_login(session, "the server does not offer SASL");
        else if (!more && *session->secret.account && !session->irc.sasl_scram && !session->irc.sasl_plain)
            no_login(session, "the server offers neither SCRAM-SHA-256 nor PLAIN");
        else if (!more && !session->irc.sasl_offered)
            end_negotiation(session);
    } else if (strcmp(verb, "ACK") == 0 && sasl && !session->irc.resuming) {
        irc_sasl_begin(session);
    } else if (strcmp(verb, "NAK") == 0 && sasl) {
        no_login(session, "the server refuses SASL");
    }
}

/* Another nick for one that cannot be had: alice_, alice__, then numbers. */
static void next_nick(struct session *session, const char *why)
{
    struct irc *irc = &session->irc;
    size_t length = strlen(session->nick);
    irc->nick_tries++;
    irc->nick_is_taken |= session->resume.nick_was_ours && text_compare_names(session->nick, session->resume.nick) == 0;
    if (irc->nick_tries > 20) {
        session_end(session, EX_UNAVAILABLE, "the server takes none of 20 nicks; the last was %s", session->nick);
        return;
    }
    char old[OPTIONS_NICK_SIZE];
    text_copy(old, sizeof old, session->nick);
    if (irc->nick_tries <= 2 && length < 30)
        snprintf(session->nick, sizeof session->nick, "%.61s_", old);
    else
        snprintf(session->nick, sizeof session->nick, "%.5s%d", session->resume.nick, 10 + irc->nick_tries);
    session_showf(session, session_server_window(session), LINE_SERVER, "%s: %s; trying %s", old, why, session->nick);
    session_send(session, "NICK %s", session->nick);
}

static void refused_nick(struct session *session, struct message *message, int number)
{
    if (number == 432) {
        if (!session->interactive)
            session_end(session, EX_DATAERR, "the server does not take the nick %s: choose one with -n", session->nick);
        else
            snprintf(session->nick, sizeof session->nick, "guest");
    }
    if (session->state != SESSION_ENDED)
        next_nick(session, message->last);
}

static bool take_number(struct session *session, struct message *message, int number)
{
    switch (number) {
    case 903:
    case 907:
        if (!irc_sasl_is_proved(session)) {
            no_login(session, "the server has not proved to know that account");
            return true;
        }
        session->irc.authenticated = true;
        if (session->irc.login == IRC_NEGOTIATING)
            end_negotiation(session);
        return false; /* shown as any reply */
    case 902:
    case 904:
    case 905:
    case 906:
    case 908:
        if (number != 908)
            no_login(session, message->last);
        return true;
    case 431:
    case 432:
    case 433:
    case 436:
    case 437:
        if (session->irc.login == IRC_REGISTERED)
            return false;
        refused_nick(session, message, number);
        return true;
    case 464:
    case 465:
        if (session->irc.login == IRC_REGISTERED)
            return false;
        session_end(session, EX_NOPERM, "the server refuses: %s", message->last);
        return true;
    default:
        return false;
    }
}

bool irc_login_take(struct session *session, struct message *message)
{
    if (strcmp(message->command, "CAP") == 0) {
        if (session->irc.login == IRC_NEGOTIATING)
            capabilities(session, message);
        return true;
    }
    if (strcmp(message->command, "RESUME") == 0) {
        if (strcmp(message->parameters[0], "TOKEN") == 0)
            text_copy(session->resume.token, sizeof session->resume.token, message->last);
        return true;
    }
    if (strcmp(message->command, "FAIL") == 0 && strcmp(message->parameters[0], "RESUME") == 0) {
        if (session->irc.resuming)
            begin_anew(session);
        return true;
    }
    if (strcmp(message->command, "AUTHENTICATE") == 0) {
        if (*session->secret.account && session->irc.login == IRC_NEGOTIATING) {
            const char *why = irc_sasl_take(session, message->last);
            if (why)
                no_login(session, why);
        }
        return true;
    }
    if (strlen(message->command) == 3 && strspn(message->command, "0123456789") == 3)
        return take_number(session, message, atoi(message->command));
    return false;
}
