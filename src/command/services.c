/* NickServ and ChanServ: what is said to them is done as a command would be. Run by workers. There is no user of such a
 * name, and nobody can take one (world/names.c), so that a password said to one never goes to anybody.
 *
 * Its words are those that people know from services elsewhere. */
#include "services.h"

#include <string.h>
#include <strings.h>

#include "account.h"
#include "kept_channel.h"
#include "rows.h"

#define WORDS 4

struct words {
    int count;
    char *list[WORDS]; /* the last has the rest of the line */
};

/* So that who asks without a name means their own nick. */
static void own_nick(struct session *session, char nick[NICK_SIZE])
{
    text_copy(nick, NICK_SIZE, session_user_locked(session)->nick); /* our own */
}

/* Which of them it is that was told something. */
static enum reply_code told = REPLY_NICKSERV;

static void notice(struct session *session, const char *words)
{
    session_reply(session, told, words, NULL);
}

static void answer(struct session *session, const struct account_outcome *outcome)
{
    if (!session->leaving)
        notice(session, outcome->words);
    account_close(session, outcome);
}

/* ---- its words ---- */

/* REGISTER password [mail] */
static void take_register(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    char nick[NICK_SIZE];
    own_nick(session, nick);
    account_register(session, nick, words->list[1], &outcome);
    if (outcome.result == KEEPER_WRONG)
        outcome.result = KEEPER_REFUSED; /* a bad password, not a guess */
    answer(session, &outcome);
}

/* IDENTIFY [account] password */
static void take_identify(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    char nick[NICK_SIZE];
    own_nick(session, nick);
    account_login(session, words->count > 2 ? words->list[1] : nick, words->list[words->count > 2 ? 2 : 1], &outcome);
    if (outcome.result == KEEPER_DONE)
        text_copy(outcome.words, sizeof outcome.words, "you are identified");
    answer(session, &outcome);
}

static void take_logout(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    (void)words;
    account_logout(session, &outcome);
    answer(session, &outcome);
}

/* GHOST or REGAIN [nick [password]]: with a password, one logs in first. */
static void regain(struct session *session, struct words *words, bool take)
{
    struct account_outcome outcome;
    char own[ACCOUNT_SIZE];
    if (words->count > 2) {
        account_login(session, words->list[1], words->list[2], &outcome);
        if (outcome.result != KEEPER_DONE) {
            answer(session, &outcome);
            return;
        }
    }
    account_of(session, own);
    account_regain(session, words->count > 1 ? words->list[1] : own, take, &outcome);
    answer(session, &outcome);
}

static void take_ghost(struct session *session, struct words *words)
{
    regain(session, words, false);
}

static void take_regain(struct session *session, struct words *words)
{
    regain(session, words, true);
}

/* INFO [account] */
static void take_info(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    account_tell(session, words->count > 1 ? words->list[1] : NULL, &outcome);
    answer(session, &outcome);
}

/* SET PASSWORD new, SET PROTECT on|off, SET ALWAYS-ON on|off */
static void take_set(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    if (words->count > 2 && strcasecmp(words->list[1], "PASSWORD") == 0)
        account_set_password(session, words->list[2], &outcome);
    else
        account_set(session, words->list[1], words->count > 2 ? words->list[2] : "", &outcome);
    if (outcome.result == KEEPER_WRONG)
        outcome.result = KEEPER_REFUSED;
    answer(session, &outcome);
}

/* DROP account */
static void take_drop(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    account_drop(session, words->count > 1 ? words->list[1] : "", &outcome);
    answer(session, &outcome);
}

/* ---- ChanServ's: the channel is the first word behind the verb ---- */

static void take_channel_register(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    kept_channel_register(session, words->list[1], &outcome);
    answer(session, &outcome);
}

static void take_channel_drop(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    kept_channel_drop(session, words->list[1], &outcome);
    answer(session, &outcome);
}

static void take_channel_info(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    kept_channel_tell(session, words->list[1], &outcome);
    answer(session, &outcome);
}

/* ACCESS #channel LIST, ADD account op|voice, DEL account */
static void take_access(struct session *session, struct words *words)
{
    struct account_outcome outcome;
    char *rest = words->count > 3 ? words->list[3] : NULL;
    const char *verb = words->count > 2 ? words->list[2] : "LIST", *account = rest ? text_next_word(&rest) : NULL;
    const char *status = rest ? text_next_word(&rest) : NULL;
    if (strcasecmp(verb, "ADD") == 0 && account)
        kept_channel_give(session, words->list[1], account, status && strcasecmp(status, "voice") == 0 ? 'v' : 'o',
                          &outcome);
    else if (strcasecmp(verb, "DEL") == 0 && account)
        kept_channel_give(session, words->list[1], account, '-', &outcome);
    else
        kept_channel_tell(session, words->list[1], &outcome);
    answer(session, &outcome);
}

