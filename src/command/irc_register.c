/* IRC: from a connection to a user, and its end. RFC 2812 section 3.1, IRCv3 capability negotiation. Run by
 * workers. */
#include "irc_register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "account.h"
#include "base/parse.h"
#include "catch_up.h"
#include "chat/arrive.h"
#include "chat/flags.h"
#include "chat/nick.h"
#include "irc_become.h"
#include "irc_metadata.h"
#include "irc_metadata_view.h"
#include "irc_query.h"
#include "irc_sasl.h"
#include "isupport.h"
#include "leave.h"
#include "nick.h"
#include "password.h"
#include "resume.h"
#include "rows.h"

/* ---- capabilities ---- */

/* A list of capabilities in as many lines as it takes. `more`: how all but the last of them are worded. */
struct cap_list {
    struct session *session;
    const char *verb;
    enum reply_code more;
    size_t room;
    struct text text;
    char line[512];
};

static void cap_list_begin(struct cap_list *list, struct session *session, const char *verb, enum reply_code more)
{
    const struct user_shm *user = &session->world->users[session->user];
    *list = (struct cap_list){.session = session, .verb = verb, .more = more};
    /* What stands in front: ":server CAP nick VERB * :" */
    list->room = 510 - strlen(session->settings->server_name) - strlen(user->nick) - strlen(verb) - 12;
    text_init(&list->text, list->line, sizeof list->line);
}

static void cap_list_add(struct cap_list *list, const char *name, const char *value)
{
    size_t length = strlen(name) + (value ? strlen(value) + 1 : 0);
    if (list->text.length > 0 && list->text.length + 1 + length > list->room) {
        session_reply(list->session, list->more, list->verb, list->line, NULL);
        text_init(&list->text, list->line, sizeof list->line);
    }
    text_addf(&list->text, "%s%s", list->text.length ? " " : "", name);
    if (value)
        text_addf(&list->text, "=%s", value);
}

static void cap_list_end(struct cap_list *list)
{
    session_reply(list->session, REPLY_CAP_LIST, list->verb, list->line, NULL);
}

static void list_caps(struct session *session, const char *verb, uint64_t caps, int version, bool values)
{
    const char *name, *value;
    struct cap_list list;
    cap_list_begin(&list, session, verb, version >= 302 ? REPLY_CAP_MORE : REPLY_CAP_LIST);
    for (int i = 0; cap_describe(i, &name, &value); i++)
        if (caps >> i & 1)
            cap_list_add(&list, name, !values ? NULL : i == CAP_NUMBER_SASL ? irc_sasl_mechanisms(session) : value);
    cap_list_end(&list);
}

/* Changes the client's capabilities, for itself and for its courier. */
static void set_caps(struct session *session, uint64_t caps)
{
    if (caps == session->caps || !session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_set_caps_locked(&chat, &actor, caps);
    session->caps = caps;
    session_commit(session);
}

/* All of the list, or nothing of it. */
static void request_caps(struct session *session, const char *wishes)
{
    char copy[512], *rest = copy;
    uint64_t caps = session->caps;
    bool good = text_copy(copy, sizeof copy, wishes);
    for (const char *word; good && (word = text_next_word(&rest));) {
        bool off = word[0] == '-';
        uint64_t cap = cap_by_name(word + off);
        /* Clients that know version 302 hear of changes. */
        good = cap != 0 && !(off && cap == CAP_BIT(CAP_NOTIFY) && session->irc.registration.version >= 302);
        caps = off ? caps & ~cap : caps | cap;
    }
    if (good && (session->caps & CAPS_METADATA) && !(caps & CAPS_METADATA))
        irc_metadata_unsubscribe(session);
    struct cap_list list;
    cap_list_begin(&list, session, good ? "ACK" : "NAK", REPLY_CAP_LIST);
    text_copy(copy, sizeof copy, wishes);
    rest = copy;
    for (const char *word; (word = text_next_word(&rest));)
        cap_list_add(&list, word, NULL);
    cap_list_end(&list);
    if (good)
        set_caps(session, caps);
}

/* The list as one parameter, also from clients that send it as several. */
static void join_wishes(const struct request *request, struct text *wishes)
{
    for (int i = 1; i < request->count; i++)
        text_addf(wishes, "%s%s", i > 1 ? " " : "", request->arguments[i]);
}

/* A version is a number, of which a client may say anything. */
static int take_version(const char *argument)
{
    long version = strtol(argument, NULL, 10);
    return version < 0 ? 0 : version > 999 ? 999 : (int)version;
}

static void complete(struct session *session);

void irc_register_cap(struct session *session, struct request *request)
{
    const char *verb = request->arguments[0];
    const char *argument = request->count > 1 ? request->arguments[1] : "";
    struct registration *registration = &session->irc.registration;
    if (strcasecmp(verb, "LS") == 0) {
        int version = take_version(argument);
        if (version > registration->version)
            registration->version = version;
        registration->negotiating = !registration->done;
        if (version >= 302)
            set_caps(session, session->caps | CAP_BIT(CAP_NOTIFY));
        list_caps(session, "LS", ~UINT64_C(0), version, version >= 302);
    } else if (strcasecmp(verb, "LIST") == 0) {
        list_caps(session, "LIST", session->caps, registration->version, false);
    } else if (strcasecmp(verb, "REQ") == 0) {
        char wishes[512]; /* as much as a line has */
        struct text text;
        text_init(&text, wishes, sizeof wishes);
        join_wishes(request, &text);
        registration->negotiating = !registration->done;
        request_caps(session, wishes);
    } else if (strcasecmp(verb, "END") == 0) {
        registration->negotiating = false;
        complete(session);
    } else {
        session_reply(session, REPLY_BAD_CAP, verb, NULL);
    }
}

/* ---- registration ---- */

static void show_start(char text[40], int64_t realtime)
{
    time_t seconds = (time_t)(realtime / 1000);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) || !strftime(text, 40, "%a %b %d %Y at %H:%M:%S UTC", &parts))
        text[0] = '\0';
}

