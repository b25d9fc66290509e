/* What a client has time for: to register, to show that it is there, to end what it began to type. One place decides;
 * the dialect words it. Run by workers; no shared memory. */
#ifndef FORKCHAT_COMMAND_SESSION_CLOCK_H
#define FORKCHAT_COMMAND_SESSION_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct session;

/* Belongs to a session; session_clock.c alone touches the fields. */
struct session_clock {
    int64_t since;  /* when the time to register began, clock_monotonic() */
    bool registers; /* must be done with that within `registration-timeout` */
    bool pings;     /* is asked for a sign of life after `ping-timeout` without one */
    bool pinged;    /* and was; the sign has not come yet */
    int quiet;      /* seconds without a sign that have been waited for already */
    int beat;       /* seconds between two beats; 0: none */
    int64_t beaten; /* when the last one was, clock_monotonic() */
    int waited;     /* if it is the next beat that is waited for: for so many seconds; else 0 */
    int rest;       /* seconds after which what came without an end is taken as it is; 0: never */
};

/* From now on the client has `registration-timeout` seconds to register, however it fills them. */
void session_clock_start(struct session *session);

/* It has registered. From now on it is pinged, and must answer. */
void session_clock_registered(struct session *session);

/* Something came from the client: it lives, but may be too late to register. */
void session_clock_hear(struct session *session);

/* Ends a session that should have registered by now. To be called between lines: a flood would hold that off
 * otherwise. */
void session_clock_check(struct session *session);

/* A line without an end may be taken as it is when nothing follows for so many seconds; 0: not. */
void session_clock_await_rest(struct session *session, int seconds);

/* From now on something is sent every so many seconds, whatever comes, because of those between us and the client who
 * take silence for the end. beats: whether it is time, in which case the next is as far off again. */
void session_clock_beat_every(struct session *session, int seconds);
bool session_clock_beats(struct session *session);

/* After how many seconds without input session_clock_pass is to be called: 0 or more, or -1 for never. */
int session_clock_due(struct session *session);

/* For how many seconds nothing came from a client that was asked for a sign of life; 0: it was not. */
int session_clock_silence(const struct session *session);

/* What that has led to. */
enum clock_result {
    CLOCK_NOTHING, /* the client has all the time there is */
    CLOCK_REST,    /* what came without an end is to be taken as it is */
    CLOCK_SEEN_TO  /* it was pinged, or its time is up and it has left; or it is time for a beat alone */
};

/* So many seconds have passed without input. */
enum clock_result session_clock_pass(struct session *session);

#endif
