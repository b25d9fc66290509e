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
    session->clock.quiet = 0;
    if (session->clock.registers)
        session_clock_check(session);
}

void session_clock_await_rest(struct session *session, int seconds)
{
    session->clock.rest = seconds;
}

void session_clock_beat_every(struct session *session, int seconds)
{
    session->clock.beat = seconds;
    session->clock.beaten = clock_monotonic();
}

bool session_clock_beats(struct session *session)
{
    struct session_clock *clock = &session->clock;
    int64_t now = clock_monotonic();
    if (clock->beat == 0 || now - clock->beaten < clock->beat * SECOND)
        return false;
    clock->beaten = now;
    return true;
}

/* Seconds until the next beat, made up to whole ones. */
static int beat_left(const struct session_clock *clock)
{
    int64_t left = clock->beaten + clock->beat * SECOND - clock_monotonic();
    return left > 0 ? (int)((left + SECOND - 1) / SECOND) : 0;
}

static int sign_due(const struct session *session)
{
    const struct session_clock *clock = &session->clock;
    if (clock->registers)
        return registration_left(session);
    if (!clock->pings)
        return -1;
    int64_t left = session->settings->ping_timeout - clock->quiet;
    return left > 0 ? (int)left : 0;
}

int session_clock_silence(const struct session *session)
{
    const struct session_clock *clock = &session->clock;
    return clock->pinged ? (int)session->settings->ping_timeout + clock->quiet : 0;
}

int session_clock_due(struct session *session)
{
    struct session_clock *clock = &session->clock;
    if (clock->rest)
        return clock->rest;
    int due = sign_due(session), beat = clock->beat ? beat_left(clock) : -1;
    clock->waited = beat >= 0 && (due < 0 || beat < due) ? beat : 0;
    return clock->waited || beat == 0 ? beat : due;
}

enum clock_result session_clock_pass(struct session *session)
{
    struct session_clock *clock = &session->clock;
    if (clock->rest) {
        clock->rest = 0;
        return CLOCK_REST;
    }
    if (clock->waited) {
        clock->quiet += clock->waited;
        clock->waited = 0;
        return CLOCK_SEEN_TO;
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
        clock->quiet = 0;
        session->speech->ping(session);
    }
    return CLOCK_SEEN_TO;
}
