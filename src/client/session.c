/* The state of a session, and its lines to the other side.
 *
 *                  dial       connected  no connection    all joined  lost             leave    end
 * UNCONNECTED      DIALLING   ARRIVING*  -                -           -                ENDED    ENDED
 * DIALLING         DIALLING   ARRIVING   UNCONNECTED**    -           -                ENDED    ENDED
 * ARRIVING         -***       -          -                READY       UNCONNECTED****  LEAVING  ENDED
 * READY            -***       -          -                -           UNCONNECTED****  LEAVING  ENDED
 * LEAVING          -          -          -                -           ENDED            ENDED    ENDED
 * ENDED            -          -          -                -           -                -        -
 *
 * * session_adopt, for --listen. ** To try again; ENDED if that host was never reached or is not to be tried again.
 * *** /reconnect breaks the connection first. **** To try again; ENDED if that is not wanted. What happens when `until`
 * has come: UNCONNECTED dials, LEAVING ends, and ARRIVING is the dialect's to judge. */
#include "session.h"

#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"

void session_enter(struct session *session, enum session_state state, int64_t until)
{
    session->state = state;
    session->until = until;
    session->arrived |= state == SESSION_READY;
    session->left |= state == SESSION_LEAVING;
    session->changed = true;
}

void session_make_ready(struct session *session)
{
    if (session->state == SESSION_ARRIVING)
        session_enter(session, SESSION_READY, 0);
}

bool session_is_connected(const struct session *session)
{
    return session->state >= SESSION_ARRIVING && session->state <= SESSION_LEAVING;
}

void session_dial(struct session *session)
{
    session_enter(session, SESSION_DIALLING, 0);
    connection_dial(&session->connection, session->options->host, session->options->port);
}

void session_end(struct session *session, int status, const char *format, ...)
{
    if (session->state == SESSION_ENDED)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(session->farewell, sizeof session->farewell, format, arguments);
    va_end(arguments);
    session_enter(session, SESSION_ENDED, 0);
    if (!session->status)
        session->status = status;
    connection_close(&session->connection);
}

void session_fail(struct session *session, int status)
{
    if (!session->interactive && !session->status)
        session->status = status;
}

/* Formats into `line`, which has CONNECTION_LINE_LIMIT bytes, two of which stay free for the line's end. */
static bool format_line(char *line, const char *format, va_list arguments)
{
    return vsnprintf(line, CONNECTION_LINE_LIMIT - 2, format, arguments) >= 0;
}

static void send_line(struct session *session, char *line)
{
    size_t length = strlen(line);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\r' || line[i] == '\n')
            line[i] = ' ';
    if (session->dialect->door == DOOR_IRC)
        line[length++] = '\r';
    line[length++] = '\n';
    connection_send(&session->connection, line, length);
}

void session_send(struct session *session, const char *format, ...)
{
    char line[CONNECTION_LINE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    bool formatted = format_line(line, format, arguments);
    va_end(arguments);
    if (formatted)
        send_line(session, line);
}

void session_request(struct session *session, const char *format, ...)
{
    char line[CONNECTION_LINE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    bool formatted = format_line(line, format, arguments);
    va_end(arguments);
    if (!formatted)
        return;
    if (session->dialect->door == DOOR_IRC && strlen(line) > IRC_LINE_BYTES) {
        session_complain(session, "that is %zu bytes, and too long for one line: at most %d", strlen(line),
                         IRC_LINE_BYTES);
        session_fail(session, EX_DATAERR);
    } else if (session->state == SESSION_READY) {
        session_send_paced(session, line);
    } else {
        send_line(session, line);
    }
}

void session_send_paced(struct session *session, const char *line)
{
    if (pace_push(&session->pace, line))
        session_complain(session, "there is no memory for another line");
}

static size_t piece_length(const char *text, size_t length, size_t room)
{
    if (length <= room)
        return length;
    size_t cut = text_boundary(text, length, room);
    for (size_t at = cut; at > cut / 2; at--)
        if (text[at] == ' ')
            return at;
    return cut;
}

bool session_take_piece(const char **text, size_t room, char *piece)
{
    size_t length = piece_length(*text, strlen(*text), room);
    memcpy(piece, *text, length);
    piece[length] = '\0';
    *text += length;
    *text += strspn(*text, " ");
    return length > 0;
}
