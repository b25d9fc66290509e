/* Asking the keeper. Run by workers and control processes; writes no shared memory. */
#include "ask_keeper.h"

#include <string.h>

#include "base/text.h"
#include "keeper/ask.h"

#define PASSWORD_LEAST 4
#define PASSWORD_MOST  300 /* what fits into any command that has one */

enum keeper_result ask_keeper(struct session *session, const struct keeper_request *request,
                              struct keeper_answer *answer)
{
    memset(answer, 0, sizeof *answer);
    if (!session->keeper)
        return KEEPER_SILENT;
    session_flush(session);
    txn_wake_readers(session->world->txn);
    return keeper_ask(session->keeper, request, answer);
}

enum keeper_result ask_keeper_make(struct session *session, struct keeper_request *request, const char *password)
{
    session_flush(session);
    txn_wake_readers(session->world->txn);
    bool made = keeper_make_verifier(&request->verifier, password, (uint32_t)session->settings->password_rounds);
    return made ? KEEPER_DONE : KEEPER_REFUSED;
}

enum keeper_result ask_keeper_prove(struct session *session, struct keeper_request *request, const char *password)
{
    if (!session->keeper)
        return KEEPER_SILENT;
    session_flush(session);
    txn_wake_readers(session->world->txn);
    request->verifier.rounds = (uint32_t)session->settings->password_rounds;
    return keeper_prove(session->keeper, request, password);
}

const char *ask_keeper_why(enum keeper_result result)
{
    static const char *const words[KEEPER_RESULTS + 1] = {
        [KEEPER_DONE] = "done",
        [KEEPER_NO_SUCH] = "there is no such account",
        [KEEPER_WRONG] = "wrong account or password",
        [KEEPER_TAKEN] = "that account exists already",
        [KEEPER_ALIKE] = "it looks like an account that exists already",
        [KEEPER_BAD_NAME] = "that cannot be the name of an account: use what may be a nick, of at most 31 bytes",
        [KEEPER_FULL] = "there is no room for another",
        [KEEPER_NOT_KEPT] = "it cannot be written to disk now: try again later",
        [KEEPER_NOT_YOURS] = "log in to that account first",
        [KEEPER_REFUSED] = "that cannot be done",
        [KEEPER_SILENT] = "accounts do not answer at the moment: try again later",
    };
    return words[result];
}

const char *ask_keeper_check_password(const char *password)
{
    size_t length = strlen(password);
    if (length < PASSWORD_LEAST)
        return "a password has at least 4 characters";
    if (length > PASSWORD_MOST)
        return "a password has at most 300 bytes";
    if (!text_is_utf8(password, length))
        return "a password is text in UTF-8";
    for (const char *at = password; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return "there is a control character in that password";
    return NULL;
}
