/* What we offer is fetched: a worker for each connection, for which a peer that guesses passwords waits longer and
 * longer. Runs in the peer's main process, but for the functions named run_*, which run in workers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "lan/peer.h"

#define SERVE_PER_HOST  4
#define SERVE_TIMEOUT   60000 /* milliseconds */
#define GUESS_PENALTY   1000  /* milliseconds until a wrong guess is answered */
#define GUESS_WAIT_MOST 64    /* seconds */
#define GUESS_FORGIVEN  (600 * SECOND)

/* Hosts that have guessed wrong, and when they may try again. */
static struct guesser {
    unsigned char host[16];
    int failures;
    int64_t last;
} guessers[64];

int offers_listen(struct peer *peer, int interface)
{
    if (peer->brief)
        return 0;
    struct net_address address = *group_own(peer->group, interface), bound;
    net_set_port(&address, 0);
    peer->listeners[interface] = net_listen(&address, &bound);
    if (peer->listeners[interface] < 0)
        return -1;
    peer->ports[interface] = net_port(&bound);
    return 0;
}

void offers_open_listeners(struct peer *peer)
{
    for (int i = 0; i < GROUP_INTERFACES; i++)
        peer->listeners[i] = -1;
    for (int i = 0; i < group_interfaces(peer->group); i++)
        if (group_is_open(peer->group, i) && offers_listen(peer, i))
            fatal(EX_OSERR, "cannot listen: %s", strerror(errno));
}

void offers_stop_listening(struct peer *peer, int interface)
{
    if (peer->listeners[interface] >= 0)
        close(peer->listeners[interface]);
    peer->listeners[interface] = -1;
}

void offers_close_listeners(struct peer *peer)
{
    for (int i = 0; i < GROUP_INTERFACES; i++)
        offers_stop_listening(peer, i);
}

static struct guesser *find_guesser(const unsigned char host[16])
{
    for (size_t i = 0; i < sizeof guessers / sizeof guessers[0]; i++)
        if (guessers[i].failures > 0 && memcmp(guessers[i].host, host, 16) == 0)
            return &guessers[i];
    return NULL;
}

/* Seconds until that host may guess again: 2 after the first wrong guess, doubled by each that follows. */
static int guess_wait(const struct peer *peer, const unsigned char host[16])
{
    const struct guesser *guesser = find_guesser(host);
    if (!guesser || peer->now - guesser->last > GUESS_FORGIVEN)
        return 0;
    int64_t wait = guesser->failures > 6 ? GUESS_WAIT_MOST : (int64_t)1 << guesser->failures;
    int64_t left = guesser->last + wait * SECOND - peer->now;
    return left > 0 ? (int)(left / SECOND + 1) : 0;
}

void offers_served(struct peer *peer, const unsigned char host[16], int status)
{
    if (status != SERVE_DENIED)
        return;
    struct guesser *guesser = find_guesser(host);
    if (!guesser) {
        guesser = &guessers[0];
        for (size_t i = 0; i < sizeof guessers / sizeof guessers[0]; i++)
            if (guessers[i].last < guesser->last)
                guesser = &guessers[i];
        guesser->failures = 0;
        memcpy(guesser->host, host, 16);
    } else if (peer->now - guesser->last > GUESS_FORGIVEN) {
        guesser->failures = 0;
    }
    guesser->failures++;
    guesser->last = peer->now;
}

struct serving {
    struct serve_terms terms;
    int fd;
};

static void tell_changed(const struct serve_terms *terms, const char *id)
{
    char line[DATAGRAM_ID_SIZE + 1];
    snprintf(line, sizeof line, "%s\n", id);
    if (fd_write_all(terms->report, line, strlen(line)))
        return; /* then it is found out by looking */
}

static int run_serve(int report, void *context)
{
    struct serving *serving = context;
    serving->terms.changed = tell_changed;
    serving->terms.report = report;
    return (int)serve_session(serving->fd, &serving->terms);
}

static void start_serving(struct peer *peer, int fd, const unsigned char host[16])
{
    struct serve_offer ready[PEER_OFFERS];
    int keep[PEER_OFFERS + 1], keep_count = 0, count = 0;
    keep[keep_count++] = fd;
    for (int i = 0; i < PEER_OFFERS; i++)
        if (offers_is_there(&peer->offers[i])) {
            ready[count++] = peer->offers[i].what;
            keep[keep_count++] = peer->offers[i].what.manifest;
        }
    struct serving serving = {.fd = fd,
                              .terms = {.offers = ready,
                                        .count = count,
                                        .wait = guess_wait(peer, host),
                                        .penalty = GUESS_PENALTY,
                                        .rate = peer->options->rate,
                                        .timeout = SERVE_TIMEOUT}};
    port_keepalive(fd, 10, 5, 3);
    if (worker_start(WORKER_SERVE, 0, host, keep, keep_count, run_serve, &serving))
        log_error("cannot start a worker: %s", strerror(errno));
}

void offers_accept(struct peer *peer, int interface)
{
    /* Bounded, so that a flood of connections leaves time for talk. */
    for (int turn = 0; turn < 16; turn++) {
        struct net_address from = {.length = sizeof from.storage};
        unsigned char host[16];
        int fd = port_accept(peer->listeners[interface], (struct sockaddr *)&from.storage, &from.length);
        if (fd < 0)
            return;
        net_host_bytes(&from, host);
        if (worker_count(WORKER_SERVE, NULL) >= peer->options->transfers ||
            worker_count(WORKER_SERVE, host) >= SERVE_PER_HOST) {
            fd_set_nonblocking(fd);
            if (write(fd, "busy\n", 5) < 0)
                log_warning("cannot answer: %s", strerror(errno));
        } else {
            start_serving(peer, fd, host);
        }
        close(fd);
    }
}
