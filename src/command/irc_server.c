/* IRC: questions about the server, as one that stands alone answers them. RFC 2812 sections 3.4 and 4, Modern IRC
 * client protocol. Run by workers; changes nothing. */
#include "irc_server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/mask.h"
#include "isupport.h"
#include "rows.h"

bool irc_server_is_here(struct session *session, const char *name)
{
    if (mask_match(name, session->settings->server_name))
        return true;
    if (!session_begin(session, 0))
        return false;
    uint32_t user = user_find_locked(session->world, name);
    bool here = user != NONE && session->world->users[user].state == USER_PRESENT;
    session_commit(session);
    if (!here)
        session_reply(session, REPLY_NO_SUCH_SERVER, name, NULL);
    return here;
}

/* The same for a server that may be named in that argument. */
static bool asks_us(struct session *session, const struct request *request, int argument)
{
    return request->count <= argument || irc_server_is_here(session, request->arguments[argument]);
}

static void show_date(char text[60], int64_t realtime)
{
    time_t seconds = (time_t)(realtime / 1000);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) || !strftime(text, 60, "%A %B %d %Y -- %H:%M:%S +00:00", &parts))
        text[0] = '\0';
}

void irc_server_version(struct session *session, struct request *request)
{
    if (!asks_us(session, request, 0))
        return;
    session_reply(session, REPLY_VERSION, FORKCHAT_VERSION, session->settings->server_name,
                  session->settings->server_description, NULL);
    isupport_show(session);
}

void irc_server_time(struct session *session, struct request *request)
{
    char date[60];
    if (!asks_us(session, request, 0))
        return;
    show_date(date, clock_realtime());
    session_reply(session, REPLY_TIME, session->settings->server_name, date, NULL);
}

void irc_server_info(struct session *session, struct request *request)
{
    char date[60], line[120];
    if (!asks_us(session, request, 0))
        return;
    session_reply(session, REPLY_INFO_LINE, "forkchat " FORKCHAT_VERSION ": one chat behind many doors", NULL);
    session_reply(session, REPLY_INFO_LINE, "telnet, netcat and IRC users share its channels", NULL);
    show_date(date, world_started(session->world));
    snprintf(line, sizeof line, "running since %s", date);
    session_reply(session, REPLY_INFO_LINE, line, NULL);
    session_reply(session, REPLY_INFO_END, NULL);
}

void irc_server_admin(struct session *session, struct request *request)
{
    static const enum reply_code answers[] = {REPLY_ADMIN_PLACE, REPLY_ADMIN_DETAILS, REPLY_ADMIN_EMAIL};
    const struct settings *settings = session->settings;
    const char *lines[SETTING_ADMIN_LINES] = {settings->server_description, settings->network_name,
                                              "No address is known"};
    if (!asks_us(session, request, 0))
        return;
    /* One line alone is how to reach somebody. */
    for (int i = 0; i < settings->admin_count; i++)
        lines[settings->admin_count == 1 ? SETTING_ADMIN_LINES - 1 : i] = settings->admin[i];
    session_reply(session, REPLY_ADMIN_ME, settings->server_name, NULL);
    for (int i = 0; i < SETTING_ADMIN_LINES; i++)
        session_reply_lines(session, answers[i], *lines[i] ? lines[i] : " ");
}

/* ---- STATS ---- */

static void show_uptime(struct session *session)
{
    char days[24], time[24];
    int64_t seconds = world_uptime(session->world);
    snprintf(days, sizeof days, "%lld", (long long)(seconds / 86400));
    snprintf(time, sizeof time, "%d:%02d:%02d", (int)(seconds % 86400 / 3600), (int)(seconds % 3600 / 60),
             (int)(seconds % 60));
    session_reply(session, REPLY_STATS_UPTIME, days, time, NULL);
}

static void show_usage(struct session *session)
{
    const struct command *command;
    for (int i = 0; (command = command_list(DIALECT_IRC, i)); i++) {
        char count[24];
        uint64_t used = world_command_count(session->world, command_number(command));
        if (used == 0)
            continue;
        snprintf(count, sizeof count, "%llu", (unsigned long long)used);
        session_reply(session, REPLY_STATS_COMMAND, command->verb, count, NULL);
    }
}

void irc_server_stats(struct session *session, struct request *request)
{
    char letter[2] = {request->arguments[0][0], '\0'};
    if ((unsigned char)letter[0] <= ' ' || (unsigned char)letter[0] >= 0x7f)
        letter[0] = '*'; /* nothing, or the first byte of something */
    if (!asks_us(session, request, 1))
        return;
    bool confidential = strchr("kKoOiI", letter[0]) != NULL;
    if (confidential && !session_operates(session)) {
        session_reply(session, REPLY_NOT_OPERATOR, NULL);
    } else if (letter[0] == 'u') {
        show_uptime(session);
    } else if (letter[0] == 'm' || letter[0] == 'M') {
        show_usage(session);
    } else if (letter[0] == 'k' || letter[0] == 'K') {
        ban_show(session, request);
    } else if (letter[0] == 'o' || letter[0] == 'O') {
        for (int i = 0; i < session->settings->operator_count; i++)
            session_reply(session, REPLY_STATS_OLINE, session->settings->operators[i].name, NULL);
    } else if (letter[0] == 'i' || letter[0] == 'I') {
        session_reply(session, REPLY_STATS_ILINE, session->settings->password ? "password" : "*", NULL);
    }
    /* c, h, l, y: there are no other servers, and no classes. */
    session_reply(session, REPLY_STATS_END, letter, NULL);
}

