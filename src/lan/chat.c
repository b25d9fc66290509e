/* Announcing ourselves, and what is learnt and shown of what others send. Runs in the peer's main process. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/harmless.h"
#include "base/log.h"
#include "base/hash.h"
#include "base/lookalike.h"
#include "base/unicode.h"
#include "lan/peer.h"
#include "lan/screen.h"

#define SHOWN_MAX 4000 /* bytes of one datagram */

void chat_announce(struct peer *peer)
{
    peer->last_announce = peer->now;
    peer->next_announce = peer->now + peer->options->period * SECOND;
    multicast_send_kind(peer, DATAGRAM_ANNOUNCE);
    multicast_send_kind(peer, DATAGRAM_PEER);
    offers_announce(peer);
}

/* Somebody ought to know of us soon; but a question a second is all that anyone gets answered. */
static void announce_soon(struct peer *peer)
{
    int64_t soonest = peer->last_announce + SECOND;
    if (peer->brief)
        return;
    if (soonest < peer->now + SECOND / 50)
        soonest = peer->now + SECOND / 50;
    if (soonest < peer->next_announce)
        peer->next_announce = soonest;
}

void chat_leave(struct peer *peer)
{
    if (!peer->brief)
        multicast_send_kind(peer, DATAGRAM_BYE);
}

/* What has come lately, so that a datagram that comes by two ways (both ends may have several interfaces
 * on one LAN) is shown once, and one that was sent twice is shown twice: by each way it comes as often as it
 * was sent, so what counts is the way by which it came most often. */
static bool is_first(const char *bytes, size_t length, const struct net_address *from, int via, int64_t now)
{
    static struct heard {
        uint32_t hash;
        int64_t last;
        int shown;
        struct {
            uint32_t name;
            int count;
        } ways[GROUP_INTERFACES];
    } heard[64];
    char place[NET_TEXT_SIZE + 8];
    struct text way;
    uint32_t hash = HASH32_START;
    for (size_t i = 0; i < length; i++)
        hash = hash32_add(hash, (unsigned char)bytes[i]);
    net_format_host(from, place); /* not the port: each --send has another */
    text_init(&way, place + strlen(place), 8);
    text_addf(&way, "/%d", via);

    struct heard *entry = &heard[0];
    for (int i = 0; i < 64; i++) {
        if (heard[i].hash == hash && now - heard[i].last < SECOND) {
            entry = &heard[i];
            break;
        }
        if (heard[i].last < entry->last)
            entry = &heard[i];
    }
    if (entry->hash != hash || now - entry->last >= SECOND)
        memset(entry, 0, sizeof *entry);
    entry->hash = hash;
    entry->last = now;
    uint32_t name = text_hash_name(place) | 1;
    for (int i = 0; i < GROUP_INTERFACES; i++) {
        if (entry->ways[i].name && entry->ways[i].name != name)
            continue;
        entry->ways[i].name = name;
        if (++entry->ways[i].count <= entry->shown)
            return false;
        entry->shown++;
        return true;
    }
    return false;
}

static void show(const char *prefix, const char *between, const char *bytes, size_t length)
{
    char line[SHOWN_MAX * 3 + 200];
    struct text text;
    size_t end = length > SHOWN_MAX ? text_boundary(bytes, length, SHOWN_MAX) : length;
    text_init(&text, line, sizeof line);
    text_add(&text, prefix);
    text_add(&text, between);
    harmless_add_readable(&text, bytes, end);
    if (end < length)
        text_addf(&text, " [and %zu bytes more]", length - end);
    screen_show("%s", line);
}

static void show_raw(const char *bytes, size_t length, const struct net_address *from)
{
    char host[NET_TEXT_SIZE];
    net_format_host(from, host);
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    show(host, " :> ", bytes, length);
}

/* A private message that a script sent to the port which all peers of this host share may be another's. */
static bool pass_on(struct peer *peer, const struct datagram *datagram, const char *bytes, size_t length)
{
    struct roster_peer *other = roster_find(peer->roster, datagram->recipient);
    if (!other || !other->native || !group_is_here(peer->group, &other->address))
        return false;
    return !group_send_to(peer->group, other->via, &other->address, bytes, length);
}

