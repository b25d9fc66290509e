/* What we offer: described by a worker, announced by us, served by a worker for each connection.
 * Runs in the peer's main process, but for the functions named run_*, which run in workers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/port.h"
#include "base/unicode.h"
#include "lan/peer.h"
#include "lan/progress.h"
#include "lan/screen.h"
#include "lan/secret.h"
#include "lan/tree.h"

#define SERVE_PER_HOST 4
#define SERVE_PATIENCE 60000  /* milliseconds */
#define GUESS_PENALTY 1000    /* milliseconds until a wrong guess is answered */
#define GUESS_WAIT_MOST 64    /* seconds */
#define GUESS_FORGIVEN (600 * PEER_SECOND)

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

void offers_stop_listening(struct peer *peer, int interface)
{
    if (peer->listeners[interface] >= 0)
        close(peer->listeners[interface]);
    peer->listeners[interface] = -1;
}

void offers_open(struct peer *peer)
{
    for (int i = 0; i < PEER_OFFERS; i++)
        peer->offers[i].what.manifest = -1;
    for (int i = 0; i < GROUP_INTERFACES; i++)
        peer->listeners[i] = -1;
    for (int i = 0; i < group_interfaces(peer->group); i++)
        if (group_is_open(peer->group, i) && offers_listen(peer, i))
            fatal(EX_OSERR, "cannot listen: %s", strerror(errno));
}

static void drop(struct peer_offer *offer)
{
    if (offer->what.manifest >= 0)
        close(offer->what.manifest);
    free(offer->given);
    free(offer->what.path);
    free(offer->what.password);
    memset(offer, 0, sizeof *offer);
    offer->what.manifest = -1;
}

