/* IRC: the tokens of numeric 005, which tell a client what this server can do and how much of it. Modern IRC
 * client protocol, RPL_ISUPPORT. Run by workers.
 *
 * A row says only what is true. Each family has its own block. */
#include "isupport.h"

#include <stdio.h>
#include <string.h>

#include "irc_chathistory.h"
#include "rows.h"
#include "world/modes.h"

/* A token's value: a text, or made from the settings. Both NULL: the name says it all. */
struct token {
    const char *name;
    const char *value;
    void (*make)(struct text *text, const struct settings *settings);
};

static void make_network(struct text *text, const struct settings *settings)
{
    text_add(text, settings->network_name);
}

static void make_nick_length(struct text *text, const struct settings *settings)
{
    text_addf(text, "%d", (int)settings->nick_length);
}

static void make_channel_number(struct text *text, const struct settings *settings)
{
    text_addf(text, "%lld", (long long)settings->channel_limit);
}

static void make_channel_limit(struct text *text, const struct settings *settings)
{
    text_addf(text, "#:%lld", (long long)settings->channel_limit);
}

static void make_modes(struct text *text, const struct settings *settings)
{
    (void)settings;
    text_addf(text, "%d", MODE_ARGUMENTS);
}

static void make_mask_limit(struct text *text, const struct settings *settings)
{
    (void)settings;
    text_addf(text, "b:%u,e:%u,I:%u", CHANNEL_MASKS, CHANNEL_MASKS, CHANNEL_MASKS);
}

static const struct token tokens[] = {
    /* the server */
    {"NETWORK", NULL, make_network},
    {"CASEMAPPING", "rfc1459"},
    {"UTF8ONLY"},
    /* users */
    {"NICKLEN", NULL, make_nick_length},
    {"NAMELEN", "159"},
    {"MONITOR", "100"},
    {"WHOX"},
    {"BOT", "B"},
    {"AWAYLEN", "255"},
    {"USERLEN", "19"},
    {"HOSTLEN", "63"},
    {"TARGMAX", "JOIN:,PART:,NAMES:,KICK:,PRIVMSG:,NOTICE:,TAGMSG:,WHOIS:16,WHOWAS:16,LIST:16,MONITOR:"},
    /* channels */
    {"LOBBY", LOBBY_NAME}, /* ours: where newcomers are welcome */
    {"CHANTYPES", "#"},
    {"PREFIX", "(ov)@+"},
    {"CHANNELLEN", "64"},
    {"TOPICLEN", "399"},
    {"KICKLEN", "300"},
    {"KEYLEN", "31"},
    {"CHANLIMIT", NULL, make_channel_limit},
    {"MAXCHANNELS", NULL, make_channel_number},
    {"CHANMODES", "beI,k,l,CHJMRimnpst"},
    {"MODES", NULL, make_modes},
    {"MAXLIST", NULL, make_mask_limit},
    {"EXCEPTS", "e"},
    {"INVEX", "I"},
    {"EXTBAN", ",am"},
    {"ACCOUNTEXTBAN", "a"},
    {"STATUSMSG", "@+"},
    {"ELIST", "CMNTU"},
    {"SAFELIST"},
    {"KNOCK"},
    /* messages */
    {"CHATHISTORY", CHATHISTORY_LIMIT_WORDS},
    {"MSGREFTYPES", "msgid,timestamp"},
};

/* Tokens of one line: at most 13 (RFC 1459 allows 15 parameters), and what fits well. */
#define LINE_TOKENS 12
#define LINE_LENGTH 350

static void add_token(struct text *text, const struct token *token, const struct settings *settings)
{
    if (text->length > 0)
        text_add_char(text, ' ');
    text_add(text, token->name);
    if (token->value || token->make)
        text_add_char(text, '=');
    if (token->value)
        text_add(text, token->value);
    if (token->make)
        token->make(text, settings);
}

#define TOKENS ((int)(sizeof tokens / sizeof *tokens))

/* The tokens that are made from the settings, one after the other: so much a reload can change. */
static void list_made(char list[ISUPPORT_MADE_SIZE], const struct settings *settings)
{
    struct text text;
    text_init(&text, list, ISUPPORT_MADE_SIZE);
    for (int i = 0; i < TOKENS; i++)
        if (tokens[i].make)
            add_token(&text, &tokens[i], settings);
}

void isupport_show(struct session *session)
{
    char line[LINE_LENGTH + 100];
    const int count = TOKENS;
    int in_line = 0;
    struct text text;
    text_init(&text, line, sizeof line);
    list_made(session->irc.registration.isupport, session->settings);
    session->irc.registration.isupport_version = session->settings_version;
    if (session->caps & CAP_BIT(EXTENDED_ISUPPORT))
        session_open_batch(session, "draft/isupport", NULL);
    for (int i = 0; i < count; i++) {
        add_token(&text, &tokens[i], session->settings);
        in_line++;
        if (in_line == LINE_TOKENS || text.length > LINE_LENGTH || i + 1 == count) {
            session_reply(session, REPLY_ISUPPORT, line, NULL);
            text_init(&text, line, sizeof line);
            in_line = 0;
        }
    }
    session_close_batch(session);
}

void isupport_renew(struct session *session)
{
    char now[ISUPPORT_MADE_SIZE], words[ISUPPORT_MADE_SIZE], line[ISUPPORT_MADE_SIZE];
    char *before = session->irc.registration.isupport, *rest = words;
    if (!session->irc.registration.done || session->irc.registration.isupport_version == session->settings_version)
        return;
    session->irc.registration.isupport_version = session->settings_version;
    list_made(now, session->settings);
    if (strcmp(now, before) == 0)
        return;
    struct text text;
    text_init(&text, line, sizeof line);
    text_copy(words, sizeof words, now);
    for (const char *token; (token = text_next_word(&rest));) {
        const char *old = text_next_word(&before);
        if (!old || strcmp(token, old) != 0)
            text_addf(&text, "%s%s", text.length ? " " : "", token);
    }
    text_copy(session->irc.registration.isupport, ISUPPORT_MADE_SIZE, now);
    if (session->caps & CAP_BIT(EXTENDED_ISUPPORT))
        session_open_batch(session, "draft/isupport", NULL);
    session_reply(session, REPLY_ISUPPORT, line, NULL);
    session_close_batch(session);
}

void isupport_ask(struct session *session, struct request *request)
{
    (void)request;
    if (session->irc.registration.done || (session->caps & CAP_BIT(EXTENDED_ISUPPORT)))
        isupport_show(session);
    else
        session_reply(session, REPLY_NOT_REGISTERED, NULL);
}
