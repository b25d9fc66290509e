/* Files sent to all who accept: ours, and those we are invited to. Runs in the peer's main process, but for
 * the functions named run_*, which run in workers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "base/unicode.h"
#include "lan/cast.h"
#include "lan/peer.h"
#include "lan/progress.h"
#include "lan/screen.h"
#include "lan/secret.h"
#include "lan/tree.h"

#define RATE_DEFAULT    ((int64_t)4 << 20)
#define INVITATION_LIFE (60 * SECOND)
#define RECEIVING_MOST  4

struct casting {
    struct peer *peer;
    const char *path;
    char id[DATAGRAM_ID_SIZE];
};

static int tell(int report, const char *what, const char *detail, int status)
{
    char line[1000];
    snprintf(line, sizeof line, "%s%s\n", what, detail);
    return fd_write_all(report, line, strlen(line)) ? EX_IOERR : status;
}

/* Fills in the card of an open file. */
static int describe(int report, int fd, struct datagram_card *card)
{
    struct progress_hash progress;
    struct stat status;
    struct sha256 hash;
    unsigned char digest[SHA256_SIZE], port[2];
    sha256_start(&hash);
    if (fstat(fd, &status) || port_random(port, sizeof port))
        return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    if (status.st_size > CAST_SIZE_MOST) {
        errno = EFBIG;
        return -1;
    }
    progress_hash_start(&progress, card->name, report, status.st_size);
    card->size = tree_hash(fd, -1, &hash, &progress.tree);
    if (card->size < 0)
        return -1;
    sha256_finish(&hash, digest);
    sha256_hex(digest, card->hash);
    card->mode = status.st_mode & 0777;
    card->changed = status.st_mtime;
    card->port = (uint16_t)(49152 + (port[0] << 8 | port[1]) % 16384);
    return 0;
}

static int run_send(int report, void *context)
{
    const struct casting *casting = context;
    const struct options *options = casting->peer->options;
    struct datagram_card card = {.size = 0};
    struct cast_outcome outcome;
    const char *slash = strrchr(casting->path, '/'), *name = slash ? slash + 1 : casting->path;
    if (!name_is_file(name, strlen(name)))
        return tell(report, "!its name cannot be sent", "", EX_USAGE);
    text_copy(card.name, sizeof card.name, name);
    text_copy(card.id, sizeof card.id, casting->id);
    int fd = open(casting->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || describe(report, fd, &card)) {
        const char *why = errno == EISDIR ? "only a file can be sent to everyone" : strerror(errno);
        char what[NAME_FILE_MAX + 20];
        snprintf(what, sizeof what, "!cannot send %s: ", name);
        return tell(report, what, why, EX_NOINPUT);
    }
    int result = cast_send(casting->peer->group, options->name, &card, fd, (int)options->wait * 1000,
                           (int)options->receivers, options->rate > 0 ? options->rate : RATE_DEFAULT, &outcome);
    close(fd);
    if (result < 0)
        return tell(report, "!", outcome.message, EX_IOERR);
    if (outcome.receivers == 0)
        return tell(report, "!nobody accepted it", "", EX_UNAVAILABLE);
    char line[400];
    snprintf(line, sizeof line, "sent %s to %d of %d, verified; %lld bytes in blocks for a file of %lld", card.name,
             outcome.verified, outcome.receivers, (long long)outcome.sent, (long long)card.size);
    return tell(report, line, "", result ? EX_TEMPFAIL : EX_OK);
}

void casts_send(struct peer *peer, const char *path)
{
    char nonce[SECRET_NONCE_SIZE];
    char found[PATH_MAX];
    struct casting casting = {.peer = peer, .path = name_on_disk(path, found)};
    if (worker_count(WORKER_CAST, NULL) > 0) {
        log_error("cannot send %s: one file at a time goes to everyone", path);
        peer_fail(peer, EX_TEMPFAIL);
        return;
    }
    if (!secret_make_nonce(nonce)) {
        nonce[DATAGRAM_ID_SIZE - 1] = '\0';
        text_copy(casting.id, sizeof casting.id, nonce);
        text_copy(peer->own_cast, sizeof peer->own_cast, nonce);
        if (!worker_start(WORKER_CAST, 0, NULL, NULL, 0, run_send, &casting))
            return;
    }
    log_error("cannot send %s: %s", path, strerror(errno));
    peer_fail(peer, EX_OSERR);
}

struct receiving {
    struct peer *peer;
    struct peer_cast *cast;
    bool beside; /* what exists */
};

