/* The user's lines: what they are, and how they are sent. */
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "base/unicode.h"
#include "commands.h"
#include "irc.h"
#include "session.h"

void session_send(struct session *session, const char *format, ...)
{
    char line[CONNECTION_LINE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    int wrote = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    if (wrote < 0)
        return;
    size_t length = strlen(line);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\r' || line[i] == '\n')
            line[i] = ' ';
    if (session->dialect->door == DOOR_IRC)
        line[length++] = '\r';
    line[length++] = '\n';
    connection_send(&session->connection, line, length);
}

void session_request(struct session *session, const char *format, ...)
{
    char line[CONNECTION_LINE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    int wrote = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    if (wrote < 0)
        return;
    if (session->dialect->door == DOOR_IRC && strlen(line) > IRC_LINE_BYTES) {
        session_complain(session, "that is %zu bytes, and too long for one line: at most %d", strlen(line),
                         IRC_LINE_BYTES);
        session_fail(session, EX_DATAERR);
    } else if (session->ready) {
        session_send_paced(session, line);
    } else {
        session_send(session, "%s", line);
    }
}

void session_send_paced(struct session *session, const char *line)
{
    if (pace_push(&session->pace, line))
        session_complain(session, "there is no memory for another line");
}

size_t session_piece(const char *text, size_t length, size_t room)
{
    if (length <= room)
        return length;
    size_t cut = text_boundary(text, length, room);
    for (size_t at = cut; at > cut / 2; at--)
        if (text[at] == ' ')
            return at;
    return cut;
}

static bool is_stop(const struct session *session, const char *line)
{
    return (session->dialect->door == DOOR_PAIR || session->dialect->door == DOOR_TALK) && strcmp(line, "stop") == 0;
}

/* "@nick text", without the @: for that one alone. What names nobody is not said to everybody instead. */
static void address(struct session *session, const char *line)
{
    char copy[8192], *text = copy;
    text_copy(copy, sizeof copy, line);
    const char *nick = text_next_word(&text);
    if (!nick || !*text || irc_is_channel(session, nick)) {
        session_complain(session, "@NICK TEXT says it to one person; /say @… says a line that starts with @");
        session_fail(session, EX_DATAERR);
    } else if (text_compare_names(nick, "all") == 0 || text_compare_names(nick, "tous") == 0) {
        session->dialect->say(session, windows_current(&session->windows), text, false);
    } else {
        char target[sizeof copy];
        snprintf(target, sizeof target, "%s %s", nick, text);
        commands_msg(session, target);
    }
}

void session_input(struct session *session, const char *line, bool literal)
{
    if (!*line || session->ended || session->leaving || session->finishing)
        return;
    if (!literal && is_stop(session, line)) {
        if (session->dialect->door == DOOR_PAIR && session->connection.state == CONNECTION_OPEN)
            session_send(session, "stop");
        commands_leave(session, "");
        return;
    }
    /* What one does not see before a command is a slip of the finger, and what follows it may be private. */
    const char *start = line + unicode_unseen_length(line);
    if (!literal && start > line && *start == '/' && commands_know(session, start + 1))
        line = start;
    if (!literal && line[0] == '/' && line[1] != '/') {
        commands_run(session, line + 1);
        return;
    }
    if (!session->ready) {
        delivery_hold(session, line, literal);
        return;
    }
    if (!literal && line[0] == '/')
        line++;
    if (!literal && *start == '@' && session->dialect->door != DOOR_PAIR)
        address(session, start + 1);
    else
        session->dialect->say(session, windows_current(&session->windows), line, false);
}