/* ---- other servers, of which there are none ---- */

void irc_server_links(struct session *session, struct request *request)
{
    const char *mask = request->count > 0 ? request->arguments[request->count > 1] : "*";
    const struct settings *settings = session->settings;
    if (request->count > 1 && !irc_server_is_here(session, request->arguments[0]))
        return;
    if (mask_match(mask, settings->server_name))
        session_reply(session, REPLY_LINKS, settings->server_name, settings->server_description, NULL);
    session_reply(session, REPLY_LINKS_END, mask, NULL);
}

void irc_server_connect(struct session *session, struct request *request)
{
    if (!session_operates(session))
        session_reply(session, REPLY_NOT_OPERATOR, NULL);
    else
        session_reply(session, REPLY_NO_SUCH_SERVER, request->arguments[0], NULL);
}

/* Ordinary users see themselves, or the one they ask for; operators, everybody. */
void irc_server_trace(struct session *session, struct request *request)
{
    struct world *world = session->world;
    const char *name = request->count > 0 ? request->arguments[0] : NULL;
    if (name && !irc_server_is_here(session, name))
        return;
    bool all = session_operates(session);
    for (uint32_t i = 0, end = 1; i < end; i++) {
        char nick[NICK_SIZE] = "";
        bool operates = false;
        if (!session_begin(session, 0))
            return;
        end = world_users_end_locked(world);
        uint32_t wanted = name ? user_find_locked(world, name) : NONE;
        while (i < end &&
               !(world->users[i].state == USER_PRESENT && (wanted != NONE ? i == wanted : all || i == session->user)))
            i++;
        if (i < end) {
            text_copy(nick, sizeof nick, world->users[i].nick);
            operates = world->users[i].flags & USER_OPERATOR;
        }
        session_commit(session);
        if (*nick)
            session_reply(session, operates ? REPLY_TRACE_OPERATOR : REPLY_TRACE_USER, "users", nick, NULL);
    }
    session_reply(session, REPLY_TRACE_END, session->settings->server_name, FORKCHAT_VERSION, NULL);
}

/* SERVLIST: there are no services. RFC 2812 section 3.5. */
void irc_server_servlist(struct session *session, struct request *request)
{
    session_reply(session, REPLY_SERVICES_END, request->count > 0 ? request->arguments[0] : "*",
                  request->count > 1 ? request->arguments[1] : "*", NULL);
}

void irc_server_squery(struct session *session, struct request *request)
{
    if (request->count == 0 || !*request->arguments[0])
        session_reply(session, REPLY_NO_RECIPIENT, request->verb, NULL);
    else if (request->count < 2 || !*request->arguments[1])
        session_reply(session, REPLY_NO_TEXT, NULL);
    else
        session_reply(session, REPLY_NO_SUCH_SERVICE, request->arguments[0], NULL);
}

void irc_server_summon(struct session *session, struct request *request)
{
    (void)request;
    session_reply(session, REPLY_NO_SUMMON, NULL);
}

void irc_server_users(struct session *session, struct request *request)
{
    (void)request;
    session_reply(session, REPLY_NO_USERS, NULL);
}

/* ---- HELP ---- */

static void show_index(struct session *session, const char *subject)
{
    char line[400];
    const struct command *command;
    struct text text;
    session_reply(session, REPLY_HELP_START, subject, "The commands of this server", NULL);
    session_reply(session, REPLY_HELP_TEXT, subject, "", NULL);
    text_init(&text, line, sizeof line);
    for (int i = 0; (command = command_list(DIALECT_IRC, i)); i++) {
        text_addf(&text, "%s%s", text.length ? " " : "", command->verb);
        if (text.length > 60) {
            session_reply(session, REPLY_HELP_TEXT, subject, line, NULL);
            text_init(&text, line, sizeof line);
        }
    }
    if (text.length > 0)
        session_reply(session, REPLY_HELP_TEXT, subject, line, NULL);
    session_reply(session, REPLY_HELP_END, subject, "HELP <command> says more about one of them", NULL);
}

void irc_server_help(struct session *session, struct request *request)
{
    const char *subject = request->count > 0 ? request->arguments[0] : "";
    if (!*subject || strcasecmp(subject, "index") == 0) {
        show_index(session, *subject ? subject : "*");
        return;
    }
    const struct command *command = command_find(DIALECT_IRC, subject);
    if (!command) {
        session_reply(session, REPLY_HELP_NOT_FOUND, strchr(subject, ' ') ? "*" : subject, NULL);
        return;
    }
    char line[300];
    snprintf(line, sizeof line, "%s %s", command->verb, command->syntax);
    session_reply(session, REPLY_HELP_START, command->verb, line, NULL);
    session_reply(session, REPLY_HELP_TEXT, command->verb, "", NULL);
    session_reply(session, REPLY_HELP_END, command->verb, command->meaning, NULL);
}
