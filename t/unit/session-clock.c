/* What a client has time for: one place decides for every dialect. */
#include "check.h"

#include <string.h>

#include "base/clock.h"
#include "command/session.h"

static struct settings settings = {.registration_timeout = 60, .ping_timeout = 120};
static int pings;
static const char *ended;

static void ping(struct session *session)
{
    (void)session;
    pings++;
}

static void time_out(struct session *session, const char *why)
{
    ended = why[0] == 'P' ? "ping" : "registration";
    session->leaving = true;
}

static const struct speech speech = {.ping = ping, .time_out = time_out};

static struct session the_session, *const session = &the_session;

static void begin(void)
{
    memset(session, 0, sizeof *session);
    session->settings = &settings;
    session->speech = &speech;
    session->trouble = PENALTY_NONE;
    pings = 0;
    ended = NULL;
}

static void unasked(void)
{
    begin();
    CHECK(session_clock_due(session) == -1);
    CHECK(session_clock_pass(session) == CLOCK_NOTHING);
    session_clock_check(session);
    CHECK(!session->leaving && pings == 0);
}

static void filled(void)
{
    begin();
    session_clock_start(session);
    CHECK(session_clock_due(session) == 60);
    session->clock.since -= 59 * SECOND;
    session_clock_hear(session);
    session_clock_check(session);
    CHECK(session_clock_due(session) == 1 && !session->leaving);
    session->clock.since -= SECOND;
    CHECK(session_clock_due(session) == 0);
    session_clock_check(session);
    CHECK(session->leaving && strcmp(ended, "registration") == 0 && session->trouble == PENALTY_SILENCE);
}

static void silent(void)
{
    begin();
    session_clock_start(session);
    CHECK(session_clock_pass(session) == CLOCK_SEEN_TO);
    CHECK(session->leaving && strcmp(ended, "registration") == 0);
}

static void pinged(void)
{
    begin();
    session_clock_start(session);
    session_clock_registered(session);
    CHECK(session_clock_due(session) == 120);
    CHECK(session_clock_pass(session) == CLOCK_SEEN_TO && pings == 1 && !session->leaving);
    session_clock_hear(session);
    CHECK(session_clock_pass(session) == CLOCK_SEEN_TO && pings == 2 && !session->leaving);
    CHECK(session_clock_pass(session) == CLOCK_SEEN_TO && pings == 2 && session->leaving);
    CHECK(strcmp(ended, "ping") == 0 && session->trouble == PENALTY_NONE);
}

static void rest(void)
{
    begin();
    session_clock_start(session);
    session_clock_registered(session);
    session_clock_await_rest(session, 2);
    CHECK(session_clock_due(session) == 2);
    CHECK(session_clock_pass(session) == CLOCK_REST && pings == 0);
    CHECK(session_clock_due(session) == 120);
    session_clock_await_rest(session, 2);
    session_clock_await_rest(session, 0);
    CHECK(session_clock_due(session) == 120);
}

int main(void)
{
    CASE("one who need not register has all the time there is", unasked);
    CASE("the time to register runs however it is filled", filled);
    CASE("one who says nothing instead of registering is ended", silent);
    CASE("one who is silent is pinged, and ended if that is not answered", pinged);
    CASE("what came without an end is taken once, and waiting for the rest is no silence", rest);
    CHECK_DONE();
}
