/* What we fetch: WAITING until it is offered, FETCHING by a worker, and if the connection breaks WAITING again for it
 * to come back, each time until a deadline. Runs in the peer's main process, but for run_fetch, which runs in workers.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/parse.h"
#include "lan/fetch.h"
#include "lan/peer.h"
#include "lan/progress.h"
#include "lan/screen.h"
#include "lan/serve.h"
#include "lan/tree.h"

#define FETCH_TIMEOUT 20000        /* milliseconds */
#define ANSWER_TIME   (2 * SECOND) /* in which all peers there have answered the question who is there */
#define MISSING_SHOWN 20           /* names of what a folder lacks */

/* Exit statuses by outcome, and whether it is worth waiting for the offer to come (back). */
static const struct {
    int status;
    bool again;
} outcomes[] = {
    [FETCH_DONE] = {EX_OK, false},         [FETCH_BROKEN] = {EX_TEMPFAIL, true},
    [FETCH_FURTHER] = {EX_TEMPFAIL, true}, [FETCH_BUSY] = {EX_TEMPFAIL, true},
    [FETCH_DENIED] = {EX_NOPERM, false},   [FETCH_REFUSED] = {EX_UNAVAILABLE, false},
    [FETCH_DAMAGED] = {EX_DATAERR, false}, [FETCH_EXISTS] = {EX_CANTCREAT, false},
    [FETCH_LOCAL] = {EX_IOERR, false},     [FETCH_LACKING] = {EX_TEMPFAIL, false},
};

static void forget(struct peer_get *get)
{
    free(get->password);
    memset(get, 0, sizeof *get);
}

static void fail(struct peer *peer, struct peer_get *get, int status, const char *why)
{
    log_error("cannot get %s from %s: %s", get->name, get->peer, why);
    peer_fail(peer, status);
    forget(get);
}

void gets_add(struct peer *peer, const char *name_of_peer, const char *name, const char *password, bool beside)
{
    struct peer_get *get = NULL;
    for (int i = 0; i < PEER_GETS && !get; i++)
        if (peer->gets[i].state == GET_FREE)
            get = &peer->gets[i];
    if (!name_is_peer(name_of_peer, strlen(name_of_peer)) || !name_is_file(name, strlen(name))) {
        log_error("cannot get %s from %s: no offer can be called that", name, name_of_peer);
        peer_fail(peer, EX_USAGE);
        return;
    }
    if (!get) {
        log_error("cannot get %s: %d are being fetched already", name, PEER_GETS);
        peer_fail(peer, EX_TEMPFAIL);
        return;
    }
    get->state = GET_WAITING;
    text_copy(get->peer, sizeof get->peer, name_of_peer);
    text_copy(get->name, sizeof get->name, name);
    if (password && *password)
        get->password = strdup(password);
    get->deadline = peer->now + peer->options->patience * SECOND;
    get->next = peer->now;
    get->beside = beside;
}

struct fetching {
    struct fetch fetch;
    struct progress progress;
    char host[NET_TEXT_SIZE], port[8];
    bool terminal;
    int report;
};

static void show_progress(struct fetch *fetch)
{
    struct fetching *fetching = (struct fetching *)((char *)fetch - offsetof(struct fetching, fetch));
    progress_step(&fetching->progress, fetch->done, fetch->card.size);
}

/* The first few by name: nobody reads thousands. */
static void show_missing(struct fetch *fetch, const char *path, const char *why)
{
    struct fetching *fetching = (struct fetching *)((char *)fetch - offsetof(struct fetching, fetch));
    char line[NAME_PATH_MAX + 100];
    if (fetch->lacking > MISSING_SHOWN)
        return;
    snprintf(line, sizeof line, "missing: %s (%s)\n", path, why);
    if (fd_write_all(fetching->report, line, strlen(line)))
        return;
}

