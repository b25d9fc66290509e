/* Accounts, as their owners use them. Run by workers; the keeper knows them, the rule that gives a user one is in
 * chat/account.c. */
#include "account.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/log.h"
#include "chat/account.h"
#include "device.h"
#include "nick.h"
#include "password.h"

static void end(struct account_outcome *outcome, enum keeper_result result, const char *words)
{
    outcome->result = result;
    text_copy(outcome->words, sizeof outcome->words, words ? words : ask_keeper_why(result));
}

void account_of(struct session *session, char account[ACCOUNT_SIZE])
{
    account[0] = '\0';
    if (!session_begin(session, 0))
        return;
    text_copy(account, ACCOUNT_SIZE, session_user_locked(session)->account);
    session_commit(session);
}

bool account_become(struct session *session, const char *account, const char *device, uint32_t flags)
{
    char mask[NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 3], shown[ADDRESS_SIZE];
    device_begin(session, account, device);
    if (session->speech->become)
        session->speech->become(session, account);
    if (session->leaving || !session_begin(session, EVENT_NEED_MAX))
        return false;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_login_locked(&chat, &actor, account, flags & ACCOUNT_ALWAYS_ON);
    const struct user_shm *user = session_user_locked(session);
    bool named = user->flags & USER_NAMED;
    snprintf(mask, sizeof mask, "%s!%s@%s", named ? user->nick : "*", user->username, user->host);
    text_copy(shown, sizeof shown, user_shown(user));
    session_commit(session);
    log_info("client \"%s\" logged in as \"%s\"", shown, account);
    session_reply(session, REPLY_LOGGED_IN, mask, account, NULL);
    if (!named && session->speech->dialect != DIALECT_IRC)
        nick_change(session, account);
    return session_is_here(session);
}

/* ---- registering ---- */

static bool may_register(struct session *session)
{
    const char *who = session->settings->registering;
    return strcmp(who, "on") == 0 || (strcmp(who, "operators") == 0 && session_operates(session));
}

/* Whether somebody else is called so now: nobody loses their nick to a newcomer's account. */
static bool is_anothers_nick(struct session *session, const char *name)
{
    if (!session_begin(session, 0))
        return true;
    uint32_t user = user_find_locked(session->world, name);
    session_commit(session);
    return user != NONE && user != session->user;
}

void account_register(struct session *session, const char *name, const char *password, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_ADD};
    struct keeper_answer answer;
    char own[ACCOUNT_SIZE];
    const char *why = ask_keeper_check_password(password);
    account_of(session, own);
    if (!may_register(session))
        end(outcome, KEEPER_REFUSED, "accounts are made by operators here: ask one");
    else if (*own)
        end(outcome, KEEPER_NOT_YOURS, "you are logged in to an account already");
    else if (!text_copy(request.account, sizeof request.account, name) || !store_is_name(name))
        end(outcome, KEEPER_BAD_NAME, NULL);
    else if (why)
        end(outcome, KEEPER_WRONG, why);
    else if (is_anothers_nick(session, name))
        end(outcome, KEEPER_TAKEN, "somebody else has that nick now");
    else if (!password_begin_making(session))
        end(outcome, KEEPER_SILENT, NULL);
    else {
        enum keeper_result result = ask_keeper_make(session, &request, password);
        end(outcome, result == KEEPER_DONE ? ask_keeper(session, &request, &answer) : result, NULL);
    }
    if (outcome->result != KEEPER_DONE)
        return;
    log_info("account \"%s\" made", answer.account);
    text_copy(outcome->words, sizeof outcome->words, "the account was made, and you are logged in to it");
    account_become(session, answer.account, "", answer.flags);
}

/* ---- in and out ---- */