static void set_status(struct session *session, struct words *words, const char *change)
{
    struct account_outcome outcome;
    kept_channel_set_status(session, words->list[1], words->count > 2 ? words->list[2] : NULL, change, &outcome);
    answer(session, &outcome);
}

static void take_op(struct session *session, struct words *words)
{
    set_status(session, words, "+o");
}

static void take_deop(struct session *session, struct words *words)
{
    set_status(session, words, "-o");
}

static void take_voice(struct session *session, struct words *words)
{
    set_status(session, words, "+v");
}

static void take_help(struct session *session, struct words *words);

struct word {
    const char *word;
    int least; /* words, itself among them */
    void (*run)(struct session *session, struct words *words);
    const char *syntax;
};

static const struct word nick_words[] = {
    {"REGISTER", 2, take_register, "REGISTER <password>: makes an account of your nick"},
    {"IDENTIFY", 2, take_identify, "IDENTIFY [<account>] <password>: logs in"},
    {"LOGIN", 2, take_identify, NULL},
    {"LOGOUT", 1, take_logout, "LOGOUT"},
    {"GHOST", 1, take_ghost, "GHOST [<nick> [<password>]]: puts out who has your nick"},
    {"REGAIN", 1, take_regain, "REGAIN [<nick> [<password>]]: the same, and takes the nick"},
    {"RECOVER", 1, take_regain, NULL},
    {"RELEASE", 1, take_ghost, NULL},
    {"INFO", 1, take_info, "INFO [<account>]"},
    {"SET", 2, take_set, "SET PASSWORD <password>, SET PROTECT yes|no, SET ALWAYS-ON yes|no"},
    {"DROP", 1, take_drop, "DROP <account>: removes your account for good"},
    {"HELP", 1, take_help, "HELP"},
    {NULL},
};

static const struct word channel_words[] = {
    {"REGISTER", 2, take_channel_register, "REGISTER <#channel>: it stays, with its settings, and is yours"},
    {"ACCESS", 2, take_access, "ACCESS <#channel> [LIST | ADD <account> op|voice | DEL <account>]"},
    {"OP", 2, take_op, "OP <#channel> [<nick>]"},
    {"DEOP", 2, take_deop, "DEOP <#channel> [<nick>]"},
    {"VOICE", 2, take_voice, "VOICE <#channel> [<nick>]"},
    {"INFO", 2, take_channel_info, "INFO <#channel>"},
    {"DROP", 2, take_channel_drop, "DROP <#channel>: it is registered no longer"},
    {"HELP", 1, take_help, "HELP"},
    {NULL},
};

static void take_help(struct session *session, struct words *words)
{
    (void)words;
    for (const struct word *row = told == REPLY_NICKSERV ? nick_words : channel_words; row->word; row++)
        if (row->syntax)
            notice(session, row->syntax);
}

/* ---- what is said ---- */

bool services_is(const struct session *session, const char *target)
{
    if (strncasecmp(target, "NickServ", 8) != 0 && strncasecmp(target, "ChanServ", 8) != 0)
        return false;
    const char *behind = target + 8;
    return !*behind || (*behind == '@' && strcasecmp(behind + 1, session->settings->server_name) == 0);
}

static void cut(char *text, struct words *words)
{
    *words = (struct words){.count = 0};
    while (words->count < WORDS - 1 && (words->list[words->count] = text_next_word(&text)))
        words->count++;
    if (words->count == WORDS - 1 && *text)
        words->list[words->count++] = text;
}

void services_take(struct session *session, const char *target, char *text)
{
    struct words words;
    bool nick = strncasecmp(target, "NickServ", 8) == 0;
    const struct word *row = nick ? nick_words : channel_words;
    told = nick ? REPLY_NICKSERV : REPLY_CHANSERV;
    cut(text, &words);
    while (row->word && words.count > 0 && strcasecmp(row->word, words.list[0]) != 0)
        row++;
    if (words.count == 0 || !row->word)
        notice(session, "that is no word of mine: HELP lists them");
    else if (words.count < row->least)
        notice(session, row->syntax ? row->syntax : "that needs a password");
    else
        row->run(session, &words);
}

static void take_request(struct session *session, const char *target, struct request *request)
{
    char text[512]; /* as much as a line has */
    struct text whole;
    text_init(&whole, text, sizeof text);
    for (int i = 0; i < request->count; i++)
        text_addf(&whole, "%s%s", i ? " " : "", request->arguments[i]);
    services_take(session, target, text);
}

void services_nickserv(struct session *session, struct request *request)
{
    take_request(session, "NickServ", request);
}

void services_chanserv(struct session *session, struct request *request)
{
    take_request(session, "ChanServ", request);
}
