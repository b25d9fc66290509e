/* Accounts at the doors for people: REGISTER, LOGIN, LOGOUT, ACCOUNT, CHANNEL. Run by workers. */
#include <string.h>
#include <strings.h>

#include "account.h"
#include "channel.h"
#include "kept_channel.h"
#include "rows.h"

static void answer(struct session *session, const struct account_outcome *outcome)
{
    if (!session->leaving)
        session_reply(session, outcome->result == KEEPER_DONE ? REPLY_DONE : REPLY_NOT_DONE, outcome->words, NULL);
    account_close(session, outcome);
}

/* A password is one word, or the rest of the line without the blanks around it. */
static char *trim(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        text[--length] = '\0';
    return text;
}

void account_text_register(struct session *session, struct request *request)
{
    struct account_outcome outcome;
    account_register(session, request->arguments[0], trim(request->arguments[1]), &outcome);
    answer(session, &outcome);
}

/* Being logged in was told already. */
void account_text_login(struct session *session, struct request *request)
{
    struct account_outcome outcome;
    account_login(session, request->arguments[0], trim(request->arguments[1]), &outcome);
    if (outcome.result != KEEPER_DONE)
        answer(session, &outcome);
}

void account_text_logout(struct session *session, struct request *request)
{
    struct account_outcome outcome;
    (void)request;
    account_logout(session, &outcome);
    if (outcome.result != KEEPER_DONE)
        answer(session, &outcome);
}

void account_text_account(struct session *session, struct request *request)
{
    struct account_outcome outcome;
    const char *setting = request->count > 0 ? request->arguments[0] : NULL;
    char *value = request->count > 1 ? trim(request->arguments[1]) : NULL;
    if (!setting)
        account_tell(session, NULL, &outcome);
    else if (strcasecmp(setting, "password") == 0 && value)
        account_set_password(session, value, &outcome);
    else if (strcasecmp(setting, "drop") == 0)
        account_drop(session, value ? value : "", &outcome);
    else if (strcasecmp(setting, "ghost") == 0 && value)
        account_regain(session, value, false, &outcome);
    else
        account_set(session, setting, value ? value : "", &outcome);
    if (outcome.result == KEEPER_WRONG)
        outcome.result = KEEPER_REFUSED; /* what is wrong with a new password, nobody guessed at */
    answer(session, &outcome);
}

/* op, voice, none, and their like. */
static char take_status(const char *word)
{
    return strcasecmp(word, "op") == 0 || strcmp(word, "o") == 0      ? 'o'
           : strcasecmp(word, "voice") == 0 || strcmp(word, "v") == 0 ? 'v'
           : strcasecmp(word, "none") == 0                            ? '-'
                                                                      : 0;
}

/* Without a channel, the current one is meant. */
void account_text_channel(struct session *session, struct request *request)
{
    struct account_outcome outcome;
    const char *verb = request->arguments[0], *given = request->count > 1 ? request->arguments[1] : "";
    char name[CHANNEL_SIZE], **rest = request->arguments + 1;
    int count = request->count - 1;
    if (*given == '#') {
        if (!channel_complete_name(given, name)) {
            session_reply(session, REPLY_BAD_CHANNEL, given, NULL);
            return;
        }
        rest++;
        count--;
    } else if (channel_current(session, name) == NONE) {
        return;
    }
    char status = count == 2 ? take_status(rest[1]) : 0;
    if (strcasecmp(verb, "register") == 0 && count == 0)
        kept_channel_register(session, name, &outcome);
    else if (strcasecmp(verb, "drop") == 0 && count == 0)
        kept_channel_drop(session, name, &outcome);
    else if ((strcasecmp(verb, "info") == 0 || strcasecmp(verb, "access") == 0) && count == 0)
        kept_channel_tell(session, name, &outcome);
    else if (strcasecmp(verb, "access") == 0 && status)
        kept_channel_give(session, name, rest[0], status, &outcome);
    else {
        session_reply(session, REPLY_BAD_ARGUMENT, "CHANNEL",
                      "register, info, drop, or access [<account> op|voice|none]", NULL);
        return;
    }
    answer(session, &outcome);
}