static int run_fetch(int report, void *context)
{
    struct fetching *fetching = context;
    char line[400];
    fetching->report = report;
    progress_start(&fetching->progress, fetching->fetch.card.name, fetching->terminal ? STDERR_FILENO : report,
                   fetching->terminal);
    enum fetch_result result = fetch_run(fetching->host, fetching->port, &fetching->fetch);
    progress_end(&fetching->progress);
    int64_t took = clock_monotonic() - fetching->progress.started;
    if (strcmp(fetching->fetch.kept, fetching->fetch.card.name) != 0) {
        snprintf(line, sizeof line, "@%s\n", fetching->fetch.kept);
        if (fd_write_all(report, line, strlen(line)))
            return FETCH_LOCAL;
    }
    snprintf(line, sizeof line, "=%d %lld %lld %d %s\n", fetching->fetch.wait, (long long)fetching->fetch.came,
             (long long)took, fetching->fetch.lacking, fetching->fetch.message);
    if (fd_write_all(report, line, strlen(line)))
        return FETCH_LOCAL;
    return (int)result;
}

static void start(struct peer *peer, struct peer_get *get, const struct index_entry *entry)
{
    struct fetching fetching = {.fetch = {.card = entry->card,
                                          .password = get->password,
                                          .output = peer->options->output,
                                          .force = peer->options->force,
                                          .beside = get->beside,
                                          .limit = peer->options->limit,
                                          .rate = peer->options->rate,
                                          .timeout = FETCH_TIMEOUT,
                                          .progress = show_progress,
                                          .missing = show_missing},
                                /* A bar is drawn only where no line is being typed, and only one. */
                                .terminal = peer->brief && isatty(STDERR_FILENO) && gets_open(peer) == 1};
    net_format_host(&entry->source, fetching.host);
    snprintf(fetching.port, sizeof fetching.port, "%u", entry->card.port);
    text_copy(get->hash, sizeof get->hash, entry->card.hash);
    text_copy(get->id, sizeof get->id, entry->card.id);
    get->source = entry->source;
    get->message[0] = '\0';
    if (worker_start(WORKER_FETCH, (int)(get - peer->gets), NULL, NULL, 0, run_fetch, &fetching))
        fail(peer, get, EX_OSERR, strerror(errno));
    else
        get->state = GET_FETCHING;
}

/* What is offered is the same name composed in another way: the very name may come in the next datagram. */
static bool waits_for_name(struct peer_get *get, const struct index_entry *entry, int64_t now)
{
    if (get->waited || strcmp(entry->card.name, get->name) == 0)
        return false;
    get->waited = true;
    get->next = now + SECOND / 2;
    return true;
}

void gets_work(struct peer *peer)
{
    for (int i = 0; i < PEER_GETS; i++) {
        struct peer_get *get = &peer->gets[i];
        if (get->state != GET_WAITING || peer->now < get->next)
            continue;
        struct index_query query = {.peer = get->peer,
                                    .name = get->name,
                                    .hash = get->hash[0] ? get->hash : NULL,
                                    .except = get->refused,
                                    .password = get->password};
        const struct index_entry *entry = index_find(peer->index, &query);
        query.password = false;
        bool unproved = !entry && index_find(peer->index, &query);
        if (unproved && !get->warned)
            screen_show("%s from %s is offered without a password: waiting for somebody who proves to know yours",
                        get->name, get->peer);
        get->warned |= unproved;
        if (entry && waits_for_name(get, entry, peer->now))
            multicast_ask(peer);
        else if (entry)
            start(peer, get, entry);
        else if (peer->now >= get->deadline && get->refused[0])
            fail(peer, get, outcomes[get->last].status, get->message);
        else if (peer->now >= get->deadline)
            fail(peer, get, query.hash ? EX_TEMPFAIL : EX_UNAVAILABLE,
                 query.hash ? "it is not offered any more; what has come is kept"
                 : unproved ? "it is offered without a password, so that nobody proves to know yours"
                            : "nobody offers that");
        else
            multicast_ask(peer);
    }
}

