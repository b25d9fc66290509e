/* The command table. Run by workers; writes no shared memory. */
#include "command.h"

#include <string.h>
#include <strings.h>

#include "families.h"

#define TEXT (DIALECT_BIT(DIALECT_PLAIN) | DIALECT_BIT(DIALECT_TALK))
#define PLAIN  DIALECT_BIT(DIALECT_PLAIN)
#define TALK   DIALECT_BIT(DIALECT_TALK)
#define IRC    DIALECT_BIT(DIALECT_IRC)
#define CONTROL DIALECT_BIT(DIALECT_CONTROL)

static const struct command table[] = {
    {"", TALK, 0, 0, NULL, "<text>", "said to all in the current channel", .help = HELP_FIRST},
    {"NICK", TEXT, 1, 1, register_nick, "<nick>", "take a name", .help = HELP_FIRST},
    {"MSG", PLAIN, 1, 1, message_say, "[<#channel>] <text>", "say it in the current channel, or that one", .said = true,
     .help = HELP_FIRST},
    {"MSG", TALK, 1, 1, message_tell, "<nick>|<#channel> <text>", "say it to that one, or there", .said = true},
    {"@<nick>", TEXT, 0, 0, NULL, "<text>", "say it to one person", .help = HELP_FIRST},
    {"SAY", TEXT, 1, 1, message_say_literally, "<text>", "say it here, whatever it begins with", .said = true},
    {"ME", TEXT, 1, 1, message_me, "<text>", "say what you do: * toto waves", .said = true, .help = HELP_FIRST},
    {"WHO", TEXT, 0, 0, query_who, "", "show who is here", .help = HELP_FIRST},
    {"JOIN", TEXT, 1, 2, channel_join, "<#channel> [<key>]", "talk in that channel; the first makes it",
     .help = HELP_FIRST},
    {"PART", TEXT, 0, 2, channel_part, "[<#channel>] [<text>]", "leave a channel", .help = HELP_FIRST},
    {"LIST", TEXT, 0, 0, query_list, "", "show the channels and their topics", .help = HELP_FIRST},
    {"TOPIC", TEXT, 0, 1, channel_topic, "[<#channel>] [<text>]", "show or set a topic"},
    {"KICK", TEXT, 1, 1, channel_kick, "[<#channel>] <nick> [<text>]", "put somebody out (moderator)"},
    {"INVITE", TEXT, 0, 2, channel_invite, "[[<#channel>] <nick>]", "invite somebody, or see who invites you"},
    {"MODE", TEXT, 0, 1, channel_mode, "[<#channel>] [<modes> [<arguments>]]", "show or change modes"},
    {"AWAY", TEXT, 0, 1, irc_away, "[<text>]", "say that you are away, or no longer"},
    {"WHOIS", TEXT, 1, 1, irc_whois, "<nick>", "show what is known about somebody"},
    {"RULES", TEXT, 0, 0, query_rules, "", "show the rules of the house"},
    {"OPER", TEXT, 2, 2, operator_oper, "<name> <password>", "become an operator"},
    {"KILL", TEXT, 1, 2, operator_kill, "<nick> [<text>]", "put somebody out of the server (operator)",
     .help = HELP_OPERATOR},
    {"BAN", TEXT, 1, 5, operator_ban, "<nick|mask> [<time>] [<text>]", "keep somebody out (operator)",
     .help = HELP_OPERATOR},
    {"UNBAN", TEXT, 1, 1, operator_unban, "<mask>", "take that back (operator)", .help = HELP_OPERATOR},
    {"BANS", TEXT, 0, 0, operator_bans, "", "show who is kept out (operator)", .help = HELP_OPERATOR},
    {"MUTE", TEXT, 1, 1, mute_mute, "<nick|#channel|all>", "ask for silence (operator)", .help = HELP_OPERATOR},
    {"UNMUTE", TEXT, 1, 1, mute_unmute, "<nick|#channel|all>", "take that back (operator)", .help = HELP_OPERATOR},
    {"HAND", TEXT, 0, 0, class_hand, "", "raise your hand, or take it down"},
    {"HANDS", TEXT, 0, 2, class_hands, "[clear [<nick>]]", "show or take down raised hands (operator)",
     .help = HELP_OPERATOR},
    {"FLOOR", TEXT, 1, 2, class_floor, "[<#channel>] <nick|all>", "let one alone speak, or all (moderator)"},
    {"QUIT", PLAIN, 0, 1, register_quit, "[<text>]", "leave", .help = HELP_FIRST},
    {"QUIT", TALK, 0, 1, register_quit, "[<text>]", "leave, with a last word"},
    {"stop", TALK, 0, 0, NULL, "", "leave", .help = HELP_FIRST},
    {"HELP", TEXT, 0, 1, query_help, "[<command>]", "show the commands, or explain one", .help = HELP_FIRST},
    {"@all", TEXT, 0, 0, NULL, "<text>, @tous <text>", "say it to everyone in the current channel"},

    /* IRC: registration */
    {"CAP", IRC, 1, 15, irc_cap, "<subcommand> [<capabilities>]", "negotiate capabilities", true},
    {"PASS", IRC, 1, 15, irc_pass, "<password>", "give the server's password", true},
    {"NICK", IRC, 0, 15, irc_nick, "<nick>", "take a name", true},
    {"USER", IRC, 4, 15, irc_user, "<user> 0 * :<real name>", "say who you are", true},
    {"PING", IRC, 1, 15, irc_ping, "<token>", "ask for a PONG", true},
    {"PONG", IRC, 0, 15, irc_pong, "<token>", "answer a PING", true},
    {"QUIT", IRC, 0, 15, irc_quit, "[<text>]", "leave", true},
    /* IRC: messages */
    {"PRIVMSG", IRC, 0, 15, irc_privmsg, "<target>{,<target>} :<text>", "say something"},
    {"NOTICE", IRC, 0, 15, irc_notice, "<target>{,<target>} :<text>", "say it without expecting an answer"},
    {"BATCH", IRC, 1, 15, irc_batch, "+<reference> draft/multiline <target>", "send a message of several lines"},
    {"REDACT", IRC, 2, 15, irc_redact, "<target> <msgid> [:<reason>]", "take a message back"},
    {"MARKREAD", IRC, 0, 15, irc_markread, "<target> [timestamp=<time>]", "keep how far you have read"},
    {"TAGMSG", IRC, 0, 15, irc_tagmsg, "<target>{,<target>}", "send tags without a text"},
    /* IRC: channels */
    {"JOIN", IRC, 1, 15, irc_join, "<channel>{,<channel>} [<key>{,<key>}]", "go into channels"},
    {"PART", IRC, 1, 15, irc_part, "<channel>{,<channel>} [<text>]", "leave channels"},
    {"NAMES", IRC, 0, 15, irc_names, "[<channel>{,<channel>}]", "show who is in channels"},
    {"TOPIC", IRC, 1, 15, irc_topic, "<channel> [:<topic>]", "show or set a topic"},
    {"KICK", IRC, 2, 15, irc_kick, "<channel> <nick>{,<nick>} [:<text>]", "put somebody out of a channel"},
    {"MODE", IRC, 1, 15, irc_mode, "<channel> [<modes> [<arguments>]]", "show or change modes"},
    {"LIST", IRC, 0, 15, irc_list, "[<channel>{,<channel>}] [<condition>{,<condition>}]", "show the channels"},
    {"INVITE", IRC, 0, 15, irc_invite, "[<nick> <channel>]", "invite somebody to a channel, or see who invites you"},
    {"KNOCK", IRC, 1, 15, irc_knock, "<channel>", "ask to be invited"},
    {"RENAME", IRC, 2, 15, irc_rename, "<channel> <new name> [:<text>]", "give a channel another name"},
    /* IRC: questions */
    {"MOTD", IRC, 0, 15, irc_motd, "", "show the message of the day"},
    {"RULES", IRC, 0, 15, query_rules, "", "show the rules of the house"},
    {"LUSERS", IRC, 0, 15, irc_lusers, "", "show how many are here"},
    /* IRC: about oneself */
    {"AWAY", IRC, 0, 15, irc_away, "[:<text>]", "say that you are away, or no longer", true},
    {"SETNAME", IRC, 1, 15, irc_setname, ":<real name>", "change your real name"},
    {"METADATA", IRC, 2, 15, irc_metadata, "<target>|* GET|LIST|SET|CLEAR|SUB|UNSUB|SUBS|SYNC [<key> ...] [:<value>]",
     "say something of yourself or a channel", true},
    {"MONITOR", IRC, 1, 15, irc_monitor, "+|- <nick>{,<nick>} | C | L | S", "be told when people come and go"},
    /* IRC: questions about people */
    {"WHO", IRC, 0, 15, irc_who, "[<mask> [o][%<fields>[,<token>]]]", "show people"},
    {"WHOIS", IRC, 0, 15, irc_whois, "[<server>] <nick>{,<nick>}", "show what is known about somebody"},
    {"WHOWAS", IRC, 0, 15, irc_whowas, "<nick>{,<nick>} [<count>]", "show what is known about somebody who left"},
    {"USERHOST", IRC, 1, 15, irc_userhost, "<nick>{ <nick>}", "show addresses of up to five people"},
    {"ISON", IRC, 1, 15, irc_ison, "<nick>{ <nick>}", "show who of them is here"},
    /* IRC: questions about the server */
    {"VERSION", IRC, 0, 15, irc_version, "[<server>]", "show what runs here"},
    {"ISUPPORT", IRC, 0, 15, irc_isupport, "", "show what this server supports", true},
    {"TIME", IRC, 0, 15, irc_time, "[<server>]", "show the server's time"},
    {"INFO", IRC, 0, 15, irc_info, "[<server>]", "show something about this program"},
    {"ADMIN", IRC, 0, 15, irc_admin, "[<server>]", "show whose server this is"},
    {"STATS", IRC, 1, 15, irc_stats, "<letter> [<server>]", "u: uptime, m: commands; operators: k: bans, o: operators"},
    {"LINKS", IRC, 0, 15, irc_links, "[[<server>] <mask>]", "show the servers of this network"},
    {"TRACE", IRC, 0, 15, irc_trace, "[<nick>]", "show connections"},
    {"SERVLIST", IRC, 0, 15, irc_servlist, "[<mask> [<type>]]", "show the services: there are none"},
    {"SQUERY", IRC, 0, 15, irc_squery, "<service> :<text>", "ask a service: there are none"},
    {"SUMMON", IRC, 0, 15, irc_summon, "<user>", "disabled"},
    {"USERS", IRC, 0, 15, irc_users, "", "disabled"},
    {"HELP", IRC, 0, 15, irc_help, "[<command>]", "show commands, or explain one"},
    {"HELPOP", IRC, 0, 15, irc_help, "[<command>]", "the same as HELP"},
    /* IRC: operators */
    {"OPER", IRC, 2, 15, operator_oper, "<name> <password>", "become an operator"},
    {"KILL", IRC, 2, 15, operator_kill, "<nick> :<text>", "put somebody out of the server"},
    {"WALLOPS", IRC, 1, 15, operator_wallops, ":<text>", "tell everybody who has mode w"},
    {"KLINE", IRC, 1, 15, operator_ban, "[-f] [<duration>] <user@host> [:<reason>]", "ban people from the server"},
    {"UNKLINE", IRC, 1, 15, operator_unban, "<user@host>", "take a ban back"},
    {"CONNECT", IRC, 1, 15, irc_connect, "<server>", "connect to another server: there is none"},
    {"SQUIT", IRC, 1, 15, irc_connect, "<server>", "disconnect another server: there is none"},
    {"REHASH", IRC, 0, 15, operator_rehash, "", "read the configuration again"},
    {"RESTART", IRC, 0, 15, operator_restart, "", "stop the server and start it again"},
    {"DIE", IRC, 0, 15, operator_die, "", "stop the server"},
    /* IRC: what operators do on every door */
    {"MUTE", IRC, 1, 15, mute_mute, "<nick|channel|all>", "ask for silence (operator)"},
    {"HAND", IRC, 0, 15, class_hand, "", "raise your hand, or take it down"},
    {"HANDS", IRC, 0, 15, class_hands, "[clear [<nick>]]", "show or take down raised hands (operator)"},
    {"FLOOR", IRC, 2, 15, class_floor, "<nick|all> <channel>", "let one alone speak, or all (channel operator)"},
    {"UNMUTE", IRC, 1, 15, mute_unmute, "<nick|channel|all>", "take that back (operator)"},

    /* forkchatctl and the console: shown as they are to be typed */
    {"help", CONTROL, 0, 0, control_help, "", "show this list"},
    {"wall", CONTROL, 1, 1, control_wall, "<text>", "tell everybody"},
    {"who", CONTROL, 0, 0, control_who, "", "show who is here"},
    {"whois", CONTROL, 1, 1, irc_whois, "<nick>", "show what is known about somebody"},
    {"channels", CONTROL, 0, 0, control_channels, "", "show the channels"},
    {"topic", CONTROL, 1, 2, control_topic, "<#channel> [<text>]", "show or set a topic"},
    {"kick", CONTROL, 1, 2, operator_kill, "<nick> [<text>]", "close a client"},
    {"ban", CONTROL, 1, 5, operator_ban, "[-f] <nick|mask> [<time>] [<text>]", "keep somebody out"},
    {"unban", CONTROL, 1, 1, operator_unban, "<mask>", "take that back"},
    {"bans", CONTROL, 0, 0, operator_bans, "", "show who is kept out"},
    {"penalties", CONTROL, 0, 0, penalty_show, "", "show which addresses owe for trouble"},
    {"forgive", CONTROL, 1, 1, penalty_forgive, "<address|network|all>", "take that back"},
    {"mute", CONTROL, 1, 1, mute_mute, "<nick|#channel|all>", "ask for silence"},
    {"unmute", CONTROL, 1, 1, mute_unmute, "<nick|#channel|all>", "take that back"},
    {"attendance", CONTROL, 0, 0, class_attendance, "", "show who was here from when to when, as CSV"},
    {"hands", CONTROL, 0, 2, class_hands, "[clear [<nick>]]", "show or take down raised hands"},
    {"floor", CONTROL, 1, 2, class_floor, "<nick|all> [<#channel>]", "let one alone speak, or all"},
    {"shutdown", CONTROL, 0, 3, control_shutdown, "[<time> [<text>]]|cancel",
     "stop the server, announced as the time runs down"},
    {"motd", CONTROL, 0, 0, control_motd, "", "show the message of the day"},
    {"reload", CONTROL, 0, 0, control_reload, "", "read the configuration again"},
    {"stats", CONTROL, 0, 0, control_stats, "", "show numbers since the start"},
    {"top", CONTROL, 0, 1, live_top, "[<count>]", "watch the load, a picture each second"},
    {"tail", CONTROL, 0, 1, live_tail, "[<#channel>]", "watch what is said in channels"},
    {"crash", CONTROL, 0, 2, control_crash, "[last [<count>]]", "show the last crashes and what led to them"},
};

