/* The pace of a session: how fast a client may have things done. Run by workers; no shared memory. */
#include "base/clock.h"
#include "session.h"

/* How often a busy worker looks whether its client is still there. */
#define LOOK_NS SECOND

/* A worker that waits looks up so often. */
#define LONGEST_MS 500

/* Long answers make the next line wait: a small request may have a large one, and many who ask again and again would
 * have the couriers do nothing else. */
static void pay_answers(struct pace *pace)
{
    int64_t lines = pace->answered / SESSION_LINE_WORTH;
    pace->lines.tokens -= lines * BUCKET_TOKEN;
    pace->answered -= lines * SESSION_LINE_WORTH;
}

/* Lines that have come may take hours, a second each if they are wrong passwords: they are not acted on when their
 * client is gone. */
static void look_up(struct session *session)
{
    struct pace *pace = &session->pace;
    int64_t now = clock_monotonic();
    if (pace->looked && now - pace->looked < LOOK_NS)
        return;
    if (pace->looked)
        session->host->housekeep(session);
    pace->looked = now;
}

/* `count` lines at once, and `count` more every `seconds`. A client with none left waits, which costs nobody else
 * anything: this process has nothing else to do. */
void session_pace(struct session *session)
{
    struct pace *pace = &session->pace;
    pace->received = 0;
    look_up(session);
    if (session->leaving)
        return;
    for (;;) {
        /* Looked up each time: a reload may have changed it while we waited. */
        const struct setting_rate *flood = &session->settings->flood;
        if (flood->count == 0) {
            pace->answered = 0;
            return;
        }
        struct bucket_rate rate = {.count = flood->count, .span = flood->seconds * SECOND};
        if (!pace->lines.begun)
            pace->answered = 0; /* the welcome is a present */
        bucket_fill(&pace->lines, rate, clock_monotonic());
        pay_answers(pace);
        if (bucket_take(&pace->lines))
            return;
        session_flush(session);
        txn_wake_readers(session->world->txn);
        int64_t wait = bucket_wait(&pace->lines, rate);
        clock_sleep(wait < LONGEST_MS ? wait : LONGEST_MS);
        session->host->housekeep(session);
        if (session->leaving)
            return;
    }
}

bool session_pace_wait(struct session *session, int64_t milliseconds)
{
    int64_t end = clock_monotonic() / 1000000 + milliseconds, left = milliseconds;
    if (left > 0) {
        session_flush(session);
        txn_wake_readers(session->world->txn);
    }
    for (; left > 0 && !session->leaving; left = end - clock_monotonic() / 1000000) {
        clock_sleep(left < LONGEST_MS ? left : LONGEST_MS);
        session->host->housekeep(session);
    }
    return !session->leaving;
}

void session_pace_bytes(struct session *session, size_t length)
{
    session->pace.received += length;
    if (session->pace.received >= SESSION_LINE_WORTH && !session->leaving)
        session_pace(session);
}