static void show_welcome(struct session *session)
{
    char started[40], modes[CHAT_FLAGS_SIZE];
    const char *server = session->settings->server_name;
    session_reply(session, REPLY_IRC_YOURHOST, server, FORKCHAT_VERSION, NULL);
    show_start(started, world_started(session->world));
    session_reply(session, REPLY_IRC_CREATED, started, NULL);
    session_reply(session, REPLY_IRC_MYINFO, server, FORKCHAT_VERSION, "BRiosw", "bCeHIJMRiklmnopstv", "beIklov", NULL);
    isupport_show(session);
    irc_query_show_lusers(session);
    chat_write_flags(modes, session->irc.registration.flags);
    if (strcmp(modes, "+") != 0)
        session_reply(session, REPLY_UMODE_IS, modes, NULL);
    irc_metadata_view_registered(session);
    irc_query_show_motd(session);
    resume_offer(session);
}

void irc_register_finish(struct session *session)
{
    struct registration *registration = &session->irc.registration;
    registration->done = registration->nick = registration->user = true;
    registration->negotiating = false;
    session_clock_registered(session);
    show_welcome(session);
}

/* PASS may be ACCOUNT:PASSWORD where the server wants no password of its own. False if it is wrong, and the client is
 * put out. */
static bool log_in(struct session *session)
{
    char account[ACCOUNT_SIZE + DEVICE_SIZE], *password = session->irc.registration.password;
    struct account_outcome outcome;
    size_t length = strcspn(password, ":");
    if (session->settings->password || !password[length] || length == 0 || length >= sizeof account)
        return true;
    memcpy(account, password, length);
    account[length] = '\0';
    account_login(session, account, password + length + 1, &outcome);
    if (session->leaving || outcome.result == KEEPER_DONE)
        return !session->leaving;
    session_reply(session, REPLY_WRONG_PASSWORD, NULL);
    leave_with_error(session, QUIT_LOST, outcome.words);
    return false;
}

/* The client has proved to be an account, and is the user who is it from now on, if there is one. */
static bool become(struct session *session)
{
    char account[ACCOUNT_SIZE];
    struct resume_claim claim;
    struct catch_up *missed;
    account_of(session, account);
    if (!*account || !resume_take_account(session, account, &claim, &missed))
        return false;
    bool done = irc_become(session, &claim, missed);
    if (done) {
        resume_tell(session, session->world->users[session->user].nick);
        irc_register_finish(session);
        irc_become_show(session, missed);
    } else {
        catch_up_close(missed);
    }
    return done;
}

/* Whether the nick may prove to be the client's own: it is that of somebody who has an account, and the client is
 * logged in to it, or may be before it has registered. */
static bool may_be_its_own(struct session *session, const char *nick)
{
    const struct registration *registration = &session->irc.registration;
    bool may_log_in = registration->negotiating || strchr(registration->password, ':');
    if (registration->done || !session_begin(session, 0))
        return false;
    uint32_t holder = user_find_locked(session->world, nick);
    const char *own = session_user_locked(session)->account;
    bool may = holder != NONE && holder != session->user && session->world->users[holder].state == USER_PRESENT &&
               *session->world->users[holder].account &&
               (*own ? strcmp(own, session->world->users[holder].account) == 0 : may_log_in);
    session_commit(session);
    return may;
}

