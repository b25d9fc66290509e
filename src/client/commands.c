/* The table of commands, and finding one's row. A new command is one row and one function. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/text.h"
#include "lastlog.h"
#include "simple.h"

#define IRC    COMMAND_IRC
#define SIMPLE COMMAND_SIMPLE
#define LOCAL  COMMAND_LOCAL

static commands_function help;

static const struct command table[] = {
    {"help", "h", "[COMMAND]", "this list, or what one command does", LOCAL, 0, help},
    {"join", "j", "#CHANNEL [KEY]", "join a channel", IRC | SIMPLE, 1, commands_join},
    {"part", "leave", "[#CHANNEL] [TEXT]", "leave this channel or that one", IRC | SIMPLE, 0, commands_part},
    {"msg", "m", "NICK TEXT", "say something to one person (or a channel)", IRC | LOCAL, 2, commands_msg},
    {"query", "q", "NICK [TEXT]", "open a window for talking with one person", IRC, 1, commands_query},
    {"me", NULL, "TEXT", "say what you are doing: * alice waves", IRC | SIMPLE, 1, commands_me},
    {"say", NULL, "TEXT", "say it, even if it starts with /", LOCAL, 1, commands_say},
    {"notice", NULL, "TARGET TEXT", "send a notice", IRC, 2, commands_notice},
    {"nick", NULL, "NICK", "take another name", IRC | SIMPLE, 1, commands_nick},
    {"names", "n", "[#CHANNEL]", "who is in the channel", IRC, 0, commands_names},
    {"topic", "t", "[TEXT]", "show or set the topic of the channel", IRC | SIMPLE, 0, commands_topic},
    {"whois", "w", "NICK", "who somebody is", IRC | SIMPLE, 1, commands_whois},
    {"who", NULL, "[MASK]", "who is there", IRC | SIMPLE, 0, commands_who},
    {"list", NULL, "[MASK]", "which channels there are", IRC | SIMPLE, 0, commands_list},
    {"invite", NULL, "NICK [#CHANNEL]", "ask somebody into the channel", IRC | SIMPLE, 1, commands_invite},
    {"kick", "k", "NICK [TEXT]", "put somebody out of the channel", IRC | SIMPLE, 1, commands_kick},
    {"kill", NULL, "NICK [TEXT]", "put somebody out of the server (operators)", SIMPLE, 1, NULL},
    {"ban", NULL, "[MASK]", "keep somebody out of the channel, or list who is", IRC, 0, commands_ban},
    {"ban", NULL, "NICK|MASK [TIME] [TEXT]", "keep somebody out of the server (operators)", SIMPLE, 1, NULL},
    {"unban", NULL, "MASK", "and no longer", SIMPLE, 1, NULL},
    {"bans", NULL, "", "who is kept out", SIMPLE, 0, NULL},
    {"mute", NULL, "NICK|#CHANNEL|all", "ask for silence (operators)", SIMPLE, 1, NULL},
    {"unmute", NULL, "NICK|#CHANNEL|all", "take that back", SIMPLE, 1, NULL},
    {"hand", NULL, "", "raise your hand, or take it down", SIMPLE, 0, NULL},
    {"hands", NULL, "[clear [NICK]]", "show or take down raised hands (operators)", SIMPLE, 0, NULL},
    {"floor", NULL, "NICK|all [#CHANNEL]", "let one alone speak, or all (moderators)", SIMPLE, 1, NULL},
    {"rules", NULL, "", "the rules of the house", SIMPLE, 0, NULL},
    {"op", NULL, "NICK …", "make somebody an operator of the channel", IRC, 1, commands_op},
    {"deop", NULL, "NICK …", "and no longer", IRC, 1, commands_deop},
    {"mode", NULL, "[TARGET] [MODES]", "show or change modes, of this channel if none is named", IRC | SIMPLE, 0,
     commands_mode},
    {"away", NULL, "[TEXT]", "be away; without a text: be back", IRC | SIMPLE, 0, commands_away},
    {"ctcp", NULL, "NICK VERSION|PING", "ask somebody's client", IRC, 2, commands_ctcp},
    {"oper", NULL, "NAME PASSWORD", "become an operator of the server", IRC | SIMPLE, 2, commands_oper},
    {"ignore", NULL, "[NICK|MASK]", "see nothing more of somebody, or list whom", LOCAL, 0, commands_ignore},
    {"unignore", NULL, "NICK|MASK", "see them again", LOCAL, 1, commands_unignore},
    {"log", NULL, "[FILE|off]", "append what is shown to FILE", LOCAL, 0, commands_log},
    {"window", "win", "[NUMBER|NAME]", "show that window (/1, Alt-1), or list them", LOCAL, 0, commands_window},
    {"close", "wc", "", "close this window; leaves the channel", LOCAL, 0, commands_close},
    {"clear", NULL, "", "forget the lines of this window", LOCAL, 0, commands_clear},
    {"search", NULL, "[WORDS]", "go to the last line with WORDS; again: to the one before (Alt-R, Alt-S)", LOCAL, 0,
     lastlog_search},
    {"lastlog", NULL, "WORDS", "list the lines with WORDS", LOCAL, 1, lastlog_list},
    {"flush", NULL, "", "give up what waits to be sent", LOCAL, 0, commands_flush},
    {"raw", "quote", "LINE", "send LINE to the server as it is", LOCAL, 1, commands_raw},
    {"reconnect", NULL, "", "connect again", LOCAL, 0, commands_reconnect},
    {"quit", "exit", "[TEXT]", "leave, with a last word", LOCAL, 0, commands_quit},
};

#define COUNT ((int)(sizeof table / sizeof *table))

static bool has(const struct session *session, const struct command *command)
{
    if (command->doors & COMMAND_LOCAL)
        return true;
    if (session->dialect->door == DOOR_IRC)
        return command->doors & COMMAND_IRC;
    return session->dialect->door != DOOR_PAIR && (command->doors & COMMAND_SIMPLE);
}

const char *commands_name(const struct session *session, int i)
{
    for (int at = 0; at < COUNT; at++)
        if (has(session, &table[at]) && i-- == 0)
            return table[at].name;
    return NULL;
}

static bool is_called(const struct command *command, const char *name)
{
    return strcasecmp(command->name, name) == 0 || (command->also && strcasecmp(command->also, name) == 0);
}

static const struct command *find(const struct session *session, const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (has(session, &table[i]) && is_called(&table[i], name))
            return &table[i];
    return NULL;
}

bool commands_know(const struct session *session, const char *text)
{
    char name[32];
    size_t length = strcspn(text, " \t");
    return snprintf(name, sizeof name, "%.*s", (int)length, text) < (int)sizeof name && find(session, name);
}

static void help(struct session *session, char *arguments)
{
    const char *name = *arguments == '/' ? arguments + 1 : arguments;
    bool found = false;
    for (int i = 0; i < COUNT; i++) {
        const struct command *command = &table[i];
        if (!has(session, command) || (*name && !is_called(command, name)))
            continue;
        found = true;
        session_tell(session, "/%s %s%s— %s%s%s%s", command->name, command->arguments, *command->arguments ? " " : "",
                     command->help, command->also ? " (also /" : "", command->also ? command->also : "",
                     command->also ? ")" : "");
    }
    if (!found)
        session_complain(session, "there is no /%s; /help lists what there is", name);
    else if (!*name)
        session_tell(session, "Everything else you type is said. Tab completes, PageUp scrolls, Ctrl-R finds a line "
                              "you typed, Alt-1 … Alt-9 "
                              "change windows, Ctrl-D leaves. man forkchat tells more.");
}

/* How many letters must be added, dropped or changed to get from a to b (both short). */
static int distance(const char *a, const char *b)
{
    int row[32], length = (int)strlen(b);
    if (length > 30)
        return 99;
    for (int j = 0; j <= length; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= length; j++) {
            int change = diagonal + (text_fold((unsigned char)a[i - 1]) != (unsigned char)b[j - 1]);
            int gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < gap ? change : gap;
        }
    }
    return row[length];
}