/* The name under which it is kept. */
static void choose_name(const struct receiving *receiving, char kept[NAME_FILE_MAX + 1])
{
    const struct options *options = receiving->peer->options;
    const char *name = receiving->cast->card.name;
    struct stat status;
    int folder = open(options->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    name_keep(name, kept);
    for (int n = 1; folder >= 0 && receiving->beside && !options->force; n++)
        if (fstatat(folder, kept, &status, AT_SYMLINK_NOFOLLOW) || !name_number(kept, name, false, n))
            break;
    if (folder >= 0)
        close(folder);
}

static int run_receive(int report, void *context)
{
    static const int statuses[] = {[CAST_DONE] = EX_OK,
                                   [CAST_BROKEN] = EX_TEMPFAIL,
                                   [CAST_DAMAGED] = EX_DATAERR,
                                   [CAST_EXISTS] = EX_CANTCREAT,
                                   [CAST_LOCAL] = EX_IOERR};
    const struct receiving *receiving = context;
    const struct peer_cast *cast = receiving->cast;
    const struct options *options = receiving->peer->options;
    char message[256], line[900], size[SIZE_TEXT];
    char kept[NAME_FILE_MAX + 1];
    choose_name(receiving, kept);
    enum cast_result result = cast_receive(receiving->peer->group, cast->via, &cast->from, &cast->card, options->output,
                                           kept, options->force, message);
    bool renamed = strcmp(kept, cast->card.name) != 0;
    if (result == CAST_DONE)
        snprintf(line, sizeof line, "got %s from %s%s%s: verified, %s", cast->card.name, cast->sender,
                 renamed ? ", kept as " : "", renamed ? kept : "", size_text(cast->card.size, size));
    else
        snprintf(line, sizeof line, "!%s from %s: %s", cast->card.name, cast->sender, message);
    return tell(report, line, "", statuses[result]);
}

static void receive(struct peer *peer, struct peer_cast *cast, bool beside)
{
    char size[SIZE_TEXT];
    struct receiving receiving = {.peer = peer, .cast = cast, .beside = beside};
    if (cast->card.size > CAST_SIZE_MOST) {
        log_error("%s is larger than anything that can be sent to everyone: %s", cast->card.name,
                  size_text(cast->card.size, size));
        peer_fail(peer, EX_DATAERR);
        return;
    }
    if (cast->card.size > peer->options->limit) {
        log_error("%s is larger than --limit allows: %s", cast->card.name, size_text(cast->card.size, size));
        peer_fail(peer, EX_DATAERR);
        return;
    }
    if (peer->options->password) {
        log_error("%s from %s: who sends to everyone cannot prove to know the password that you gave", cast->card.name,
                  cast->sender);
        peer_fail(peer, EX_UNAVAILABLE);
        return;
    }
    if (worker_count(WORKER_RECEIVE, NULL) >= RECEIVING_MOST) {
        log_error("%s: too many files are being received", cast->card.name);
        return;
    }
    cast->taken = true;
    if (worker_start(WORKER_RECEIVE, 0, NULL, NULL, 0, run_receive, &receiving))
        log_error("cannot start a worker: %s", strerror(errno));
    else
        screen_show("receiving %s from %s (%s)", cast->card.name, cast->sender, size_text(cast->card.size, size));
}

void casts_invited(struct peer *peer, const struct datagram *datagram, const struct net_address *from, int via)
{
    struct peer_cast *cast = &peer->casts[0];
    char size[SIZE_TEXT];
    if (strcmp(datagram->card.id, peer->own_cast) == 0)
        return;
    for (int i = 0; i < PEER_CASTS; i++) {
        if (strcmp(peer->casts[i].card.id, datagram->card.id) == 0) {
            peer->casts[i].last = peer->now;
            return;
        }
        if (peer->casts[i].last < cast->last)
            cast = &peer->casts[i];
    }
    /* A full list of fresh invitations: nobody means that well. */
    if (cast->last && peer->now - cast->last < 5 * SECOND)
        return;
    *cast = (struct peer_cast){.card = datagram->card, .from = *from, .via = via, .last = peer->now};
    text_copy(cast->sender, sizeof cast->sender, datagram->sender);
    bool wanted = peer->options->accept ||
                  (peer->options->receive && peer->status == 0 && worker_count(WORKER_RECEIVE, NULL) == 0);
    if (wanted)
        receive(peer, cast, false);
    else if (!peer->brief)
        screen_show("%s sends %s (%s) to everyone who accepts: /accept %s", cast->sender, cast->card.name,
                    size_text(cast->card.size, size), cast->card.name);
}

bool casts_accept(struct peer *peer, const char *name)
{
    struct peer_cast *best = NULL;
    for (int i = 0; i < PEER_CASTS; i++) {
        struct peer_cast *cast = &peer->casts[i];
        if (!cast->last || cast->taken || peer->now - cast->last > INVITATION_LIFE ||
            (name && !unicode_is_same(cast->card.name, name)))
            continue;
        if (!best || cast->last > best->last)
            best = cast;
    }
    if (best)
        receive(peer, best, true);
    return best;
}

void casts_line(struct peer *peer, int job, char *line)
{
    (void)peer, (void)job;
    if (*line == '!')
        log_error("%s", line + 1);
    else
        screen_show("%s", line);
}

void casts_ended(struct peer *peer, enum worker_kind kind, int status)
{
    if (kind == WORKER_CAST)
        peer->own_cast[0] = '\0';
    if (kind == WORKER_RECEIVE && peer->options->receive) {
        peer->received = true;
        peer->quit = true;
    }
    if (status != EX_OK)
        peer_fail(peer, status < 0 ? EX_SOFTWARE : status);
}