void gets_line(struct peer *peer, int job, char *line)
{
    struct peer_get *get = &peer->gets[job];
    int64_t wait = 0, came = 0, took = 0, lacking = 0;
    if (*line == '@') {
        text_copy(get->kept, sizeof get->kept, line + 1);
        return;
    }
    if (*line != '=') {
        screen_show("%s", line);
        return;
    }
    char *rest = line + 1;
    const char *words[4] = {NULL};
    for (int i = 0; i < 4; i++)
        words[i] = text_next_word(&rest);
    if (!words[3] || !parse_number(words[0], 0, 3600, &wait) || !parse_number(words[1], 0, (int64_t)1 << 50, &came) ||
        !parse_number(words[2], 0, (int64_t)1 << 60, &took) || !parse_number(words[3], 0, TREE_ENTRIES_MAX, &lacking))
        return;
    get->lacking = (int)lacking;
    get->next = peer->now + (wait > 0 ? wait * SECOND : SECOND / 2);
    text_copy(get->message, sizeof get->message, rest);
    if (!*rest) {
        char size[SIZE_TEXT], rate[SIZE_TEXT];
        snprintf(get->message, sizeof get->message, "%s in %.1f s, %s/s", size_text(came, size), (double)took / 1e9,
                 size_text((int64_t)((double)came * 1e9 / (double)(took + 1)), rate));
    }
}

/* A peer that offers something of that name first, and then does not have it or does not know the password, does not
 * keep us from the one that does. */
static bool try_another(struct peer *peer, struct peer_get *get, int status)
{
    if (status != FETCH_REFUSED && status != FETCH_DENIED && status != FETCH_DAMAGED)
        return false;
    struct index_query query = {.peer = get->peer, .name = get->name, .except = get->id, .password = get->password};
    bool another = index_find(peer->index, &query), impostor = get->password && status == FETCH_REFUSED;
    bool changed = status == FETCH_REFUSED && strstr(get->message, SERVE_CHANGED); /* it is being hashed again */
    if (peer->now >= get->deadline || !(another || impostor || changed))
        return false;
    /* The one who knows the password may not have been heard yet. */
    if (!another && !changed && !get->refused[0])
        get->deadline = peer->now + ANSWER_TIME;
    if (!get->refused[0])
        screen_show("%s from %s: %s; trying %s", get->name, get->peer, get->message,
                    changed ? "again" : "another who offers it");
    text_copy(get->refused, sizeof get->refused, get->id);
    get->hash[0] = '\0';
    get->last = status;
    get->next = peer->now;
    return true;
}

void gets_ended(struct peer *peer, int job, int status)
{
    struct peer_get *get = &peer->gets[job];
    get->state = GET_WAITING;
    if (status == FETCH_DONE) {
        screen_show("got %s from %s%s%s: verified, %s", get->name, get->peer, *get->kept ? ", kept as " : "", get->kept,
                    get->message);
        forget(get);
        return;
    }
    if (status == FETCH_LACKING) {
        screen_show("got %s from %s%s%s, but not all of it: %d of the things in it could not be offered; %s", get->name,
                    get->peer, *get->kept ? ", kept as " : "", get->kept, get->lacking, get->message);
        peer_fail(peer, outcomes[status].status);
        forget(get);
        return;
    }
    if (status < 0 || status > FETCH_LOCAL) {
        fail(peer, get, EX_SOFTWARE, "the worker died; what has come is kept");
        return;
    }
    if (!outcomes[status].again) {
        if (!try_another(peer, get, status))
            fail(peer, get, outcomes[status].status, get->message);
        return;
    }
    if (status != FETCH_BUSY)
        /* Whether that offer still stands, its next announcement will tell. */
        index_withdraw(peer->index, &get->source, get->id);
    if (status == FETCH_FURTHER)
        get->deadline = peer->now + peer->options->patience * SECOND;
    if (get->next >= get->deadline) {
        fail(peer, get, EX_TEMPFAIL, get->message);
        return;
    }
    if (status != get->last)
        screen_show("%s from %s: %s; trying again", get->name, get->peer, get->message);
    get->last = status;
}

void gets_interrupted(struct peer *peer)
{
    for (int i = 0; i < PEER_GETS; i++)
        if (peer->gets[i].state != GET_FREE)
            log_error("interrupted: %s from %s is not here; what has come is kept, and the same again goes on with it",
                      peer->gets[i].name, peer->gets[i].peer);
}

int gets_open(const struct peer *peer)
{
    int count = 0;
    for (int i = 0; i < PEER_GETS; i++)
        count += peer->gets[i].state != GET_FREE;
    return count;
}

void gets_close(struct peer *peer)
{
    for (int i = 0; i < PEER_GETS; i++)
        forget(&peer->gets[i]);
}