void account_login(struct session *session, const char *name, const char *password, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_PROVE, .text = "password"};
    struct keeper_answer answer;
    char device[DEVICE_SIZE];
    if (!device_divide(name, request.account, device))
        request.account[0] = '\0'; /* nobody's */
    if (!password_begin_account(session, request.account)) {
        end(outcome, KEEPER_SILENT, NULL);
        return;
    }
    enum keeper_result result = ask_keeper_prove(session, &request, password);
    if (result == KEEPER_DONE)
        result = ask_keeper(session, &request, &answer);
    end(outcome, result, NULL);
    if (result == KEEPER_DONE || result == KEEPER_WRONG)
        password_end_account(session, request.account, result == KEEPER_DONE);
    if (result == KEEPER_DONE)
        account_become(session, answer.account, device, answer.flags);
}

void account_close(struct session *session, const struct account_outcome *outcome)
{
    if (outcome->result == KEEPER_WRONG)
        password_end_if_too_many(session);
}

void account_logout(struct session *session, struct account_outcome *outcome)
{
    char mask[NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 3];
    end(outcome, KEEPER_SILENT, NULL);
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_logout_locked(&chat, &actor);
    const struct user_shm *user = session_user_locked(session);
    snprintf(mask, sizeof mask, "%s!%s@%s", user->nick, user->username, user->host);
    session_commit(session);
    if (result == CHAT_DONE)
        session_reply(session, REPLY_LOGGED_OUT, mask, NULL);
    end(outcome, result == CHAT_DONE ? KEEPER_DONE : KEEPER_NO_SUCH,
        result == CHAT_DONE ? "you are logged out" : "you are not logged in");
}

/* ---- one's own ---- */

/* False, and said why, if the user is logged in to none. */
static bool begin_own(struct session *session, struct keeper_request *request, struct account_outcome *outcome)
{
    account_of(session, request->account);
    if (!*request->account)
        end(outcome, KEEPER_NOT_YOURS, "you are not logged in to an account");
    return *request->account;
}

void account_set_password(struct session *session, const char *password, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_PASSWORD};
    struct keeper_answer answer;
    const char *why = ask_keeper_check_password(password);
    if (!begin_own(session, &request, outcome))
        return;
    enum keeper_result result = why ? KEEPER_WRONG : ask_keeper_make(session, &request, password);
    if (result == KEEPER_DONE)
        result = ask_keeper(session, &request, &answer);
    end(outcome, result, result == KEEPER_DONE ? "the password was changed" : why);
    if (result == KEEPER_DONE)
        log_info("account \"%s\" given another password", request.account);
}

void account_drop(struct session *session, const char *name, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_DROP};
    struct keeper_answer answer;
    struct account_outcome left;
    if (!begin_own(session, &request, outcome))
        return;
    if (text_compare_names(name, request.account) != 0) {
        end(outcome, KEEPER_REFUSED, "to remove your account for good, say its name behind it");
        return;
    }
    enum keeper_result result = ask_keeper(session, &request, &answer);
    if (result == KEEPER_NO_SUCH) /* a keeper that died over it had done it */
        result = KEEPER_DONE;
    end(outcome, result, result == KEEPER_DONE ? "the account was removed" : NULL);
    if (result != KEEPER_DONE)
        return;
    log_info("account \"%s\" removed", request.account);
    account_logout(session, &left);
    account_end(session, request.account);
}

void account_end(struct session *session, const char *account)
{
    const struct world *world = session->world;
    uint32_t end = world_users_end_locked(world);
    for (uint32_t i = 0; i < end; i++) {
        if (text_compare_names(world->users[i].account, account) != 0) /* a hint: the lock is not held */
            continue;
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        struct chat chat = session_chat(session);
        struct actor actor = actor_of_user_locked(world, i);
        if (world->users[i].state != USER_FREE && text_compare_names(world->users[i].account, account) == 0)
            chat_logout_locked(&chat, &actor);
        session_commit(session);
    }
}

/* What can be set with yes and no: the flag, and whether yes means it is not there. */
static const struct {
    const char *name;
    uint32_t flag;
    bool reversed;
} settings[] = {
    {"protect", ACCOUNT_FREE_NICK, true},
    {"always-on", ACCOUNT_ALWAYS_ON, false},
};
#define SETTINGS_COUNT (sizeof settings / sizeof *settings)

