/* The loop of one peer: sockets, workers, the person, and the clock. This is the main process.
 *
 * It never blocks: what takes time is a worker's. Whatever comes in one turn is bounded, so that a flood at
 * one place leaves time for the others. */
#include "lan/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "lan/peer.h"
#include "lan/screen.h"
#include "lan/secret.h"
#include "tty/guardian.h"

#define DATAGRAMS_A_TURN 64
#define BRIEF_WATCH      2 /* seconds that --files listens, unless told */
#define ANSWER_SECONDS   2 /* in which all peers have answered the question who is there */

static volatile sig_atomic_t ended_by, stop_asked, look_asked;
static int wakeup[2] = {-1, -1}; /* a handler writes to it, so that poll(2) wakes up */
static int end[2] = {-1, -1};    /* the same when we are to end; never emptied */

static void on_signal(int number)
{
    int error = errno;
    bool ends = false;
    if (number == SIGTSTP)
        stop_asked = true;
    else if (number == SIGCONT || number == SIGWINCH)
        look_asked = true;
    else if (number != SIGCHLD) {
        ended_by = number;
        ends = true;
    }
    if ((ends && write(end[1], "", 1) < 0) || write(wakeup[1], "", 1) < 0) {
        /* It is full: then the loop wakes up anyway. */
    }
    errno = error;
}

static void set_handler(int number)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void set_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGCONT, SIGWINCH, SIGTSTP};
    if (port_pipe_nonblocking(wakeup) || port_pipe(end) || fd_set_nonblocking(end[1]))
        fatal(EX_OSERR, "no pipe: %s", strerror(errno));
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        set_handler(signals[i]);
    signal(SIGPIPE, SIG_IGN);
}

/* Ctrl-Z, and what follows `fg` or a new size. */
static void stop_or_look(void)
{
    if (stop_asked) {
        screen_pause();
        guardian_stop();
        look_asked = true;
    }
    if (look_asked)
        screen_resume();
    stop_asked = look_asked = false; /* both processes at the terminal are told, and the other tells us */
}

static void worker_said(void *owner, enum worker_kind kind, int job, char *line)
{
    struct peer *peer = owner;
    switch (kind) {
    case WORKER_DESCRIBE:
        offers_line(peer, job, line);
        break;
    case WORKER_FETCH:
        gets_line(peer, job, line);
        break;
    case WORKER_CAST:
    case WORKER_RECEIVE:
        casts_line(peer, job, line);
        break;
    case WORKER_SERVE:
        offers_changed(peer, line);
        break;
    }
}

static void worker_ended(void *owner, enum worker_kind kind, int job, const unsigned char host[16], int status)
{
    struct peer *peer = owner;
    switch (kind) {
    case WORKER_DESCRIBE:
        offers_described(peer, job, status);
        break;
    case WORKER_FETCH:
        gets_ended(peer, job, status);
        break;
    case WORKER_CAST:
    case WORKER_RECEIVE:
        casts_ended(peer, kind, status);
        break;
    case WORKER_SERVE:
        offers_served(peer, host, status);
        break;
    }
}

static void take_datagrams(struct peer *peer, int which)
{
    static char bytes[65536];
    for (int turn = 0; turn < DATAGRAMS_A_TURN; turn++) {
        struct net_address from;
        int via;
        enum group_way way;
        ssize_t got = group_receive(peer->group, which, bytes, sizeof bytes, &from, &via, &way);
        if (got < 0)
            return;
        chat_take(peer, bytes, (size_t)got, &from, via, way);
    }
}

/* --send, in its order. Somebody who has not been heard yet may be there all the same: that is asked, and waited for
 * once. */
static void send_what_was_asked_for(struct peer *peer)
{
    const struct options *options = peer->options;
    for (; peer->sent < options->send_count; peer->sent++) {
        const char *said = options->sends[peer->sent];
        bool nobody = say_is_for_nobody(peer, said);
        if (nobody && !peer->send_until)
            peer->send_until = peer->now + ANSWER_SECONDS * SECOND;
        if (nobody && peer->now < peer->send_until) {
            multicast_ask(peer);
            return;
        }
        int status = say_send(peer, said);
        if (status != EX_OK)
            peer_fail(peer, status);
    }
}

static bool is_busy(const struct peer *peer)
{
    return peer->sent < peer->options->send_count || gets_open(peer) > 0 || worker_count_all() > 0;
}

