/* What the user types: a command, a line for one person, or a line to be said. It goes through input_take_line, waits
 * in pace.c, and delivery.c knows when it has arrived. */
#include "input.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "base/unicode.h"
#include "commands.h"
#include "delivery.h"
#include "irc.h"

static bool is_stop(const struct session *session, const char *line)
{
    return (session->dialect->door == DOOR_PAIR || session->dialect->door == DOOR_TALK) && strcmp(line, "stop") == 0;
}

/* "@nick text", without the @: for that one alone. A line that names nobody is not said to everybody instead. */
static void address(struct session *session, const char *line)
{
    char copy[8192], *text = copy;
    text_copy(copy, sizeof copy, line);
    const char *nick = text_next_word(&text);
    if (!nick || !*text || irc_is_channel(session, nick)) {
        session_complain(session, "@NICK TEXT says it to one person; /say @… says a line that starts with @");
        session_fail(session, EX_DATAERR);
    } else if (text_compare_names(nick, "all") == 0 || text_compare_names(nick, "tous") == 0) {
        delivery_say(session, text);
    } else {
        char target[sizeof copy];
        snprintf(target, sizeof target, "%s %s", nick, text);
        commands_msg(session, target);
    }
}

void input_take_line(struct session *session, const char *line, bool literal)
{
    if (!*line || session->state >= SESSION_LEAVING || session->finishing)
        return;
    if (literal) {
        delivery_say(session, line);
        return;
    }
    if (is_stop(session, line)) {
        if (session->dialect->door == DOOR_PAIR && session_is_connected(session))
            session_send(session, "stop");
        commands_leave(session, "");
        return;
    }
    /* An unseen character before a command is a slip of the finger, and the rest may be private. */
    const char *start = line + unicode_unseen_length(line);
    if (start > line && *start == '/' && commands_know(session, start + 1))
        line = start;
    if (line[0] == '/' && line[1] != '/')
        commands_run(session, line + 1);
    else if (session->state != SESSION_READY)
        delivery_hold(session, line, false);
    else if (*start == '@' && session->dialect->door != DOOR_PAIR)
        address(session, start + 1);
    else
        delivery_say(session, line[0] == '/' ? line + 1 : line);
}