static void unknown(struct session *session, const char *name)
{
    const struct command *best = NULL;
    int least = 3;
    for (int i = 0; i < COUNT; i++) {
        if (!has(session, &table[i]))
            continue;
        bool starts = strncasecmp(table[i].name, name, strlen(name)) == 0;
        int far = starts ? 0 : distance(name, table[i].name);
        if (far < least) {
            least = far;
            best = &table[i];
        }
    }
    session_fail(session, EX_DATAERR);
    if (best)
        session_complain(session, "there is no /%s; did you mean /%s %s? (//%s says \"/%s\")", name, best->name,
                         best->arguments, name, name);
    else
        session_complain(session, "there is no /%s; /help lists what there is (//%s says \"/%s\")", name, name, name);
}

static int count_words(const char *text)
{
    int count = 0;
    while (*(text += strspn(text, " \t"))) {
        count++;
        text += strcspn(text, " \t");
    }
    return count;
}

/* For a time when it can be done. */
static void hold(struct session *session, const struct command *command, const char *arguments)
{
    char line[8300];
    snprintf(line, sizeof line, "/%s%s%s", command->name, *arguments ? " " : "", arguments);
    delivery_hold(session, line, false);
}

static void run(struct session *session, const struct command *command, char *arguments)
{
    bool simple = session->dialect->door == DOOR_PLAIN || session->dialect->door == DOOR_TALK;
    if (count_words(arguments) < command->least) {
        session_complain(session, "/%s wants more: /%s %s", command->name, command->name, command->arguments);
        session_fail(session, EX_DATAERR);
    } else if (session->state != SESSION_READY && (command->doors & (COMMAND_IRC | COMMAND_SIMPLE))) {
        hold(session, command, arguments);
    } else if (simple && (command->doors & COMMAND_SIMPLE)) {
        simple_command(session, command->name, arguments);
    } else {
        command->run(session, arguments);
    }
}

void commands_run(struct session *session, const char *text)
{
    char copy[8192], *rest = copy;
    text_copy(copy, sizeof copy, text);
    size_t length = strcspn(copy, " \t");
    if (copy[length])
        rest = copy + length + 1;
    else
        rest = copy + length;
    copy[length] = '\0';
    rest += strspn(rest, " \t");
    const struct command *command = find(session, copy);
    if (*copy && strspn(copy, "0123456789") == length)
        commands_window(session, copy);
    else if (command)
        run(session, command, rest);
    else
        unknown(session, copy);
}
