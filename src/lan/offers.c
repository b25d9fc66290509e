/* What we offer: described by a worker, and then announced. Runs in the peer's main process, but for run_describe,
 * which runs in workers.
 *
 *               add         described       not described  a look misses it  the second too  it is there, changed
 * withdrawn FREE          DESCRIBING  -               -              -                 -               - - DESCRIBING
 * -           READY           FREE           -                 -               -                     FREE READY - - -
 * MISSED            -               FREE, and added       FREE MISSED        -           -               - - GONE FREE,
 * and added       FREE GONE          -           -               -              -                 -               FREE,
 * and added       FREE
 *
 * MISSED is READY still, and READY again if it is there unchanged. What is GONE is not announced. */
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

void offers_open(struct peer *peer)
{
    for (int i = 0; i < PEER_OFFERS; i++)
        peer->offers[i].what.manifest = -1;
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
                               &skipped, &why, &progress.tree);
    if (result)
        snprintf(line, sizeof line, "error %s\n", why ? why : "it cannot be read");
    else
        snprintf(line, sizeof line, "ok %lld %s %s %d %lld %ld\n", (long long)size, hash, folder ? "d" : "-", skipped,
                 (long long)progress.tree.newest.tv_sec, progress.tree.newest.tv_nsec);
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
    multicast_send_datagram(peer, &datagram);
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
        if (other != offer && other->state != OFFER_FREE && strcmp(other->what.path, offer->what.path) == 0 &&
            strcmp(other->name, offer->name) == 0)
            offers_end(peer, other);
    }
    for (int i = 0, number = 1; i < PEER_OFFERS; i++) {
        const struct peer_offer *other = &peer->offers[i];
        if (other == offer || other->state == OFFER_FREE || strcmp(other->what.card.name, offer->what.card.name) != 0)
            continue;
        if (!name_number(offer->what.card.name, offer->name, S_ISDIR(offer->described.st_mode), number++))
            return; /* each peer that gets it, gets one of the two */
        i = -1;     /* the new name may be another's too */
    }
}

void offers_add(struct peer *peer, const char *path, const char *password)
{
    struct peer_offer *offer = NULL;
    if (peer->brief)
        return;
    for (int i = 0; i < PEER_OFFERS && !offer; i++)
        if (peer->offers[i].state == OFFER_FREE)
            offer = &peer->offers[i];
    if (!offer) {
        is_refused(peer, path, "there are 64 offers already");
        return;
    }
    if (!prepare(peer, offer, path, password)) {
        drop(offer);
        return;
    }
    offer->state = OFFER_DESCRIBING;
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
    offer->state = OFFER_READY;
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
    if (offer->state != OFFER_DESCRIBING || offer->job != job)
        return;
    if (status != 1)
        is_refused(peer, offer->what.card.name, "the worker that reads it died");
    drop(offer);
}

bool offers_is_there(const struct peer_offer *offer)
{
    return offer->state == OFFER_READY || offer->state == OFFER_MISSED;
}

bool offers_any(const struct peer *peer)
{
    for (int i = 0; i < PEER_OFFERS; i++)
        if (peer->offers[i].state != OFFER_FREE)
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
            if (multicast_send(peer, i, bytes, text.length))
                continue; /* it was told */
        }
    }
}

bool offers_withdraw(struct peer *peer, const char *name)
{
    bool found = false;
    for (int i = 0; i < PEER_OFFERS; i++) {
        struct peer_offer *offer = &peer->offers[i];
        if (offer->state == OFFER_FREE || !unicode_is_same(offer->what.card.name, name))
            continue;
        offers_end(peer, offer);
        found = true;
    }
    return found;
}

void offers_close(struct peer *peer)
{
    for (int i = 0; i < PEER_OFFERS; i++)
        if (peer->offers[i].state != OFFER_FREE)
            drop(&peer->offers[i]);
}
