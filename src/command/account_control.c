/* Accounts, as operators make and remove them with forkchatctl and at the console. Run by control processes; the keeper
 * does it. */
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/port.h"
#include "base/report.h"
#include "base/text.h"
#include "rows.h"

/* Letters and digits that nobody takes for one another; 32 of them, so that each is as likely. */
static const char made_of[] = "abcdefghjkmnpqrstuvwxyz23456789A";
#define MADE_UP 12

static bool make_up(char password[MADE_UP + 1])
{
    unsigned char bytes[MADE_UP];
    if (port_random(bytes, sizeof bytes))
        return false;
    for (int i = 0; i < MADE_UP; i++)
        password[i] = made_of[bytes[i] % 32];
    password[MADE_UP] = '\0';
    return true;
}

static void refuse(struct session *session, enum keeper_result result, const char *name)
{
    char words[300];
    struct text text;
    text_init(&text, words, sizeof words);
    text_addf(&text, "%s: %s", name, ask_keeper_why(result));
    session_reply(session, REPLY_NOT_DONE, words, NULL);
}

/* A password that was made up is shown to who asked for it, as a table that a program can read. */
static void tell_made_up(struct session *session, const char *name, const char *password)
{
    struct report *report = report_new("account", "password", NULL);
    report_add(report, name);
    report_add(report, password);
    session_show(session, report);
}

static void set(struct session *session, enum keeper_verb verb, const char *name, const char *given)
{
    struct keeper_request request = {.verb = verb};
    struct keeper_answer answer;
    char made[MADE_UP + 1];
    const char *password = given ? given : make_up(made) ? made : "";
    const char *why = ask_keeper_check_password(password);
    if (why || !text_copy(request.account, sizeof request.account, name)) {
        session_reply(session, REPLY_NOT_DONE, why ? why : ask_keeper_why(KEEPER_BAD_NAME), NULL);
        return;
    }
    enum keeper_result result = ask_keeper_make(session, &request, password);
    if (result == KEEPER_DONE)
        result = ask_keeper(session, &request, &answer);
    if (result != KEEPER_DONE)
        refuse(session, result, name);
    else if (!given)
        tell_made_up(session, name, password);
    else if (verb == KEEPER_ADD)
        session_reply(session, REPLY_DONE, "the account was made", NULL);
    else
        session_reply(session, REPLY_DONE, "the password was changed", NULL);
    if (result == KEEPER_DONE)
        log_info("account \"%s\" %s by an operator", name, verb == KEEPER_ADD ? "made" : "given another password");
}

static void drop(struct session *session, const char *name)
{
    struct keeper_request request = {.verb = KEEPER_DROP};
    struct keeper_answer answer;
    if (!text_copy(request.account, sizeof request.account, name)) {
        session_reply(session, REPLY_NOT_DONE, ask_keeper_why(KEEPER_NO_SUCH), NULL);
        return;
    }
    enum keeper_result result = ask_keeper(session, &request, &answer);
    if (result == KEEPER_DONE)
        session_reply(session, REPLY_DONE, "the account was removed, with its channels", NULL);
    else
        refuse(session, result, name);
    if (result != KEEPER_DONE)
        return;
    log_info("account \"%s\" removed by an operator", name);
    account_end(session, name);
}

/* A line of the keeper's list into a row. */
static void show_line(struct report *report, char *line)
{
    const char *name = text_next_item(&line, '\t'), *created = line ? text_next_item(&line, '\t') : NULL;
    int64_t seconds = 0, flags = 0;
    if (!created || !line || !parse_number(created, 0, INT64_MAX / 1000, &seconds) ||
        !parse_number(line, 0, UINT32_MAX, &flags))
        return;
    report_add(report, name);
    report_time(report, seconds * 1000);
    report_true(report, !(flags & ACCOUNT_FREE_NICK));
    report_true(report, flags & ACCOUNT_ALWAYS_ON);
}

static void list(struct session *session)
{
    struct report *report = report_new("account", "created", "protected", "always-on", NULL);
    struct keeper_request request = {.verb = KEEPER_LIST};
    static struct keeper_answer answer;
    do {
        enum keeper_result result = ask_keeper(session, &request, &answer);
        if (result != KEEPER_DONE) {
            session_reply(session, REPLY_NOT_DONE, ask_keeper_why(result), NULL);
            report_free(report);
            return;
        }
        char *rest = answer.text;
        for (char *line; (line = text_next_item(&rest, '\n'));)
            show_line(report, line);
        request.cursor = answer.cursor;
    } while (request.cursor);
    session_show(session, report);
}

void account_control(struct session *session, struct request *request)
{
    const char *verb = request->arguments[0], *name = request->count > 1 ? request->arguments[1] : NULL;
    const char *password = request->count > 2 ? request->arguments[2] : NULL;
    if (strcmp(verb, "list") == 0 && !name)
        list(session);
    else if (strcmp(verb, "add") == 0 && name)
        set(session, KEEPER_ADD, name, password);
    else if (strcmp(verb, "password") == 0 && name)
        set(session, KEEPER_PASSWORD, name, password);
    else if (strcmp(verb, "drop") == 0 && name && !password)
        drop(session, name);
    else
        session_reply(session, REPLY_BAD_ARGUMENT, "account",
                      "add|password <name> [<password>], drop <name>, list, or import <file>", NULL);
}
