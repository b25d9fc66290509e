/* What clients may ask: one row for each command of a dialect, in the order HELP shows them.
 *
 * COMMAND(verb, dialects, arguments at least, at most, its function, syntax, meaning, more) and SUBJECT(word,
 * dialects, syntax, meaning, more) for what HELP tells of and is no verb; `more` are fields of struct command by
 * name. */
#ifndef FORKCHAT_COMMAND_ROWS_H
#define FORKCHAT_COMMAND_ROWS_H

#include "command.h"

/* clang-format off */
#define COMMANDS(COMMAND, SUBJECT)                                                                                    \
    SUBJECT("", TALK, "<text>", "said to all in the current channel", .help = HELP_FIRST)                             \
    COMMAND("NICK", TEXT, 1, 1, nick_take, "<nick>", "take a name", .help = HELP_FIRST)                               \
    COMMAND("MSG", PLAIN, 1, 1, message_say, "[<#channel>] <text>", "say it in the current channel, or that one",     \
            .said = true, .help = HELP_FIRST)                                                                         \
    COMMAND("MSG", TALK, 1, 1, message_tell, "<nick>|<#channel> <text>", "say it to that one, or there", .said = true)\
    SUBJECT("@<nick>", TEXT, "<text>", "say it to one person", .help = HELP_FIRST)                                    \
    COMMAND("SAY", TEXT, 1, 1, message_say_literally, "<text>", "say it here, whatever it begins with",               \
            .said = true)                                                                                             \
    COMMAND("ME", TEXT, 1, 1, message_me, "<text>", "say what you do: * toto waves", .said = true,                    \
            .help = HELP_FIRST)                                                                                       \
    COMMAND("WHO", TEXT, 0, 0, query_who, "", "show who is here", .help = HELP_FIRST)                                 \
    COMMAND("JOIN", TEXT, 1, 2, channel_join, "<#channel> [<key>]", "talk in that channel; the first makes it",       \
            .help = HELP_FIRST)                                                                                       \
    COMMAND("PART", TEXT, 0, 2, channel_part, "[<#channel>] [<text>]", "leave a channel", .help = HELP_FIRST)         \
    COMMAND("LIST", TEXT, 0, 0, query_list, "", "show the channels and their topics", .help = HELP_FIRST)             \
    COMMAND("TOPIC", TEXT, 0, 1, topic_text, "[<#channel>] [<text>]", "show or set a topic")                          \
    COMMAND("KICK", TEXT, 1, 1, channel_kick, "[<#channel>] <nick> [<text>]", "put somebody out (moderator)")         \
    COMMAND("INVITE", TEXT, 0, 2, invite_text, "[[<#channel>] <nick>]",                                               \
            "invite somebody, or see who invites you")                                                                \
    COMMAND("MODE", TEXT, 0, 1, mode_text, "[<#channel>] [<modes> [<arguments>]]", "show or change modes")            \
    COMMAND("AWAY", TEXT, 0, 1, self_away, "[<text>]", "say that you are away, or no longer")                         \
    COMMAND("WHOIS", TEXT, 1, 1, whois_show, "<nick>", "show what is known about somebody")                           \
    COMMAND("HISTORY", TEXT, 0, 2, past_text_history, "[<lines>] [<#channel>|<nick>]", "show what was said before")    \
    COMMAND("SEARCH", TEXT, 1, 1, past_text_search, "<words>", "show what was said with these words")                 \
    COMMAND("RESUME", PLAIN, 0, 1, resume_run, "[<token>]", "come back if the connection broke")                      \
    COMMAND("RULES", TEXT, 0, 0, query_rules, "", "show the rules of the house")                                      \
    COMMAND("OPER", TEXT, 2, 2, operator_oper, "<name> <password>", "become an operator")                             \
    COMMAND("REGISTER", TEXT, 2, 2, account_text_register, "<account> <password>", "make an account of that name")    \
    COMMAND("LOGIN", TEXT, 2, 2, account_text_login, "<account> <password>", "be that account")                       \
    COMMAND("LOGOUT", TEXT, 0, 0, account_text_logout, "", "be it no longer")                                         \
    COMMAND("ACCOUNT", TEXT, 0, 2, account_text_account, "[<what> [<value>]]",                                \
            "see or change your account")                                                                                     \
    COMMAND("CHANNEL", TEXT, 1, 4, account_text_channel,                                                              \
            "<what> [<#channel>]", "have it stay: register, access, drop")                                            \
    COMMAND("KILL", TEXT, 1, 2, operator_kill, "<nick> [<text>]", "put somebody out of the server (operator)",        \
            .help = HELP_OPERATOR, .operators = true)                                                                 \
    COMMAND("BAN", TEXT, 1, 5, ban_set, "<nick|mask> [<time>] [<text>]", "keep somebody out (operator)",              \
            .help = HELP_OPERATOR, .operators = true)                                                                 \
    COMMAND("UNBAN", TEXT, 1, 1, ban_lift, "<mask>", "take that back (operator)", .help = HELP_OPERATOR,              \
            .operators = true)                                                                                        \
    COMMAND("BANS", TEXT, 0, 0, ban_show, "", "show who is kept out (operator)", .help = HELP_OPERATOR,               \
            .operators = true)                                                                                        \
    COMMAND("MUTE", TEXT, 1, 1, mute_set, "<nick|#channel|all>", "ask for silence (operator)",                        \
            .help = HELP_OPERATOR, .operators = true)                                                                 \
    COMMAND("UNMUTE", TEXT, 1, 1, mute_lift, "<nick|#channel|all>", "take that back (operator)",                      \
            .help = HELP_OPERATOR, .operators = true)                                                                 \
    COMMAND("HAND", TEXT, 0, 0, class_hand, "", "raise your hand, or take it down")                                   \
    COMMAND("HANDS", TEXT, 0, 2, class_hands, "[clear [<nick>]]", "show or take down raised hands (operator)",        \
            .help = HELP_OPERATOR, .operators = true)                                                                 \
    COMMAND("FLOOR", TEXT, 1, 2, class_floor, "[<#channel>] <nick|all>",                                              \
            "let one alone speak, or all (moderator)")                                                                \
    COMMAND("QUIT", PLAIN, 0, 1, leave_text, "[<text>]", "leave", .help = HELP_FIRST)                                 \
    COMMAND("QUIT", TALK, 0, 1, leave_text, "[<text>]", "leave, with a last word")                                    \
    COMMAND("RESUME", TALK, 0, 1, resume_run, "[<token>]", "come back if the connection broke", .help = HELP_TOKEN)   \
    SUBJECT("stop", TALK, "", "leave", .help = HELP_FIRST)                                                            \
    COMMAND("HELP", TEXT, 0, 1, query_help, "[<command>]", "show the commands, or explain one",                       \
            .help = HELP_FIRST)                                                                                       \
    SUBJECT("@all", TEXT, "<text>, @tous <text>", "say it to everyone in the current channel")                        \
    /* IRC: registration */                                                                                           \
    COMMAND("CAP", IRC, 1, 15, irc_register_cap, "<subcommand> [<capabilities>]", "negotiate capabilities",           \
            .before = true)                                                                                           \
    COMMAND("PASS", IRC, 1, 15, irc_register_pass, "<password>", "give the server's password", .before = true)        \
    COMMAND("AUTHENTICATE", IRC, 1, 15, irc_sasl_authenticate, "<mechanism>|<data>|*", "log in to an account",       \
            .before = true)                                                                                           \
    COMMAND("REGISTER", IRC, 3, 15, irc_account_register, "<account>|* <mail>|* <password>", "make an account",       \
            .before = true)                                                                                           \
    COMMAND("VERIFY", IRC, 2, 15, irc_account_verify, "<account> <code>", "never needed", .before = true)            \
    COMMAND("NICK", IRC, 0, 15, irc_register_nick, "<nick>", "take a name", .before = true)                           \
    COMMAND("USER", IRC, 4, 15, irc_register_user, "<user> 0 * :<real name>", "say who you are", .before = true)      \
    COMMAND("RESUME", IRC, 1, 15, irc_resume_run, "<token> [<msgid>]", "come back after the connection broke",        \
            .before = true, .caps = CAP_BIT(RESUME))                                                                  \
    COMMAND("PING", IRC, 1, 15, irc_register_ping, "<token>", "ask for a PONG", .before = true)                       \
    COMMAND("PONG", IRC, 0, 15, irc_register_pong, "<token>", "answer a PING", .before = true)                        \
    COMMAND("QUIT", IRC, 0, 15, leave_irc, "[<text>]", "leave", .before = true)                                       \
    /* IRC: messages */                                                                                               \
    COMMAND("PRIVMSG", IRC, 0, 15, irc_message_privmsg, "<target>{,<target>} :<text>", "say something")               \
    COMMAND("NOTICE", IRC, 0, 15, irc_message_notice, "<target>{,<target>} :<text>",                                  \
            "say it without expecting an answer")                                                                     \
    COMMAND("NICKSERV", IRC, 0, 15, services_nickserv, "<word> ...", "say it to NickServ")                            \
    COMMAND("NS", IRC, 0, 15, services_nickserv, "<word> ...", "the same")                                            \
    COMMAND("CHANSERV", IRC, 0, 15, services_chanserv, "<word> ...", "say it to ChanServ")                            \
    COMMAND("CS", IRC, 0, 15, services_chanserv, "<word> ...", "the same")                                            \
    COMMAND("BATCH", IRC, 1, 15, irc_multiline_batch, "+<reference> draft/multiline <target>",                        \
            "send a message of several lines", .caps = CAP_BIT(MULTILINE) | CAP_BIT(BATCH))                           \
    COMMAND("REDACT", IRC, 2, 15, irc_redact_message, "<target> <msgid> [:<reason>]", "take a message back",          \
            .caps = CAP_BIT(MESSAGE_REDACTION))                                                                       \
    COMMAND("MARKREAD", IRC, 0, 15, irc_markread_set, "<target> [timestamp=<time>]", "keep how far you have read",    \
            .caps = CAP_BIT(READ_MARKER))                                                                             \
    COMMAND("CHATHISTORY", IRC, 0, 15, irc_chathistory_run,                                                           \
            "LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS <target> <reference> [<reference>] <limit>",                  \
            "show what was said before")                                                                              \
    COMMAND("TAGMSG", IRC, 0, 15, irc_message_tagmsg, "<target>{,<target>}", "send tags without a text",              \
            .caps = CAP_BIT(MESSAGE_TAGS))                                                                            \
    /* IRC: channels */                                                                                               \
    COMMAND("JOIN", IRC, 1, 15, irc_channel_join, "<channel>{,<channel>} [<key>{,<key>}]", "go into channels")        \
    COMMAND("PART", IRC, 1, 15, irc_channel_part, "<channel>{,<channel>} [<text>]", "leave channels")                 \
    COMMAND("NAMES", IRC, 0, 15, irc_names_show, "[<channel>{,<channel>}]", "show who is in channels")                \
    COMMAND("TOPIC", IRC, 1, 15, topic_irc, "<channel> [:<topic>]", "show or set a topic")                            \
    COMMAND("KICK", IRC, 2, 15, irc_channel_kick, "<channel> <nick>{,<nick>} [:<text>]",                              \
            "put somebody out of a channel")                                                                          \
    COMMAND("MODE", IRC, 1, 15, mode_irc, "<channel> [<modes> [<arguments>]]", "show or change modes")                \
    COMMAND("LIST", IRC, 0, 15, irc_list_channels, "[<channel>{,<channel>}] [<condition>{,<condition>}]",             \
            "show the channels")                                                                                      \
    COMMAND("INVITE", IRC, 0, 15, invite_irc, "[<nick> <channel>]",                                                   \
            "invite somebody to a channel, or see who invites you")                                                   \
    COMMAND("KNOCK", IRC, 1, 15, invite_knock, "<channel>", "ask to be invited")                                      \
    COMMAND("RENAME", IRC, 2, 15, irc_rename_channel, "<channel> <new name> [:<text>]", "give a channel another name")\
    /* IRC: questions */                                                                                              \
    COMMAND("MOTD", IRC, 0, 15, irc_query_motd, "", "show the message of the day")                                    \
    COMMAND("RULES", IRC, 0, 15, query_rules, "", "show the rules of the house")                                      \
    COMMAND("LUSERS", IRC, 0, 15, irc_query_lusers, "", "show how many are here")                                     \
    /* IRC: about oneself */                                                                                          \
    COMMAND("AWAY", IRC, 0, 15, self_away, "[:<text>]", "say that you are away, or no longer", .before = true,        \
            .before_with = CAP_BIT(PRE_AWAY))                                                                         \
    COMMAND("SETNAME", IRC, 1, 15, self_setname, ":<real name>", "change your real name")                             \
    COMMAND("METADATA", IRC, 2, 15, irc_metadata_run,                                                                 \
            "<target>|* GET|LIST|SET|CLEAR|SUB|UNSUB|SUBS|SYNC [<key> ...] [:<value>]",                               \
            "say something of yourself or a channel",                                                                 \
            .before = true, .before_with = CAPS_METADATA)                                                             \
    COMMAND("MONITOR", IRC, 1, 15, irc_monitor_change, "+|- <nick>{,<nick>} | C | L | S",                             \
            "be told when people come and go")                                                                        \
    /* IRC: questions about people */                                                                                 \
    COMMAND("WHO", IRC, 0, 15, irc_who_show, "[<mask> [o][%<fields>[,<token>]]]", "show people")                      \
    COMMAND("WHOIS", IRC, 0, 15, whois_show, "[<server>] <nick>{,<nick>}", "show what is known about somebody")       \
    COMMAND("WHOWAS", IRC, 0, 15, whois_show_past, "<nick>{,<nick>} [<count>]",                                       \
            "show what is known about somebody who left")                                                             \
    COMMAND("USERHOST", IRC, 1, 15, irc_user_userhost, "<nick>{ <nick>}", "show addresses of up to five people")      \
    COMMAND("ISON", IRC, 1, 15, irc_user_ison, "<nick>{ <nick>}", "show who of them is here")                         \
    /* IRC: questions about the server */                                                                             \
    COMMAND("VERSION", IRC, 0, 15, irc_server_version, "[<server>]", "show what runs here")                           \
    COMMAND("ISUPPORT", IRC, 0, 15, isupport_ask, "", "show what this server supports", .before = true,               \
            .before_with = CAP_BIT(EXTENDED_ISUPPORT))                                                                \
    COMMAND("TIME", IRC, 0, 15, irc_server_time, "[<server>]", "show the server's time")                              \
    COMMAND("INFO", IRC, 0, 15, irc_server_info, "[<server>]", "show something about this program")                   \
    COMMAND("ADMIN", IRC, 0, 15, irc_server_admin, "[<server>]", "show whose server this is")                         \
    COMMAND("STATS", IRC, 1, 15, irc_server_stats, "<letter> [<server>]",                                             \
            "u: uptime, m: commands; operators: k: bans, o: operators")                                               \
    COMMAND("LINKS", IRC, 0, 15, irc_server_links, "[[<server>] <mask>]", "show the servers of this network")         \
    COMMAND("TRACE", IRC, 0, 15, irc_server_trace, "[<nick>]", "show connections")                                    \
    COMMAND("SERVLIST", IRC, 0, 15, irc_server_servlist, "[<mask> [<type>]]", "show the services: there are none")    \
    COMMAND("SQUERY", IRC, 0, 15, irc_server_squery, "<service> :<text>", "ask a service: there are none")            \
    COMMAND("SUMMON", IRC, 0, 15, irc_server_summon, "<user>", "disabled")                                            \
    COMMAND("USERS", IRC, 0, 15, irc_server_users, "", "disabled")                                                    \
    COMMAND("HELP", IRC, 0, 15, irc_server_help, "[<command>]", "show commands, or explain one")                      \
    COMMAND("HELPOP", IRC, 0, 15, irc_server_help, "[<command>]", "the same as HELP")                                 \
    /* IRC: operators */                                                                                              \
    COMMAND("OPER", IRC, 2, 15, operator_oper, "<name> <password>", "become an operator")                             \
    COMMAND("KILL", IRC, 2, 15, operator_kill, "<nick> :<text>", "put somebody out of the server", .operators = true) \
    COMMAND("WALLOPS", IRC, 1, 15, operator_wallops, ":<text>", "tell everybody who has mode w", .operators = true)   \
    COMMAND("KLINE", IRC, 1, 15, ban_set, "[-f] [<duration>] <user@host> [:<reason>]", "ban people from the server",  \
            .operators = true)                                                                                        \
    COMMAND("UNKLINE", IRC, 1, 15, ban_lift, "<user@host>", "take a ban back", .operators = true)                     \
    COMMAND("CONNECT", IRC, 1, 15, irc_server_connect, "<server>", "connect to another server: there is none",        \
            .operators = true)                                                                                        \
    COMMAND("SQUIT", IRC, 1, 15, irc_server_connect, "<server>", "disconnect another server: there is none",          \
            .operators = true)                                                                                        \
    COMMAND("REHASH", IRC, 0, 15, operator_rehash, "", "read the configuration again", .operators = true)             \
    COMMAND("RESTART", IRC, 0, 15, operator_restart, "", "stop the server and start it again", .operators = true)     \
    COMMAND("DIE", IRC, 0, 15, operator_die, "", "stop the server", .operators = true)                                \
    /* IRC: what operators do on every door */                                                                        \
    COMMAND("MUTE", IRC, 1, 15, mute_set, "<nick|channel|all>", "ask for silence (operator)", .operators = true)      \
    COMMAND("HAND", IRC, 0, 15, class_hand, "", "raise your hand, or take it down")                                   \
    COMMAND("HANDS", IRC, 0, 15, class_hands, "[clear [<nick>]]", "show or take down raised hands (operator)",        \
            .operators = true)                                                                                        \
    COMMAND("FLOOR", IRC, 2, 15, class_floor, "<nick|all> <channel>",                                                 \
            "let one alone speak, or all (channel operator)")                                                         \
    COMMAND("UNMUTE", IRC, 1, 15, mute_lift, "<nick|channel|all>", "take that back (operator)", .operators = true)    \
    /* forkchatctl and the console: shown as they are to be typed */                                                  \
    COMMAND("help", CONTROL, 0, 0, control_help, "", "show this list")                                                \
    COMMAND("wall", CONTROL, 1, 1, control_wall, "<text>", "tell everybody")                                          \
    COMMAND("who", CONTROL, 0, 0, control_who, "", "show who is here")                                                \
    COMMAND("whois", CONTROL, 1, 1, whois_show, "<nick>", "show what is known about somebody")                        \
    COMMAND("channels", CONTROL, 0, 0, control_channels, "", "show the channels")                                     \
    COMMAND("topic", CONTROL, 1, 2, topic_control, "<#channel> [<text>]", "show or set a topic")                      \
    COMMAND("kick", CONTROL, 1, 2, operator_kill, "<nick> [<text>]", "close a client")                                \
    COMMAND("ban", CONTROL, 1, 5, ban_set, "[-f] <nick|mask> [<time>] [<text>]", "keep somebody out")                 \
    COMMAND("unban", CONTROL, 1, 1, ban_lift, "<mask>", "take that back")                                             \
    COMMAND("bans", CONTROL, 0, 0, ban_show, "", "show who is kept out")                                              \
    COMMAND("penalties", CONTROL, 0, 0, penalty_show, "", "show which addresses owe for trouble")                     \
    COMMAND("forgive", CONTROL, 1, 1, penalty_forgive, "<address|network|all>", "take that back")                     \
    COMMAND("mute", CONTROL, 1, 1, mute_set, "<nick|#channel|all>", "ask for silence")                                \
    COMMAND("unmute", CONTROL, 1, 1, mute_lift, "<nick|#channel|all>", "take that back")                              \
    COMMAND("attendance", CONTROL, 0, 0, class_attendance, "", "show who was here from when to when, as CSV")         \
    COMMAND("hands", CONTROL, 0, 2, class_hands, "[clear [<nick>]]", "show or take down raised hands")                \
    COMMAND("floor", CONTROL, 1, 2, class_floor, "<nick|all> [<#channel>]", "let one alone speak, or all")            \
    COMMAND("account", CONTROL, 1, 3, account_control,                                                                \
            "add|password <name> [<password>] | drop <name> | list",                                                  \
            "make, change, remove or show accounts; without a password one is made up")                               \
    COMMAND("history", CONTROL, 1, 2, history_control,                                                                \
            "stats | verify | export|forget <account> | drop <#channel>",                                             \
            "look at what is kept of what was said, or overwrite it")                                                 \
    COMMAND("shutdown", CONTROL, 0, 3, control_shutdown, "[<time> [<text>]]|cancel",                                  \
            "stop the server, announced as the time runs down")                                                       \
    COMMAND("motd", CONTROL, 0, 0, control_motd, "", "show the message of the day")                                   \
    COMMAND("reload", CONTROL, 0, 0, control_reload, "", "read the configuration again")                              \
    COMMAND("stats", CONTROL, 0, 0, control_stats, "", "show numbers since the start")                                \
    COMMAND("top", CONTROL, 0, 1, live_top, "[<count>]", "watch the load, a picture each second")                     \
    COMMAND("tail", CONTROL, 0, 1, live_tail, "[<#channel>]", "watch what is said in channels")                       \
    COMMAND("crash", CONTROL, 0, 2, control_crash, "[last [<count>]]", "show the last crashes and what led to them")
/* clang-format on */

/* The functions, each in the file that its name begins with. */
#define COMMAND(verb, dialects, least, most, run, ...) command_run run;
#define SUBJECT(...)
COMMANDS(COMMAND, SUBJECT)
#undef COMMAND
#undef SUBJECT

#endif
