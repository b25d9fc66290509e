/* The clock of a session. Run by workers; no shared memory. */
#include "session_clock.h"

#include <stdio.h>

#include "base/clock.h"
#include "session.h"

void session_clock_start(struct session *session)
{
    session->clock.since = clock_monotonic();
    session->clock.registers = true;
}

void session_clock_registered(struct session *session)
{
    session->clock.registers = false;
    session->clock.pings = true;
}

static int registration_left(const struct session *session)
{
    int64_t most = session->settings->registration_timeout;
    int64_t passed = (clock_monotonic() - session->clock.since) / SECOND;
    return (int)(passed < most ? most - passed : 0);
}

static void end_unregistered(struct session *session)
{
    session->trouble = PENALTY_SILENCE;
    session->speech->time_out(session, "Registration timed out");
}

void session_clock_check(struct session *session)
{
    if (session->clock.registers && !session->leaving && registration_left(session) == 0)
        end_unregistered(session);
}

void session_clock_hear(struct session *session)
{
    session->clock.pinged = false;
    if (session->clock.registers)
        session_clock_check(session);
}

void session_clock_await_rest(struct session *session, int seconds)
{
    session->clock.rest = seconds;
}

int session_clock_due(const struct session *session)
{
    const struct session_clock *clock = &session->clock;
    if (clock->rest)
        return clock->rest;
    if (clock->registers)
        return registration_left(session);
    return clock->pings ? (int)session->settings->ping_timeout : -1;
}

enum clock_result session_clock_pass(struct session *session)
{
    struct session_clock *clock = &session->clock;
    if (clock->rest) {
        clock->rest = 0;
        return CLOCK_REST;
    }
    if (!clock->registers && !clock->pings)
        return CLOCK_NOTHING;
    if (clock->registers) {
        end_unregistered(session);
    } else if (clock->pinged) {
        char why[60];
        snprintf(why, sizeof why, "Ping timeout: %d seconds", (int)session->settings->ping_timeout);
        session->speech->time_out(session, why);
    } else {
        clock->pinged = true;
        session->speech->ping(session);
    }
    return CLOCK_SEEN_TO;
}
