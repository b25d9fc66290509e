/* What follows a / on the input line. */
#ifndef FORKCHAT_CLIENT_COMMANDS_H
#define FORKCHAT_CLIENT_COMMANDS_H

#include "session.h"

/* Runs "name arguments". Whatever is wrong is told to the user with what would be right. */
void commands_run(struct session *session, const char *text);

/* Whether the text begins with the name of a command that this session's door has. */
bool commands_know(const struct session *session, const char *text);

/* The name of the i-th command that this session's door has, or NULL behind the last. For completion. */
const char *commands_name(const struct session *session, int i);

/* What /quit and the line stop do. */
void commands_leave(struct session *session, const char *reason);

/* --- between the commands*.c files --- */

typedef void commands_function(struct session *session, char *arguments);

/* For an IRC server. */
commands_function commands_join, commands_part, commands_msg, commands_query, commands_me, commands_notice,
    commands_nick, commands_names, commands_topic, commands_whois, commands_invite, commands_kick, commands_ban,
    commands_mode, commands_op, commands_deop, commands_away, commands_ctcp, commands_oper, commands_who, commands_list;

/* For the client itself. */
commands_function commands_ignore, commands_unignore, commands_log, commands_window, commands_close, commands_clear,
    commands_flush, commands_quit, commands_raw, commands_say, commands_reconnect;

struct command {
    const char *name, *also;
    const char *arguments; /* for the usage */
    const char *help;
    unsigned doors;         /* COMMAND_… */
    int least;              /* words that must follow */
    commands_function *run; /* NULL: the plain and talk doors have it themselves, IRC does not */
};

#define COMMAND_IRC    1u /* run() knows how */
#define COMMAND_SIMPLE 2u /* passed on to the plain or talk door as it is, without run() */
#define COMMAND_LOCAL  4u /* run(), whatever the door */

#endif
