/* The commands that concern the client itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/parse.h"
#include "base/text.h"
#include "commands.h"
#include "irc.h"
#include "message.h"

void commands_ignore(struct session *session, char *arguments)
{
    char *mask = text_next_word(&arguments);
    if (!mask) {
        for (int i = 0; i < session->ignore_count; i++)
            session_tell(session, "ignored: %s", session->ignores[i]);
        if (session->ignore_count == 0)
            session_tell(session, "nobody is ignored");
        return;
    }
    char *copy = session->ignore_count < SESSION_IGNORES ? strdup(mask) : NULL;
    if (!copy) {
        session_complain(session, "there is no room to ignore more than %d", SESSION_IGNORES);
        return;
    }
    session->ignores[session->ignore_count++] = copy;
    session_tell(session, "you will see nothing more of %s; /unignore %s takes it back", mask, mask);
}

void commands_unignore(struct session *session, char *arguments)
{
    char *mask = text_next_word(&arguments);
    for (int i = 0; i < session->ignore_count; i++) {
        if (text_compare_names(session->ignores[i], mask) == 0) {
            session_tell(session, "%s is heard again", session->ignores[i]);
            free(session->ignores[i]);
            session->ignores[i] = session->ignores[--session->ignore_count];
            return;
        }
    }
    session_complain(session, "%s was not ignored; /ignore lists who is", mask);
}

void commands_log(struct session *session, char *arguments)
{
    if (!*arguments) {
        session_tell(session, session->journal ? "what is shown goes to a log; /log off ends it"
                                               : "there is no log: /log FILE starts one");
    } else if (strcasecmp(arguments, "off") == 0) {
        session_journal(session, NULL);
        session_tell(session, "the log is closed");
    } else if (session_journal(session, arguments)) {
        session_complain(session, "%s: %s", arguments, strerror(errno));
        session_fail(session, EX_CANTCREAT);
    } else {
        session_tell(session, "what is shown is added to %s", arguments);
    }
}

static void list_windows(struct session *session)
{
    for (int i = 0; i < session->windows.count; i++) {
        const struct window *window = session->windows.list[i];
        session_tell(session, "%d %s%s", i + 1, window->name,
                     window->kind == WINDOW_CHANNEL && !window->joined ? " (not joined)" : "");
    }
}

void commands_window(struct session *session, char *arguments)
{
    int64_t number;
    if (!*arguments) {
        list_windows(session);
        return;
    }
    struct window *window = windows_find(&session->windows, arguments);
    if (window)
        number = windows_number(&session->windows, window) + 1;
    else if (!parse_number(arguments, 1, WINDOW_MAX, &number))
        number = 0;
    if (!windows_show(&session->windows, (int)number - 1))
        session_complain(session, "there is no window %s; /window lists them", arguments);
    session->changed = true;
}

void commands_close(struct session *session, char *arguments)
{
    struct window *window = windows_current(&session->windows);
    (void)arguments;
    if (window->kind == WINDOW_SERVER) {
        session_complain(session, "this window stays; /quit leaves");
    } else if (window->kind == WINDOW_CHANNEL && window->joined) {
        session_request(session, "PART %s", window->name);
    } else {
        resume_parted(&session->resume, window->name);
        windows_close(&session->windows, window);
    }
    session->changed = true;
}

void commands_clear(struct session *session, char *arguments)
{
    (void)arguments;
    window_clear(windows_current(&session->windows));
    session->changed = true;
}

void commands_leave(struct session *session, const char *reason)
{
    /* In a script what came before is to be said first, however long that takes. */
    if (session->interactive)
        session_leave(session, reason);
    else
        session_finish(session, reason);
}

void commands_quit(struct session *session, char *arguments)
{
    commands_leave(session, arguments);
}

void commands_flush(struct session *session, char *arguments)
{
    (void)arguments;
    size_t count = delivery_flush(session);
    session->irc.joins_asked = 0; /* some may have been among them */
    if (count == 0)
        session_tell(session, "nothing waits to be sent");
    else
        session_tell(session, "%zu line%s not sent", count, count == 1 ? " is" : "s are");
}

void commands_raw(struct session *session, char *arguments)
{
    if (session_is_connected(session) && session->dialect->door == DOOR_IRC)
        irc_raw(session, arguments);
    else if (session_is_connected(session))
        session_request(session, "%s", arguments);
    else
        session_complain(session, "there is no connection: /reconnect, or wait");
}

void commands_say(struct session *session, char *arguments)
{
    delivery_say(session, arguments);
}

void commands_reconnect(struct session *session, char *arguments)
{
    (void)arguments;
    if (session->dialect->door == DOOR_PAIR || session->options->listen) {
        session_complain(session, "there is no server to connect to again");
    } else if (session_is_connected(session)) {
        connection_abandon(&session->connection, "you asked for it");
    } else {
        session_tell(session, "connecting to %s", session->options->host);
        session_dial(session);
    }
}