/* What is to be done when the time has come. */
static void do_timely(struct peer *peer)
{
    if (peer->now >= peer->next_look)
        interfaces_look(peer);
    if (!peer->brief && peer->now >= peer->next_offers_look)
        offers_look(peer);
    if (!peer->brief && peer->now >= peer->next_announce)
        chat_announce(peer);
    if (peer->now >= peer->next_save) {
        chat_expire(peer);
        peer_save(peer);
    }
    send_what_was_asked_for(peer);
    gets_work(peer);
    if (peer->end_at && peer->now >= peer->end_at)
        peer->quit = true;
    /* Asked for no more than what is done: then that is all. */
    if (peer->brief && !peer->end_at && !is_busy(peer) && (!peer->options->receive || peer->status))
        peer->quit = true;
    if (peer->offering && !offers_any(peer) && !is_busy(peer))
        peer->quit = true;
}

static int milliseconds_to_wait(const struct peer *peer)
{
    int64_t until = peer->next_save;
    if (!peer->brief && peer->next_announce < until)
        until = peer->next_announce;
    if (peer->end_at && peer->end_at < until)
        until = peer->end_at;
    if (peer->sent < peer->options->send_count && peer->send_until < until)
        until = peer->send_until;
    for (int i = 0; i < PEER_GETS; i++)
        if (peer->gets[i].state == GET_WAITING && until > peer->now + SECOND / 10)
            until = peer->now + SECOND / 10;
    int64_t now = clock_monotonic();
    int keys = screen_wait(now);
    if (keys >= 0 && until > now + keys * (int64_t)1000000)
        until = now + keys * (int64_t)1000000;
    return until <= now ? 0 : (int)((until - now) / 1000000) + 1;
}

/* The shell believes that we have ended. */
static void lose_guardian(struct peer *peer)
{
    if (guardian_has_reset(peer->guardian))
        screen_lose();
    close(peer->guardian);
    peer->guardian = -1;
    peer->quit = true;
}

static void turn(struct peer *peer, bool *input)
{
    struct pollfd polls[3 + GROUP_SOCKETS + GROUP_INTERFACES + WORKER_MAX];
    polls[0] = (struct pollfd){.fd = wakeup[0], .events = POLLIN};
    polls[1] = (struct pollfd){.fd = *input ? STDIN_FILENO : -1, .events = POLLIN};
    polls[2] = (struct pollfd){.fd = peer->guardian, .events = POLLIN};
    struct pollfd *sockets = polls + 3;
    int socket_count = group_polls(peer->group, sockets), interfaces = group_interfaces(peer->group);
    struct pollfd *listeners = sockets + socket_count;
    for (int i = 0; i < interfaces; i++)
        listeners[i] = (struct pollfd){.fd = peer->listeners[i], .events = POLLIN};
    struct pollfd *workers = listeners + interfaces;
    int worker_places = worker_polls(workers);

    int ready = poll(polls, (nfds_t)(workers + worker_places - polls), milliseconds_to_wait(peer));
    peer->now = clock_monotonic();
    stop_or_look();
    if (ready < 0)
        return;
    char dump[64];
    while (polls[0].revents && read(wakeup[0], dump, sizeof dump) > 0)
        ;
    worker_read(workers, worker_places, worker_said, peer);
    worker_reap(worker_said, worker_ended, peer);
    for (int i = 0; i < socket_count; i++)
        if (sockets[i].revents)
            take_datagrams(peer, i);
    for (int i = 0; i < interfaces; i++)
        if (listeners[i].revents)
            offers_accept(peer, i);
    struct screen_user user = {command_line, command_complete, peer};
    screen_timeout(&user, peer->now);
    if (polls[1].revents && !screen_read(&user)) {
        *input = false;
        peer->quit = true;
    }
    if (polls[2].revents)
        lose_guardian(peer);
}

/* What the command line asked for. */
static void begin(struct peer *peer)
{
    const struct options *options = peer->options;
    if (options->watch && options->watch_seconds > 0)
        peer->end_at = peer->now + options->watch_seconds * SECOND;
    else if (peer->brief && options->files)
        peer->end_at = peer->now + BRIEF_WATCH * SECOND;
    send_what_was_asked_for(peer);
    if (!peer->brief)
        chat_announce(peer);
    if (!peer->brief || options->files)
        multicast_ask(peer);
    for (int i = 0; i < options->offer_count; i++)
        offers_add(peer, options->offers[i], options->password);
    for (int i = 0; i < options->get_count; i++) {
        char who[NAME_PEER_MAX + 2];
        const char *colon = strchr(options->gets[i], ':');
        size_t length = (size_t)(colon - options->gets[i]);
        snprintf(who, sizeof who, "%.*s", (int)(length < sizeof who ? length : sizeof who), options->gets[i]);
        gets_add(peer, who, colon + 1, options->password, false);
    }
    if (options->cast)
        casts_send(peer, options->cast);
}