/* The manifest's file has no name, and is shared with the worker that writes it and those that read it. */
static int open_manifest(void)
{
    const char *folder = getenv("TMPDIR");
    char path[1024];
    if (snprintf(path, sizeof path, "%s/forkchat-lan-XXXXXX", folder && *folder ? folder : "/tmp") >=
        (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    unlink(path);
    fd_set_cloexec(fd);
    return fd;
}

static int run_describe(int report, void *context)
{
    const struct peer_offer *offer = context;
    int64_t size = 0;
    char hash[SHA256_HEX_SIZE] = "", line[400];
    bool folder = false;
    int skipped = 0;
    const char *why = NULL;
    struct progress_hash progress;
    struct stat status;
    bool file = !stat(offer->what.path, &status) && S_ISREG(status.st_mode);
    progress_hash_start(&progress, offer->what.card.name, report, file ? status.st_size : -1);
    int result = tree_describe(offer->what.path, offer->what.card.name, offer->what.manifest, &size, hash, &folder,
                               &skipped, &why, &progress.watch);
    if (result)
        snprintf(line, sizeof line, "error %s\n", why ? why : "it cannot be read");
    else
        snprintf(line, sizeof line, "ok %lld %s %s %d %lld %ld\n", (long long)size, hash, folder ? "d" : "-", skipped,
                 (long long)progress.watch.newest.tv_sec, progress.watch.newest.tv_nsec);
    if (fd_write_all(report, line, strlen(line)))
        return 1;
    return result ? 1 : 0;
}

static bool is_refused(struct peer *peer, const char *path, const char *what)
{
    log_error("cannot offer %s: %s", path, what);
    peer_fail(peer, EX_NOINPUT);
    return true;
}

/* Fills in a new offer. Returns false after saying what is wrong. */
static bool prepare(struct peer *peer, struct peer_offer *offer, const char *path, const char *password)
{
    char nonce[SECRET_NONCE_SIZE];
    offer->what.manifest = -1;
    char found[PATH_MAX];
    path = name_on_disk(path, found);
    offer->given = strdup(path);
    offer->what.path = realpath(path, NULL);
    if (!offer->what.path || !offer->given || stat(offer->what.path, &offer->described))
        return !is_refused(peer, path, strerror(errno));
    /* Named as it was given, even when that is a link; "." and the like as what they lead to. */
    char *copy = strdup(path);
    for (size_t length = copy ? strlen(copy) : 0; length > 1 && copy[length - 1] == '/'; length--)
        copy[length - 1] = '\0';
    const char *slash = copy ? strrchr(copy, '/') : NULL, *name = slash ? slash + 1 : copy;
    if (!name || !name_is_file(name, strlen(name)))
        name = strrchr(offer->what.path, '/') + 1;
    bool fits = name_is_file(name, strlen(name));
    text_copy(offer->name, sizeof offer->name, name);
    text_copy(offer->what.card.name, sizeof offer->what.card.name, name);
    free(copy);
    if (!fits)
        return !is_refused(peer, path, "its name has control characters, is no UTF-8, or is too long");
    if (access(offer->what.path, R_OK))
        return !is_refused(peer, path, strerror(errno));
    if (password && strlen(password) > SECRET_PASSWORD_MAX)
        return !is_refused(peer, path, "the password is too long");
    if (secret_make_nonce(nonce) || (offer->what.manifest = open_manifest()) < 0 ||
        (password && !(offer->what.password = strdup(password))))
        return !is_refused(peer, path, strerror(errno));
    nonce[DATAGRAM_ID_SIZE - 1] = '\0';
    text_copy(offer->what.card.id, sizeof offer->what.card.id, nonce);
    offer->what.card.password = password;
    return true;
}

void offers_take_back(struct peer *peer, const struct peer_offer *offer)
{
    struct datagram datagram = {.kind = DATAGRAM_WITHDRAW, .card = offer->what.card};
    text_copy(datagram.sender, sizeof datagram.sender, peer->options->name);
    chat_send_all(peer, &datagram);
}

void offers_end(struct peer *peer, struct peer_offer *offer)
{
    offers_take_back(peer, offer);
    worker_stop(WORKER_DESCRIBE, offer->job);
    drop(offer);
}

/* The same file again, under the same name, takes the place of the offer before; another of that name gets a number. */
static void tell_apart(struct peer *peer, struct peer_offer *offer)
{
    for (int i = 0; i < PEER_OFFERS; i++) {
        struct peer_offer *other = &peer->offers[i];
        if (other != offer && other->what.card.id[0] && strcmp(other->what.path, offer->what.path) == 0 &&
            strcmp(other->name, offer->name) == 0)
            offers_end(peer, other);
    }
    for (int i = 0, number = 1; i < PEER_OFFERS; i++) {
        const struct peer_offer *other = &peer->offers[i];
        if (other == offer || !other->what.card.id[0] || strcmp(other->what.card.name, offer->what.card.name) != 0)
            continue;
        if (!name_number(offer->what.card.name, offer->name, S_ISDIR(offer->described.st_mode), number++))
            return; /* whoever gets it, gets one of the two */
        i = -1;     /* the new name may be another's too */
    }
}

void offers_add(struct peer *peer, const char *path, const char *password)
{
    struct peer_offer *offer = NULL;
    if (peer->brief)
        return;
    for (int i = 0; i < PEER_OFFERS && !offer; i++)
        if (!peer->offers[i].what.card.id[0])
            offer = &peer->offers[i];
    if (!offer) {
        is_refused(peer, path, "there are 64 offers already");
        return;
    }
    if (!prepare(peer, offer, path, password)) {
        drop(offer);
        return;
    }
    tell_apart(peer, offer);
    /* Never the same number twice: the worker of a withdrawn offer may end after its slot has a new one. */
    offer->job = ++peer->offer_jobs * PEER_OFFERS + (int)(offer - peer->offers);
    if (worker_start(WORKER_DESCRIBE, offer->job, NULL, &offer->what.manifest, 1, run_describe, offer)) {
        is_refused(peer, path, strerror(errno));
        drop(offer);
    }
}

void offers_line(struct peer *peer, int job, char *line)
{
    struct peer_offer *offer = &peer->offers[job % PEER_OFFERS];
    struct datagram_card *card = &offer->what.card;
    int64_t skipped, seconds, nanoseconds;
    char *rest = line, size[SIZE_TEXT];
    const char *verb = text_next_word(&rest);
    if (!verb || offer->job != job)
        return;
    if (strcmp(verb, "hashing") == 0) {
        screen_show("hashing %s", rest);
        return;
    }
    if (strcmp(verb, "error") == 0) {
        is_refused(peer, card->name, rest);
        return;
    }
    const char *words[6] = {NULL};
    for (int i = 0; i < 6; i++)
        words[i] = text_next_word(&rest);
    if (!words[5] || !parse_number(words[0], 0, (int64_t)1 << 50, &card->size) ||
        !parse_number(words[3], 0, 1 << 30, &skipped) || !parse_signed(words[4], INT64_MIN, INT64_MAX, &seconds) ||
        !parse_number(words[5], 0, 999999999, &nanoseconds))
        return;
    offer->what.newest = (struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)nanoseconds};
    text_copy(card->hash, sizeof card->hash, words[1]);
    card->tree = *words[2] == 'd';
    offer->ready = true;
    screen_show("offering %s (%s%s%s)", card->name, size_text(card->size, size), card->tree ? ", folder" : "",
                card->password ? ", password" : "");
    if (skipped > 0)
        log_warning("%lld things in %s cannot be offered: links, devices, unreadable, or strangely named",
                    (long long)skipped, card->name);
    offers_announce(peer);
}

void offers_described(struct peer *peer, int job, int status)
{
    struct peer_offer *offer = &peer->offers[job % PEER_OFFERS];
    if (offer->ready || offer->job != job)
        return;
    if (status != 1)
        is_refused(peer, offer->what.card.name, "the worker that reads it died");
    drop(offer);
}

bool offers_any(const struct peer *peer)
{
    for (int i = 0; i < PEER_OFFERS; i++)
        if (peer->offers[i].what.card.id[0])
            return true;
    return false;
}

void offers_announce(struct peer *peer)
{
    for (int n = 0; n < PEER_OFFERS; n++) {
        if (!offers_is_there(&peer->offers[n]))
            continue;
        for (int i = 0; i < group_interfaces(peer->group); i++) {
            if (peer->listeners[i] < 0)
                continue;
            struct datagram datagram = {.kind = DATAGRAM_OFFER, .card = peer->offers[n].what.card};
            char bytes[DATAGRAM_SEND_MAX + 1], host[NET_TEXT_SIZE];
            struct text text;
            text_copy(datagram.sender, sizeof datagram.sender, peer->options->name);
            net_format_host(group_own(peer->group, i), host);
            host[strcspn(host, "%")] = '\0';
            text_copy(datagram.card.address, sizeof datagram.card.address, host);
            datagram.card.port = peer->ports[i];
            text_init(&text, bytes, sizeof bytes);
            datagram_write(&datagram, &text);
            if (chat_send_by(peer, i, bytes, text.length))
                continue; /* it was told */
        }
    }
}

bool offers_withdraw(struct peer *peer, const char *name)
{
    bool found = false;
    for (int i = 0; i < PEER_OFFERS; i++) {
        struct peer_offer *offer = &peer->offers[i];
        if (!offer->what.card.id[0] || !unicode_is_same(offer->what.card.name, name))
            continue;
        offers_end(peer, offer);
        found = true;
    }
    return found;
}

void offers_close(struct peer *peer)
{
    for (int i = 0; i < PEER_OFFERS; i++)
        if (peer->offers[i].what.card.id[0])
            drop(&peer->offers[i]);
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
    int64_t left = guesser->last + wait * PEER_SECOND - peer->now;
    return left > 0 ? (int)(left / PEER_SECOND + 1) : 0;
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
                                        .patience = SERVE_PATIENCE}};
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