static void take_message(struct peer *peer, const struct datagram *datagram, const char *bytes, size_t length,
                         const struct net_address *from, int via, enum group_way way)
{
    bool mine = unicode_is_same(datagram->recipient, peer->options->name);
    if (!mine && strcmp(datagram->recipient, "*") != 0) {
        if (way == GROUP_SHARED)
            pass_on(peer, datagram, bytes, length);
        return;
    }
    if (!is_first(bytes, length, from, via, peer->now))
        return;
    /* No name has a colon, so nobody can make the one look like the other. */
    char name[NAME_PEER_MAX + 16];
    snprintf(name, sizeof name, "%s%s", mine ? "private: " : "", datagram->sender);
    show(name, " > ", datagram->text, datagram->text_length);
    struct roster_peer *sender = roster_find(peer->roster, datagram->sender);
    if (sender && sender->heard && !sender->warned && !net_same_host(&sender->address, from) &&
        !group_is_here(peer->group, from)) {
        char host[NET_TEXT_SIZE], known[NET_TEXT_SIZE];
        net_format_host(from, host);
        net_format_host(&sender->address, known);
        sender->warned = true;
        screen_show("note: that came from %s, but %s is at %s", host, sender->name, known);
    }
}

static void take_own_name(struct peer *peer, const struct net_address *from)
{
    char host[NET_TEXT_SIZE];
    if (peer->brief || (peer->name_warned && peer->now - peer->name_warned < 60 * SECOND))
        return;
    peer->name_warned = peer->now;
    net_format_host(from, host);
    screen_show("your name %s is also used at %s", peer->options->name, host);
    announce_soon(peer); /* so that the other learns it too */
}

/* Nobody can forbid a name here; but its readers should know. */
static void warn_of_lookalike(struct peer *peer, const struct roster_peer *newcomer)
{
    const char *like = lookalike_are(peer->options->name, newcomer->name) ? peer->options->name : NULL;
    for (struct roster_peer *one = NULL; !like && (one = roster_next(peer->roster, one));)
        if (one != newcomer && lookalike_are(one->name, newcomer->name))
            like = one->name;
    if (like)
        screen_show("note: this %s is not %s, whose name looks the same", newcomer->name, like);
}

static void take_announce(struct peer *peer, const struct datagram *datagram, const struct net_address *from, int via)
{
    struct roster_peer *known;
    char host[NET_TEXT_SIZE], before[NET_TEXT_SIZE] = "";
    /* A peer that only sends something looks for its recipient, and tells nobody. */
    if (peer->brief) {
        roster_hear(peer->roster, datagram->sender, from, via, peer->now, &known);
        return;
    }
    if (unicode_is_same(datagram->sender, peer->options->name)) {
        take_own_name(peer, from);
        return;
    }
    known = roster_find(peer->roster, datagram->sender);
    if (known)
        net_format_host(&known->address, before);
    net_format_host(from, host);
    switch (roster_hear(peer->roster, datagram->sender, from, via, peer->now, &known)) {
    case ROSTER_SAME:
        break;
    case ROSTER_NEW:
        screen_show("new peer %s at %s", known->name, host);
        warn_of_lookalike(peer, known);
        announce_soon(peer);
        break;
    case ROSTER_MOVED:
        screen_show("%s is now at %s (was at %s)", known->name, host, before);
        break;
    case ROSTER_TAKEN:
        /* By the other way of the same machine? Its ID comes next. */
        if (!known->warned && !known->rival_since) {
            known->rival = *from;
            known->rival_since = peer->now;
        }
        break;
    case ROSTER_FULL:
        break;
    }
}

static void take_peer(struct peer *peer, const struct datagram *datagram, const struct net_address *from)
{
    struct roster_peer *known = roster_find(peer->roster, datagram->sender);
    const char *id = datagram->card.id;
    if (!known || !known->heard)
        return;
    if (net_same_host(&known->address, from) && net_port(&known->address) == net_port(from)) {
        known->native = true;
        text_copy(known->id, sizeof known->id, id);
    } else if (*id && strcmp(known->id, id) == 0 && net_same_host(&known->rival, from)) {
        known->rival_since = 0;
    }
}