/* Is somebody there to type? With files on offer and no terminal, a script wants them offered until it
 * ends us. */
static bool has_input(const struct options *options)
{
    if (options_are_brief(options) || options->watch || options->accept)
        return false;
    return options->offer_count == 0 || isatty(STDIN_FILENO);
}

static void close_all(struct peer *peer)
{
    worker_stop_all();
    offers_close(peer);
    offers_close_listeners(peer);
    gets_close(peer);
    if (peer->roster_lock >= 0)
        close(peer->roster_lock);
    if (peer->guardian >= 0)
        close(peer->guardian);
    roster_close(peer->roster);
    index_close(peer->index);
    group_close(peer->group);
    close(wakeup[0]);
    close(wakeup[1]);
    close(end[0]);
    close(end[1]);
}

/* Returns NULL after saying what is wrong. */
static struct peer *open_all(const struct options *options, int *status)
{
    const char *why;
    struct peer *peer = calloc(1, sizeof *peer);
    int64_t lifetime = options->period * SECOND * 7 / 2;
    if (!peer) {
        log_error("no memory");
        *status = EX_OSERR;
        return NULL;
    }
    peer->roster = roster_open(lifetime);
    peer->index = index_open(lifetime);
    if (!peer->roster || !peer->index)
        fatal(EX_OSERR, "no memory");
    peer->options = options;
    peer->brief = options_are_brief(options);
    peer->now = clock_monotonic();
    char nonce[SECRET_NONCE_SIZE];
    if (secret_make_nonce(nonce))
        fatal(EX_OSERR, "no random numbers: %s", strerror(errno));
    snprintf(peer->id, sizeof peer->id, "%.16s", nonce);
    why = interfaces_open(peer);
    if (!peer->group) {
        log_error("cannot join the group: %s", why);
        roster_close(peer->roster);
        index_close(peer->index);
        free(peer);
        *status = EX_UNAVAILABLE;
        return NULL;
    }
    offers_open(peer);
    offers_open_listeners(peer);
    peer_open_state(peer);
    return peer;
}

/* What is left to be done, and said of what was not. Returns the exit status. */
static int finish(struct peer *peer)
{
    const struct options *options = peer->options;
    peer->now = clock_monotonic();
    if (options->files)
        command_files(peer, options->pattern);
    chat_leave(peer);
    peer_save(peer);
    screen_close();
    if (screen_error()) {
        log_error("standard output: %s", strerror(screen_error()));
        peer_fail(peer, EX_IOERR);
    }
    if (options->roster && peer_print_roster(options) == EX_IOERR)
        peer_fail(peer, EX_IOERR);
    if (options->receive && !peer->received)
        peer_fail(peer, EX_UNAVAILABLE);
    /* Told to end in the middle of what was asked for: it was not done. */
    if (peer->brief && !options->files && is_busy(peer)) {
        gets_interrupted(peer);
        peer_fail(peer, EX_TEMPFAIL);
    }
    return peer->status;
}

int loop_run(const struct options *options)
{
    int status = EX_OK;
    if (options->roster && !options->watch)
        return peer_print_roster(options);
    bool input = has_input(options);
    int guardian = input && screen_is_terminal() ? guardian_start("forkchat-lan", SCREEN_RESET) : -1;
    set_signals();
    struct peer *peer = open_all(options, &status);
    if (!peer)
        return status;
    peer->guardian = guardian;
    peer->offering = options->offer_count > 0 && !input && !peer->brief && !options->watch && !options->accept;
    screen_open(input, end[0]);
    if (guardian >= 0)
        guardian_screen(guardian, true);
    if (input)
        command_start(peer);
    begin(peer);
    while (!peer->quit && !ended_by && !screen_is_gone()) {
        do_timely(peer);
        if (!peer->quit)
            turn(peer, &input);
    }
    status = finish(peer);
    close_all(peer);
    free(peer);
    return status;
}
