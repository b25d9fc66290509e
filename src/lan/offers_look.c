/* Is what we offer still what was described? Runs in the peer's main process. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lan/peer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "lan/screen.h"

static void offer_again(struct peer *peer, struct peer_offer *offer)
{
    char *path = memory_keep(offer->given), *password = offer->what.password ? memory_keep(offer->what.password) : NULL;
    screen_show("%s has changed: it is hashed again", offer->what.card.name);
    offers_end(peer, offer);
    offers_add(peer, path, password);
    free(path);
    free(password);
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Of a folder: are the same things in it? */
static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
           is_same_time(&a->st_mtim, &b->st_mtim) && is_same_time(&a->st_ctim, &b->st_ctim);
}

/* Where it was given, a link perhaps that leads elsewhere now. */
static bool look(const struct peer_offer *offer, struct stat *status)
{
    return stat(offer->given, status) == 0 &&
           (offer->what.card.tree ? S_ISDIR(status->st_mode) : S_ISREG(status->st_mode));
}

/* Once, and it may just be written anew. */
static void miss(struct peer *peer, struct peer_offer *offer, bool surely)
{
    if (offer->state == OFFER_READY && !surely) {
        offer->state = OFFER_MISSED;
    } else if (offer->state != OFFER_GONE) {
        offer->state = OFFER_GONE;
        screen_show("%s is gone: it is offered again when it is back", offer->what.card.name);
        offers_take_back(peer, offer);
    }
}

static bool is_described(const struct peer_offer *offer)
{
    return offer->state >= OFFER_READY;
}

void offers_look(struct peer *peer)
{
    peer->next_offers_look = peer->now + peer->options->period * SECOND;
    for (int i = 0; i < PEER_OFFERS; i++) {
        struct peer_offer *offer = &peer->offers[i];
        struct stat status;
        if (!is_described(offer))
            continue;
        if (!look(offer, &status)) {
            miss(peer, offer, false);
            continue;
        }
        bool settled = is_same(&status, &offer->seen), back = offer->state == OFFER_GONE;
        offer->seen = status;
        if (!back)
            offer->state = OFFER_READY;
        if (settled && (back || !is_same(&status, &offer->described)))
            offer_again(peer, offer);
    }
}

void offers_changed(struct peer *peer, char *line)
{
    for (int i = 0; i < PEER_OFFERS; i++) {
        struct peer_offer *offer = &peer->offers[i];
        struct stat status;
        if (!is_described(offer) || strcmp(offer->what.card.id, line) != 0)
            continue;
        if (look(offer, &status))
            offer_again(peer, offer);
        else
            miss(peer, offer, true);
        return;
    }
}