static bool take_yes_or_no(const char *value, bool *yes)
{
    *yes = strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0;
    return *yes || strcasecmp(value, "no") == 0 || strcasecmp(value, "off") == 0;
}

static void set_stays(struct session *session, bool stays)
{
    if (!session_begin(session, 0))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_set_stays_locked(&chat, &actor, stays);
    session_commit(session);
}

void account_set(struct session *session, const char *setting, const char *value, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_INFO};
    struct keeper_answer answer;
    size_t row = 0;
    bool yes;
    if (!begin_own(session, &request, outcome))
        return;
    while (row < SETTINGS_COUNT && strcasecmp(settings[row].name, setting) != 0)
        row++;
    if (row == SETTINGS_COUNT || !take_yes_or_no(value, &yes)) {
        end(outcome, KEEPER_REFUSED,
            "what can be set is: protect yes|no (whether your nick is kept from others), "
            "always-on yes|no (whether you stay when you leave)");
        return;
    }
    enum keeper_result result = ask_keeper(session, &request, &answer);
    request.verb = KEEPER_SET;
    request.flags = answer.flags & ~settings[row].flag;
    if (yes != settings[row].reversed)
        request.flags |= settings[row].flag;
    if (result == KEEPER_DONE)
        result = ask_keeper(session, &request, &answer);
    end(outcome, result, NULL);
    if (result != KEEPER_DONE)
        return;
    set_stays(session, request.flags & ACCOUNT_ALWAYS_ON);
    snprintf(outcome->words, sizeof outcome->words, "%s is %s now", settings[row].name, yes ? "yes" : "no");
}

/* ---- others' ---- */

void account_tell(struct session *session, const char *name, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_INFO};
    struct keeper_answer answer;
    char own[ACCOUNT_SIZE], made[40] = "";
    struct tm parts;
    account_of(session, own);
    if (!text_copy(request.account, sizeof request.account, name ? name : own) || !*request.account) {
        end(outcome, KEEPER_NO_SUCH, name ? NULL : "you are not logged in to an account");
        return;
    }
    enum keeper_result result = ask_keeper(session, &request, &answer);
    end(outcome, result, NULL);
    if (result != KEEPER_DONE)
        return;
    time_t seconds = (time_t)answer.created_at;
    if (gmtime_r(&seconds, &parts))
        strftime(made, sizeof made, "%Y-%m-%d", &parts);
    bool is_own = strcmp(own, answer.account) == 0;
    snprintf(outcome->words, sizeof outcome->words, "%s%s was made on %s; protect is %s, always-on is %s%s%.300s",
             is_own ? "your account " : "the account ", answer.account, made,
             answer.flags & ACCOUNT_FREE_NICK ? "no" : "yes", answer.flags & ACCOUNT_ALWAYS_ON ? "yes" : "no",
             is_own && *answer.text ? "; channels: " : "", is_own ? answer.text : "");
}

void account_regain(struct session *session, const char *nick, bool take, struct account_outcome *outcome)
{
    end(outcome, KEEPER_SILENT, NULL);
    if (!session_begin(session, EVENT_NEED_MAX + EVENT_NEED_LEAVE))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_ghost_locked(&chat, &actor, nick);
    session_commit(session);
    if (result == CHAT_NAME_OWNED) {
        end(outcome, KEEPER_NOT_YOURS, "that is not the nick of the account that you are logged in to");
        return;
    }
    if (result == CHAT_DONE)
        log_info("nick \"%s\" taken back by its account", nick);
    end(outcome, result == CHAT_DONE || take ? KEEPER_DONE : KEEPER_NO_SUCH,
        result == CHAT_DONE ? "that nick is free now" : "nobody else has that nick");
    if (take && nick_change(session, nick))
        end(outcome, KEEPER_DONE, "you have your nick back");
}