#define COMMANDS ((int)(sizeof table / sizeof *table))

const struct command *command_find(enum dialect_kind dialect, const char *verb)
{
    for (int i = 0; i < COMMANDS; i++)
        if (table[i].run && (table[i].dialects & DIALECT_BIT(dialect)) && strcasecmp(table[i].verb, verb) == 0)
            return &table[i];
    return NULL;
}

const struct command *command_list(enum dialect_kind dialect, int number)
{
    for (int i = 0; i < COMMANDS; i++)
        if ((table[i].dialects & DIALECT_BIT(dialect)) && number-- == 0)
            return &table[i];
    return NULL;
}

uint32_t command_number(const struct command *command)
{
    return (uint32_t)(command - table);
}

void command_need_more(struct session *session, const char *verb)
{
    const struct command *command = command_find(session->speech->dialect, verb);
    char usage[200];
    struct text text;
    text_init(&text, usage, sizeof usage);
    if (command)
        text_addf(&text, "%s%s %s", session->speech->verb_prefix, command->verb, command->syntax);
    session_reply(session, REPLY_NEED_MORE, verb, usage, NULL);
}

void command_run_text(struct session *session, const struct command *command, char *rest)
{
    struct request request = {.verb = command->verb, .tags = ""};
    while (request.count + 1 < command->most) {
        char *word = text_next_word(&rest);
        if (!word)
            break;
        request.arguments[request.count++] = word;
    }
    if (command->most > 0 && !text_is_blank(rest))
        request.arguments[request.count++] = command->said ? rest : rest + strspn(rest, " \t");
    world_count_command(session->world, command_number(command));
    if (request.count < command->least) {
        command_need_more(session, command->verb);
        return;
    }
    if (command->most == 0 && !text_is_blank(rest)) {
        session_reply(session, REPLY_BAD_ARGUMENT, command->verb, "nothing behind it", NULL);
        return;
    }
    command->run(session, &request);
}
