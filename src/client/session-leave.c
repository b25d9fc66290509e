/* Leaving in good order: at once and with what waits given up, or when all that waits was said. */
#include <sysexits.h>

#include "base/clock.h"
#include "base/text.h"
#include "session.h"

#define LEAVE_SECONDS  2
#define FINISH_SECONDS 60

void session_leave(struct session *session, const char *reason)
{
    int64_t now = clock_monotonic();
    delivery_send(session, now);
    session->unsent += delivery_flush(session);
    if (session->unsent > 0)
        session_fail(session, EX_TEMPFAIL); /* lines that were to be said are not */
    if (!session_is_connected(session) || session->state == SESSION_LEAVING) {
        session_end_left(session);
        return;
    }
    session_enter(session, SESSION_LEAVING, now + LEAVE_SECONDS * SECOND);
    session->dialect->quit(session, reason);
}

void session_end_left(struct session *session)
{
    if (session->unsent > 0)
        session_end(session, 0, "left; %zu line%s not sent", session->unsent, session->unsent == 1 ? " was" : "s were");
    else
        session_end(session, 0, "left");
}

void session_finish(struct session *session, const char *reason)
{
    session->finishing = true;
    text_copy(session->quit_reason, sizeof session->quit_reason, reason);
}

bool session_is_done(const struct session *session)
{
    return session->state == SESSION_READY && session->finishing && pace_count(&session->pace) == 0;
}

void session_leave_if_done(struct session *session, int64_t now)
{
    int seconds = session->dialect->door == DOOR_PAIR ? LEAVE_SECONDS : FINISH_SECONDS;
    if (!session_is_done(session))
        return;
    session_enter(session, SESSION_LEAVING, now + seconds * SECOND);
    session->dialect->quit(session, session->quit_reason);
}