/* Names that were announced from two addresses, and not by one peer. */
static void tell_rivals(struct peer *peer)
{
    for (struct roster_peer *one = NULL; (one = roster_next(peer->roster, one));) {
        char host[NET_TEXT_SIZE], known[NET_TEXT_SIZE];
        if (!one->rival_since || peer->now - one->rival_since < SECOND)
            continue;
        net_format_host(&one->rival, host);
        net_format_host(&one->address, known);
        screen_show("%s is also used at %s; messages go to %s", one->name, host, known);
        one->warned = true;
        one->rival_since = 0;
    }
}

static void take_bye(struct peer *peer, const struct datagram *datagram, const struct net_address *from)
{
    struct roster_peer *known = roster_find(peer->roster, datagram->sender);
    /* Only from where it announced itself: nobody says good-bye for another. */
    if (!known || !known->heard || !net_same_host(&known->address, from) || net_port(&known->address) != net_port(from))
        return;
    screen_show("%s has left", known->name);
    index_forget(peer->index, known->name, from);
    roster_remove(peer->roster, known);
}

static void take_offer(struct peer *peer, const struct datagram *datagram, const struct net_address *from)
{
    char size[SIZE_TEXT];
    const struct datagram_card *card = &datagram->card;
    if (!index_add(peer->index, datagram->sender, from, card, peer->now) || peer->brief)
        return;
    screen_show("%s offers %s (%s%s%s)", datagram->sender, card->name, size_text(card->size, size),
                card->tree ? ", folder" : "", card->password ? ", password" : "");
}

void chat_take(struct peer *peer, const char *bytes, size_t length, const struct net_address *from, int via,
               enum group_way way)
{
    struct datagram datagram;
    long dropped;
    if (group_is_own(peer->group, from))
        return;
    if (!flood_allows(&peer->flood, from, peer->now, &dropped)) {
        char host[NET_TEXT_SIZE];
        net_format_host(from, host);
        if (dropped)
            log_warning("%s floods: datagrams from there are being dropped", host);
        return;
    }
    datagram_read(bytes, length, &datagram);
    /* What a machine without an address says is shown; there is nobody to be remembered. */
    if (datagram.kind != DATAGRAM_RAW && datagram.kind != DATAGRAM_MESSAGE && !net_is_answerable(from))
        return;
    switch (datagram.kind) {
    case DATAGRAM_RAW:
        if (!peer->brief && is_first(bytes, length, from, via, peer->now))
            show_raw(bytes, length, from);
        break;
    case DATAGRAM_ANNOUNCE:
        take_announce(peer, &datagram, from, via);
        break;
    case DATAGRAM_MESSAGE:
        if (!peer->brief)
            take_message(peer, &datagram, bytes, length, from, via, way);
        break;
    case DATAGRAM_PEER:
        take_peer(peer, &datagram, from);
        break;
    case DATAGRAM_WHO:
        announce_soon(peer);
        break;
    case DATAGRAM_BYE:
        take_bye(peer, &datagram, from);
        break;
    case DATAGRAM_OFFER:
        take_offer(peer, &datagram, from);
        break;
    case DATAGRAM_WITHDRAW:
        index_withdraw(peer->index, from, datagram.card.id);
        break;
    case DATAGRAM_CAST:
        casts_invited(peer, &datagram, from, via);
        break;
    case DATAGRAM_IGNORED:
        break;
    }
}

void chat_expire(struct peer *peer)
{
    struct roster_peer *gone;
    while ((gone = roster_expired(peer->roster, peer->now))) {
        if (gone->heard) {
            screen_show("%s is gone", gone->name);
            index_forget(peer->index, gone->name, &gone->address);
        }
        roster_remove(peer->roster, gone);
    }
    index_expire(peer->index, peer->now);
    tell_rivals(peer);
}
