/* IRC: REGISTER and VERIFY. IRCv3 draft/account-registration. Run by workers. No mail is sent, so what was registered
 * needs no verification. */
#include <string.h>

#include "account.h"
#include "irc_fail.h"
#include "rows.h"

static const char *code_of(enum keeper_result result)
{
    switch (result) {
    case KEEPER_TAKEN:
    case KEEPER_ALIKE:
        return "ACCOUNT_EXISTS";
    case KEEPER_BAD_NAME:
        return "BAD_ACCOUNT_NAME";
    case KEEPER_NOT_YOURS:
        return "ALREADY_AUTHENTICATED";
    case KEEPER_DONE:
    case KEEPER_NO_SUCH:
    case KEEPER_WRONG:
    case KEEPER_FULL:
    case KEEPER_NOT_KEPT:
    case KEEPER_REFUSED:
    case KEEPER_SILENT:
        break;
    }
    return "TEMPORARILY_UNAVAILABLE";
}

/* What stands for the account: its name, or * for one's nick. False if there is no nick yet. */
static bool name_account(struct session *session, const char *given, char name[NICK_SIZE])
{
    text_copy(name, NICK_SIZE, given);
    if (strcmp(given, "*") != 0)
        return true;
    text_copy(name, NICK_SIZE, session_user_locked(session)->nick); /* our own */
    return session->irc.registration.nick;
}

void irc_account_register(struct session *session, struct request *request)
{
    const char *given = request->arguments[0], *mail = request->arguments[1], *password = request->arguments[2];
    struct account_outcome outcome;
    char name[NICK_SIZE];
    const char *why = ask_keeper_check_password(password);
    if (!name_account(session, given, name))
        irc_fail(session, "REGISTER", "NEED_NICK", "*", NULL, "Take a nick first, or name the account");
    else if (session->settings->password && !session->irc.registration.done)
        irc_fail(session, "REGISTER", "COMPLETE_CONNECTION_REQUIRED", name, NULL, "Come in first, with the password");
    else if (strcmp(mail, "*") != 0 && !strchr(mail, '@'))
        irc_fail(session, "REGISTER", "INVALID_EMAIL", name, NULL, "That is no address; none is needed: *");
    else if (why)
        irc_fail(session, "REGISTER", strlen(password) < 4 ? "WEAK_PASSWORD" : "UNACCEPTABLE_PASSWORD", name, NULL,
                 why);
    else {
        account_register(session, name, password, &outcome);
        if (session->leaving)
            return;
        if (outcome.result == KEEPER_DONE)
            session_reply(session, REPLY_REGISTERED, name, NULL);
        else
            irc_fail(session, "REGISTER", code_of(outcome.result), name, NULL, outcome.words);
    }
}

void irc_account_verify(struct session *session, struct request *request)
{
    irc_fail(session, "VERIFY", "INVALID_CODE", request->arguments[0], NULL, "Nothing needs to be verified here");
}