/* The client did not prove to be who has the nick it wants: it may have it nevertheless by now. */
static bool take_wanted(struct session *session)
{
    struct registration *registration = &session->irc.registration;
    char nick[NICK_SIZE];
    text_copy(nick, sizeof nick, registration->wanted);
    registration->wanted[0] = '\0';
    registration->nick = !*nick || nick_change(session, nick);
    return registration->nick;
}

/* Registers the client if everything it takes is there. */
static void complete(struct session *session)
{
    struct registration *registration = &session->irc.registration;
    if (registration->done || !registration->nick || !registration->user || registration->negotiating)
        return;
    if (!password_is_servers(session, registration->password)) {
        session_reply(session, REPLY_WRONG_PASSWORD, NULL);
        leave_with_error(session, QUIT_LOST, "Bad password");
        return;
    }
    irc_sasl_abort(session);
    if (!log_in(session) || become(session) || session->leaving || !take_wanted(session))
        return;
    if (!session_begin(session, 3 * EVENT_NEED_MAX) || leave_if_banned_locked(session))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    char nick[NICK_SIZE];
    text_copy(nick, sizeof nick, actor.nick);
    /* Its owner may have come for the nick meanwhile. */
    enum chat_result result = CHAT_NAME_OWNED;
    if (session_user_locked(session)->flags & USER_NAMED)
        result = chat_arrive_locked(&chat, &actor, false, registration->flags);
    if (result == CHAT_NAME_OWNED)
        chat_unname_locked(session->world, session->user);
    session_commit(session);
    if (result == CHAT_NAME_OWNED) {
        registration->nick = false;
        session_reply(session, REPLY_NICK_OWNED, nick, NULL);
        return;
    }
    irc_become_greet(session);
    irc_register_finish(session);
}

void irc_register_pass(struct session *session, struct request *request)
{
    struct registration *registration = &session->irc.registration;
    if (registration->done)
        session_reply(session, REPLY_ALREADY_REGISTERED, NULL);
    else if (!*request->arguments[0])
        session_reply(session, REPLY_NEED_MORE, "PASS", NULL);
    else /* the last one counts */
        text_copy(registration->password, sizeof registration->password, request->arguments[0]);
}

void irc_register_nick(struct session *session, struct request *request)
{
    if (request->count == 0 || !*request->arguments[0]) {
        session_reply(session, REPLY_NO_NICK_GIVEN, NULL);
        return;
    }
    struct registration *registration = &session->irc.registration;
    bool own = may_be_its_own(session, request->arguments[0]);
    if (!own && !nick_change(session, request->arguments[0]))
        return;
    text_copy(registration->wanted, sizeof registration->wanted, own ? request->arguments[0] : "");
    if (!registration->nick) {
        registration->nick = true;
        complete(session);
    }
}

/* The second parameter may ask for user modes: 4 is w, 8 is i. RFC 2812 section 3.1.3. What is no number, as in RFC
 * 1459, asks for none. */
static uint32_t flags_asked_for(const char *parameter)
{
    int64_t bits = 0;
    parse_number(parameter, 0, INT32_MAX, &bits);
    return (bits & 4 ? USER_WALLOPS : 0) | (bits & 8 ? USER_INVISIBLE : 0);
}

void irc_register_user(struct session *session, struct request *request)
{
    char username[USERNAME_SIZE];
    if (session->irc.registration.done || session->irc.registration.user) {
        session_reply(session, REPLY_ALREADY_REGISTERED, NULL);
        return;
    }
    if (!*request->arguments[0] || !*request->arguments[3]) {
        session_reply(session, REPLY_NEED_MORE, "USER", NULL);
        return;
    }
    /* What would break nick!user@host is left out; ~ says that nobody has checked it. */
    struct text text;
    text_init(&text, username, sizeof username);
    text_add_char(&text, '~');
    for (const char *at = request->arguments[0]; *at && text.length < sizeof username - 1; at++)
        if ((unsigned char)*at > ' ' && (unsigned char)*at < 0x7f && !strchr("!@:*?#,", *at))
            text_add_char(&text, *at);
    if (text.length == 1)
        text_add(&text, "user");
    if (!session_begin(session, 0))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_describe_locked(&chat, &actor, username, request->arguments[3]);
    session_commit(session);
    session->irc.registration.user = true;
    session->irc.registration.flags = flags_asked_for(request->arguments[1]);
    complete(session);
}

/* ---- signs of life ---- */

void irc_register_ping(struct session *session, struct request *request)
{
    if (!*request->arguments[0])
        session_reply(session, REPLY_NO_ORIGIN, NULL);
    else
        session_reply(session, REPLY_PONG, request->arguments[0], NULL);
}

void irc_register_pong(struct session *session, struct request *request)
{
    (void)session, (void)request; /* that it came is all there is to it */
}

void irc_register_ping_client(struct session *session)
{
    session_reply(session, REPLY_PING, session->settings->server_name, NULL);
}
