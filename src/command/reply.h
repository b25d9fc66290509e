/* What a command can answer to the one who gave it: one row per answer, worded once for each kind of door.
 *
 * $1 to $9 stand for the arguments of that answer. A door that speaks to people shows the last column, with $/ for
 * the slash its commands begin with, if any, behind "[server] " unless it begins with a bracket itself. IRC shows the
 * one before it behind the numeric and the client's nick; there $n is that nick and $s the server's name. NULL is not
 * shown at all. */
#ifndef FORKCHAT_COMMAND_REPLY_H
#define FORKCHAT_COMMAND_REPLY_H

#include "base/text.h"

/* clang-format off */
/* REPLY(symbol, IRC numeric (0: the template is the whole command), for IRC, for people) */
#define REPLIES(REPLY)                                                                            \
    REPLY(WELCOME, 0, NULL, "Welcome to $1 (forkchat $2). You are $3.")                            \
    REPLY(MOTD_LINE, 372, ":- $1", "$1")                                                           \
    REPLY(USERS, 0, NULL, "$1")                                                                    \
    REPLY(HELP_LINE, 0, NULL, "$1")                                                                \
    REPLY(NICK_TAKEN_BY_YOU, 0, NULL, "you are now $1")                                            \
    REPLY(NICK_IN_USE, 433, "$1 :Nickname is already in use", "the nick $1 is taken: try another") \
    REPLY(NICK_TOO_LONG, 432, "$1 :Nickname is too long (at most $2 bytes)", "the nick $1 is too long: at most $2 bytes") \
    REPLY(NICK_BAD, 432, "$1 :Erroneous nickname", "$1 cannot be a nick: use a letter, then letters, digits and -_[]{}\\|^`") \
    REPLY(NICK_BRACKETS, 432, "$1 :Erroneous nickname: brackets stand in pairs", "$1 cannot be a nick: brackets stand in pairs, as in [bot]") \
    REPLY(NICK_MIXED, 432, "$1 :Erroneous nickname: its letters are of several scripts", "$1 cannot be a nick: its letters are of several scripts") \
    REPLY(NICK_ALIKE, 433, "$1 :Nickname looks like one that is in use", "the nick $1 looks like one that is taken: try another") \
    REPLY(NICK_RESERVED, 432, "$1 :This nickname is reserved", "the nick $1 is reserved: try another") \
    REPLY(NEED_MORE, 461, "$1 :Not enough parameters", "$/$1 needs more: $2")                        \
    REPLY(UNKNOWN_COMMAND, 421, "$1 :Unknown command", "invalid command: $/$1 ($/HELP lists the commands)") \
    REPLY(LINE_TOO_LONG, 417, ":Input line was too long", "that line is too long: at most $1 bytes") \
    REPLY(SPEAKS_NO, 0, NULL, "this is a chat server: it speaks no $1")                            \
    REPLY(NO_SUCH_NICK, 401, "$1 :No such nick", "nobody here is called $1: $/WHO shows who is here") \
    REPLY(NO_SUCH_CHANNEL, 403, "$1 :No such channel", "there is no channel $1: $/LIST shows them, $/JOIN $1 makes it") \
    REPLY(BAD_CHANNEL, 403, "$1 :No such channel", "$1 cannot be a channel: use # and a word, as in #games") \
    REPLY(CHANNEL_ALIKE, 437, "$1 :The name looks like that of a channel there is", "the name $1 looks like that of a channel there is: $/LIST shows them") \
    REPLY(NOT_ON_CHANNEL, 442, "$1 :You are not on that channel", "you are not in $1: $/JOIN $1 first") \
    REPLY(NOT_THERE, 441, "$1 $2 :They are not on that channel", "$1 is not in $2")                \
    REPLY(NO_CURRENT, 0, NULL, "you are in no channel: $/JOIN #lobby or another first")            \
    REPLY(TOO_MANY_CHANNELS, 405, "$1 :You have joined too many channels", "you are in too many channels: $/PART one first") \
    REPLY(SERVER_FULL, 437, "$1 :The server has no room for it", "the server has no room for you in $1: try again later") \
    REPLY(SHARE_OF_CHANNELS, 437, "$1 :You have your share of the server's channels: leave some first", "you have your share of the server's channels: $/PART some first") \
    REPLY(SHARE_OF_MASKS, 437, "$1 :You have set your share of the server's masks and invitations: remove some first", "you have set your share of the server's masks and invitations: remove some first") \
    REPLY(NO_ROOM_FOR_MASKS, 437, "$1 :The server has no room for more masks and invitations", "the server has no room for more masks and invitations: try again later") \
    REPLY(NOT_CHANNEL_OPERATOR, 482, "$1 :You are not a channel operator", "only the moderator of $1 or an operator may do that") \
    REPLY(NOT_OPERATOR, 481, ":Permission denied: you are not an operator", "only operators may do that: $/OPER <name> <password>") \
    REPLY(IS_OPERATOR, 381, ":You are now an IRC operator", "you are now an operator")             \
    REPLY(NO_PASSWORDS_NOW, 400, "OPER :Passwords are not looked at at the moment: try again later", "passwords are not looked at at the moment: try again later") \
    REPLY(BAD_PASSWORD, 464, ":Password incorrect", "wrong operator name or password")             \
    REPLY(TOO_MANY_GUESSES, 0, NULL, "too many wrong passwords: the connection ends")              \
    REPLY(NOTHING_TO_SAY, 412, ":No text to send", "there is nothing to say: $1")                  \
    REPLY(TOLD, 0, NULL, "[you -> $1] $2")                                                         \
    REPLY(PLACE, 0, NULL, "you are $1, and talk in $2")                                            \
    REPLY(TALKING_IN, 0, NULL, "you are now talking in $1")                                        \
    REPLY(LEFT, 0, NULL, "you left $1")                                                            \
    REPLY(TOPIC_IS, 332, "$1 :$2", "the topic of $1 is: $2")                                       \
    REPLY(NO_TOPIC, 331, "$1 :No topic is set", "$1 has no topic")                                 \
    REPLY(LIST_LINE, 322, "$1 $2 :$3", "$1 $2 $3")                                                 \
    REPLY(TOKEN, 0, NULL, "if the connection breaks, come back with $/RESUME $1")                  \
    REPLY(TOKEN_ASKED, 0, NULL, "if the connection ends before you quit, come back with $/RESUME $1") \
    REPLY(RESUMED, 0, NULL, "welcome back: you are $1, and talk in $2")                            \
    REPLY(HERE_AS_WELL, 0, NULL, "you are $1 here as well, and talk in $2")                        \
    REPLY(NO_SUCH_TOKEN, 0, NULL, "nobody waits for that token: it is good for one use, and not for long") \
    REPLY(NO_RESUMING, 0, NULL, "nobody is waited for here")                                       \
    REPLY(RESUME_TOKEN, 0, "RESUME TOKEN :$1", NULL)                                               \
    REPLY(RESUME_DONE, 0, "RESUME DONE", NULL)                                                     \
    REPLY(MISSED_SOME, 0, "NOTICE $n :*** Some of what you missed is lost", "*** some of what you missed is lost ***") \
    REPLY(KILLED_OK, 0, NULL, "$1 was removed from the server")                                    \
    REPLY(IRC_WELCOME, 1, ":Welcome to the $1 network, $2", NULL)                                  \
    REPLY(IRC_YOURHOST, 2, ":Your host is $1, running forkchat $2", NULL)                          \
    REPLY(IRC_CREATED, 3, ":This server was started $1", NULL)                                     \
    REPLY(IRC_MYINFO, 4, "$1 forkchat-$2 $3 $4 $5", NULL)                                             \
    REPLY(ISUPPORT, 5, "$1 :are supported by this server", NULL)                                   \
    REPLY(MOTD_START, 375, ":- $1 message of the day", NULL)                                       \
    REPLY(MOTD_END, 376, ":End of MOTD", NULL)                                                     \
    REPLY(NO_MOTD, 422, ":There is no message of the day", NULL)                                   \
    REPLY(NOT_REGISTERED, 451, ":You have not registered", NULL)                                   \
    REPLY(ALREADY_REGISTERED, 462, ":You may not register again", NULL)                            \
    REPLY(NO_NICK_GIVEN, 431, ":No nickname given", "that names nobody: $/WHO shows who is here")  \
    REPLY(NO_RECIPIENT, 411, ":No recipient given ($1)", NULL)                                     \
    REPLY(NO_TEXT, 412, ":No text to send", NULL)                                                  \
    REPLY(NO_TOPLEVEL, 413, "$1 :No toplevel domain specified", NULL)                              \
    REPLY(WILD_TOPLEVEL, 414, "$1 :Wildcard in toplevel domain", NULL)                             \
    REPLY(CANNOT_SEND, 404, "$1 :Cannot send to channel ($2)", "you cannot speak in $1: $2")                               \
    REPLY(NO_SUCH_TARGET, 401, "$1 :No such nick/channel", NULL)                                   \
    REPLY(IS_AWAY, 301, "$1 :$2", "$1 is away: $2")                                                \
    REPLY(BAD_CAP, 410, "$1 :Invalid CAP command", NULL)                                           \
    REPLY(CAP_LIST, 0, "CAP $n $1 :$2", NULL)                                                      \
    REPLY(CAP_MORE, 0, "CAP $n $1 * :$2", NULL)                                                    \
    REPLY(PONG, 0, "PONG $s :$1", NULL)                                                            \
    REPLY(PING, 0, "PING :$1", NULL)                                                               \
    REPLY(ERROR, 0, "ERROR :$1", NULL)                                                             \
    REPLY(FAIL, 0, "FAIL $1 $2 $3", NULL)                                                         \
    REPLY(CHATHISTORY_TARGET, 0, "CHATHISTORY TARGETS $1 $2", NULL)                                \
    REPLY(HISTORY_DAY, 0, NULL, "$1")                                                              \
    REPLY(HISTORY_OFF, 0, NULL, "nothing of what is said here is kept")                            \
    REPLY(HISTORY_PRIVATE, 0, NULL, "private messages are kept only if both have accounts")        \
    REPLY(HISTORY_BUSY, 0, NULL, "the history does not answer: try again later")                   \
    REPLY(HISTORY_NOTHING, 0, NULL, "nothing was kept of $1")                                      \
    REPLY(SEARCH_NOTHING, 0, NULL, "nothing was found in $1")                                      \
    REPLY(NOT_KEPT, 0, "WARN $1 NOT_KEPT :What you said was delivered, but could not be kept", "what you said could not be kept") \
    REPLY(MARKREAD, 0, "MARKREAD $1 $2", NULL)                                                     \
    REPLY(NO_ORIGIN, 409, ":No origin specified", NULL)                                            \
    REPLY(TOPIC_BY, 333, "$1 $2 $3", NULL)                                                         \
    REPLY(NAMES_LINE, 353, "$1 $2 :$3", NULL)                                                      \
    REPLY(NAMES_END, 366, "$1 :End of NAMES list", NULL)                                           \
    REPLY(LUSER_CLIENT, 251, ":There are $1 users and $2 invisible on 1 servers", NULL)             \
    REPLY(LUSER_OP, 252, "$1 :operators online", NULL)                                             \
    REPLY(LUSER_UNKNOWN, 253, "$1 :unknown connections", NULL)                                     \
    REPLY(LUSER_CHANNELS, 254, "$1 :channels formed", NULL)                                        \
    REPLY(LUSER_ME, 255, ":I have $1 clients and 0 servers", NULL)                                 \
    REPLY(UMODE_IS, 221, "$1", NULL)                                                               \
    REPLY(UMODE_UNKNOWN, 501, ":Unknown MODE flag", NULL)                                          \
    REPLY(USERS_DONT_MATCH, 502, ":Cannot see or change the modes of other users", NULL)           \
    REPLY(UNAWAY, 305, ":You are no longer marked as being away", "you are no longer away")        \
    REPLY(NOW_AWAY, 306, ":You have been marked as being away", "you are away now: $/AWAY without a text when you are back") \
    REPLY(FAIL_SETNAME, 0, "FAIL SETNAME $1 :$2", NULL)                                            \
    REPLY(USERHOST, 302, ":$1", NULL)                                                              \
    REPLY(ISON, 303, ":$1", NULL)                                                                  \
    REPLY(MONITOR_ONLINE, 730, ":$1", NULL)                                                        \
    REPLY(MONITOR_OFFLINE, 731, ":$1", NULL)                                                       \
    REPLY(MONITOR_LIST, 732, ":$1", NULL)                                                          \
    REPLY(MONITOR_END, 733, ":End of MONITOR list", NULL)                                          \
    REPLY(MONITOR_FULL, 734, "$1 $2 :Monitor list is full", NULL)                                  \
    REPLY(WHO_LINE, 352, "$1 $2 $3 $4 $5 $6 :0 $7", NULL)                                          \
    REPLY(WHOX_LINE, 354, "$1", NULL)                                                              \
    REPLY(WHO_END, 315, "$1 :End of WHO list", NULL)                                               \
    REPLY(WHOIS_USER, 311, "$1 $2 $3 * :$4", "$1 is $4 ($2@$3)")                                   \
    REPLY(WHOIS_CHANNELS, 319, "$1 :$2", "$1 is in $2")                                            \
    REPLY(WHOIS_SERVER, 312, "$1 $2 :$3", NULL)                                                    \
    REPLY(WHOIS_OPERATOR, 313, "$1 :is an IRC operator", "$1 is an operator")                      \
    REPLY(WHOIS_BOT, 335, "$1 :is a bot on $2", "$1 is a bot")                                     \
    REPLY(WHOIS_ACCOUNT, 330, "$1 $2 :is logged in as", "$1 is logged in as $2")                   \
    REPLY(WHOIS_MODES, 379, "$1 :is using modes $2", NULL)                                         \
    REPLY(WHOIS_HOST, 378, "$1 :is connecting from *@$2 $2", NULL)                                 \
    REPLY(WHOIS_ACTUALLY, 338, "$1 $2@$3 $3 :is actually using host", NULL)                        \
    REPLY(WHOIS_IDLE, 317, "$1 $2 $3 :seconds idle, signon time", "$1 said nothing for $2 seconds") \
    REPLY(WHOIS_END, 318, "$1 :End of WHOIS list", NULL)                                           \
    REPLY(WHOWAS_USER, 314, "$1 $2 $3 * :$4", NULL)                                                \
    REPLY(WAS_NO_SUCH_NICK, 406, "$1 :There was no such nickname", NULL)                           \
    REPLY(WHOWAS_END, 369, "$1 :End of WHOWAS", NULL)                                              \
    REPLY(NO_SUCH_SERVER, 402, "$1 :No such server", NULL)                                         \
    REPLY(NO_SUCH_SERVICE, 408, "$1 :No such service", NULL)                                       \
    REPLY(SERVICES_END, 235, "$1 $2 :End of service listing", NULL)                                \
    REPLY(CANNOT_KILL_SERVER, 483, ":You cannot kill a server", NULL)                              \
    REPLY(VERSION, 351, "forkchat-$1 $2 :$3", NULL)                                                \
    REPLY(TIME, 391, "$1 :$2", NULL)                                                               \
    REPLY(INFO_LINE, 371, ":$1", NULL)                                                             \
    REPLY(INFO_END, 374, ":End of INFO list", NULL)                                                \
    REPLY(ADMIN_ME, 256, "$1 :Administrative info", NULL)                                          \
    REPLY(ADMIN_PLACE, 257, ":$1", NULL)                                                           \
    REPLY(ADMIN_DETAILS, 258, ":$1", NULL)                                                         \
    REPLY(ADMIN_EMAIL, 259, ":$1", NULL)                                                           \
    REPLY(STATS_COMMAND, 212, "$1 $2", NULL)                                                       \
    REPLY(STATS_ILINE, 215, "I * * * 0 $1", NULL)                                                  \
    REPLY(STATS_KLINE, 216, "K $1 * $2 0 0 :$3 (by $4, $5)", "$2@$1 $5, by $4: $3")                \
    REPLY(STATS_UPTIME, 242, ":Server Up $1 days $2", NULL)                                        \
    REPLY(STATS_OLINE, 243, "O *@* * $1", NULL)                                                    \
    REPLY(STATS_END, 219, "$1 :End of STATS report", NULL)                                         \
    REPLY(LINKS, 364, "$1 $1 :0 $2", NULL)                                                         \
    REPLY(LINKS_END, 365, "$1 :End of LINKS list", NULL)                                           \
    REPLY(TRACE_OPERATOR, 204, "Oper $1 $2", NULL)                                                 \
    REPLY(TRACE_USER, 205, "User $1 $2", NULL)                                                     \
    REPLY(TRACE_END, 262, "$1 $2 :End of TRACE", NULL)                                             \
    REPLY(NO_SUMMON, 445, ":SUMMON has been disabled", NULL)                                       \
    REPLY(NO_USERS, 446, ":USERS has been disabled", NULL)                                         \
    REPLY(HELP_START, 704, "$1 :$2", NULL)                                                         \
    REPLY(HELP_TEXT, 705, "$1 :$2", NULL)                                                          \
    REPLY(HELP_END, 706, "$1 :$2", NULL)                                                           \
    REPLY(HELP_NOT_FOUND, 524, "$1 :There is no help on that", NULL)                               \
    REPLY(REHASHING, 382, "$1 :Rehashing", "the configuration is read again")                      \
    REPLY(WRONG_PASSWORD, 464, ":Password incorrect", NULL)                                        \
    REPLY(YOU_ARE_BANNED, 465, ":You are banned from this server: $1", "you are banned: $1")               \
    REPLY(BAN_SET, 0, "NOTICE $n :*** $1 is banned $2", "$1 is banned $2")                         \
    REPLY(BAN_REMOVED, 0, "NOTICE $n :*** $1 is no longer banned", "$1 is no longer banned")       \
    REPLY(NO_SUCH_BAN, 0, "NOTICE $n :*** $1 is not banned", "$1 is not banned: $/BANS lists who is") \
    REPLY(BAD_BAN, 0, "NOTICE $n :*** $1 cannot be banned: use user@host or a range as in 192.0.2.0/24", "$1 cannot be banned: use a nick, user@host, or a range as in 192.0.2.0/24") \
    REPLY(BANS_FULL, 0, "NOTICE $n :*** There is no room for another ban", "there is no room for another ban") \
    REPLY(NO_BANS, 0, NULL, "nobody is banned")                                                    \
    /* running the server */                                                                       \
    REPLY(MUTED, 404, "$1 :Cannot send to channel (muted by an operator)", "an operator asked for silence in $1") \
    REPLY(CANNOT_WRITE, 531, "$1 :You cannot send messages to this user ($2)", "you cannot write to $1: $2") \
    REPLY(RULES_START, 308, ":- $1 server rules -", NULL)                                          \
    REPLY(RULES_LINE, 232, ":- $1", "$1")                                                          \
    REPLY(RULES_END, 309, ":End of RULES command", NULL)                                           \
    REPLY(NO_RULES, 434, ":RULES file is missing", "this server has no written rules")             \
    REPLY(REPORT_LINE, 0, "NOTICE $n :$1", "$1")                                                   \
    REPLY(DONE, 0, "NOTICE $n :*** $1", "$1")                                                      \
    REPLY(NOT_DONE, 0, "NOTICE $n :*** $1", "$1")                                                  \
    REPLY(BAD_ARGUMENT, 0, "NOTICE $n :*** $1 wants $2", "$/$1 wants $2")                          \
    REPLY(LOCAL_USERS, 265, "$1 $2 :Current local users $1, max $2", NULL)                         \
    REPLY(GLOBAL_USERS, 266, "$1 $2 :Current global users $1, max $2", NULL)                       \
    /* channels */                                                                                 \
    REPLY(BANNED_FROM, 474, "$1 :Cannot join channel (+b)", "you are banned from $1")                   \
    REPLY(INVITE_ONLY, 473, "$1 :Cannot join channel (+i)", "$1 is for those who are invited: ask a moderator") \
    REPLY(BAD_KEY, 475, "$1 :Cannot join channel (+k)", "$1 has a key: $/JOIN $1 <key>")           \
    REPLY(LOGGED_IN, 900, "$1 $2 :You are now logged in as $2", "you are logged in as $2") \
    REPLY(LOGGED_OUT, 901, "$1 :You are now logged out", "you are logged out") \
    REPLY(SASL_DONE, 903, ":SASL authentication successful", NULL) \
    REPLY(SASL_FAILED, 904, ":SASL authentication failed", NULL) \
    REPLY(SASL_TOO_LONG, 905, ":SASL message too long", NULL) \
    REPLY(SASL_ABORTED, 906, ":SASL authentication aborted", NULL) \
    REPLY(SASL_MECHANISMS, 908, "$1 :are available SASL mechanisms", NULL) \
    REPLY(AUTHENTICATE, 0, "AUTHENTICATE $1", NULL) \
    REPLY(REGISTERED, 0, "REGISTER SUCCESS $1 :Account registered, and you are logged in to it", NULL) \
    REPLY(NICKSERV, 0, "NOTICE $n :$1", "[NickServ] $1") \
    REPLY(CHANSERV, 0, "NOTICE $n :$1", "[ChanServ] $1") \
    REPLY(ACCOUNTS_ONLY, 477, "$1 :Cannot join channel (+R): log in to an account first", "$1 is for those who are logged in to an account: $/LOGIN <account> <password>") \
    REPLY(NICK_OWNED, 433, "$1 :Nickname belongs to an account: log in to it, or use another", "the nick $1 belongs to an account: $/LOGIN $1 <password> if it is yours") \
    REPLY(CHANNEL_FULL, 471, "$1 :Cannot join channel (+l)", "$1 is full")                         \
    REPLY(UNKNOWN_MODE, 472, "$1 :is unknown mode char to me", "there is no mode $1")              \
    REPLY(BAD_MODE_ARGUMENT, 696, "$1 $2 $3 :$4", "$3 is nothing for mode $2: $4")                 \
    REPLY(LIST_FULL, 478, "$1 $2 :Channel list is full", "there are too many masks in $1")         \
    REPLY(MODE_IS, 324, "$1 $2", "the modes of $1 are $2")                                         \
    REPLY(CREATED_AT, 329, "$1 $2", NULL)                                                          \
    REPLY(BAN_LINE, 367, "$1 $2 $3 $4", "banned from $1: $2, by $3")                               \
    REPLY(NO_MASKS, 0, NULL, "that list of $1 is empty")                                           \
    REPLY(BAN_END, 368, "$1 :End of channel ban list", NULL)                                       \
    REPLY(EXCEPTION_LINE, 348, "$1 $2 $3 $4", "never banned from $1: $2, by $3")                   \
    REPLY(EXCEPTION_END, 349, "$1 :End of channel exception list", NULL)                           \
    REPLY(INVEX_LINE, 346, "$1 $2 $3 $4", "always invited to $1: $2, by $3")                       \
    REPLY(INVEX_END, 347, "$1 :End of channel invite exception list", NULL)                        \
    REPLY(ALREADY_ON_CHANNEL, 443, "$1 $2 :is already on channel", "$1 is in $2 already")          \
    REPLY(INVITING, 341, "$1 $2", "$1 is invited to $2")                                           \
    REPLY(INVITED_LINE, 336, "$1", "you are invited to $1: $/JOIN $1")                             \
    REPLY(NO_INVITATIONS, 0, NULL, "nobody has invited you")                                        \
    REPLY(INVITED_END, 337, ":End of /INVITE list", NULL)                                          \
    REPLY(KNOCK_DELIVERED, 711, "$1 :Your KNOCK has been delivered", NULL)                         \
    REPLY(KNOCK_TOO_MANY, 712, "$1 :Too many KNOCKs (user)", NULL)                                 \
    REPLY(KNOCK_OPEN, 713, "$1 :Channel is open", NULL)                                            \
    REPLY(KNOCK_INSIDE, 714, "$1 :You are already on that channel", NULL)                          \
    REPLY(KNOCK_CANNOT, 480, "$1 :Cannot knock on $1 ($2)", NULL)                                  \
    REPLY(LIST_START, 321, "Channel :Users  Name", NULL)                                           \
    REPLY(LIST_END, 323, ":End of LIST", NULL)                                                     \
    REPLY(BAD_MASK, 476, "$1 :Bad Channel Mask", NULL)                                             \
    REPLY(RENAME_IN_USE, 0, "FAIL RENAME CHANNEL_NAME_IN_USE $1 $2 :The channel name is already taken", NULL) \
    REPLY(RENAME_CANNOT, 0, "FAIL RENAME CANNOT_RENAME $1 $2 :$3", NULL) \
    /* batches and metadata */                                                                     \
    REPLY(BATCH_OPEN, 0, "BATCH +$1 $2", NULL)                                                     \
    REPLY(BATCH_CLOSE, 0, "BATCH -$1", NULL)                                                       \
    REPLY(WHOIS_KEY_VALUE, 760, "$1 $2 * :$3", NULL)                                               \
    REPLY(KEY_VALUE, 761, "$1 $2 * :$3", NULL)                                                     \
    REPLY(KEY_NOT_SET, 766, "$1 $2 :Key not set", NULL)                                            \
    REPLY(METADATA_SUBSCRIBED, 770, "$1", NULL)                                                    \
    REPLY(METADATA_UNSUBSCRIBED, 771, "$1", NULL)                                                  \
    REPLY(METADATA_SUBSCRIPTIONS, 772, "$1", NULL)                                                 \
    REPLY(METADATA_LATER, 774, "$1 $2 :Synchronize later", NULL)                                   \
    REPLY(METADATA, 0, "METADATA $1 $2 * :$3", NULL)
/* clang-format on */

enum reply_code {
    REPLY_NOTHING, /* there are no words for it, and nothing is answered */
#define REPLY(symbol, numeric, irc, people) REPLY_##symbol,
    REPLIES(REPLY)
#undef REPLY
        REPLY_CODES
};

/* One row. */
struct reply_row {
    short numeric;
    const char *irc;
    const char *people;
};
const struct reply_row *reply_row(enum reply_code code);

/* What stands for $/, $n, $s and $1 to $9. */
struct reply_words {
    const char *slash, *nick, *server;
    const char *const *arguments;
    int count;
};

/* Adds `template` with all of these replaced. */
void reply_fill(struct text *text, const char *template, const struct reply_words *words);

#endif
