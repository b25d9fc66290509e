/* The roster: a small sorted array. Runs in the peer's main process, which alone writes it.
 *
 * A name belongs to the first address that announces it, as long as it goes on announcing. An announcement
 * from elsewhere changes nothing before half of the lifetime has passed in silence: otherwise anyone could
 * turn another's mail to himself by announcing once. */
#include "lan/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/unicode.h"

#define FILE_MAX ((size_t)1 << 17)

struct roster {
    struct roster_peer peers[ROSTER_MAX];
    int count;
    bool changed; /* since it was read or written */
    int64_t lifetime;
};

struct roster *roster_open(int64_t lifetime)
{
    struct roster *roster = calloc(1, sizeof *roster);
    if (roster)
        roster->lifetime = lifetime;
    return roster;
}

void roster_close(struct roster *roster)
{
    free(roster);
}

struct roster_peer *roster_find(struct roster *roster, const char *name)
{
    for (int i = 0; i < roster->count; i++)
        if (unicode_is_same(roster->peers[i].name, name))
            return &roster->peers[i];
    return NULL;
}

struct roster_peer *roster_next(struct roster *roster, const struct roster_peer *after)
{
    struct roster_peer *next = after ? roster->peers + (after - roster->peers) + 1 : roster->peers;
    return next < roster->peers + roster->count ? next : NULL;
}

static bool host_has_room(const struct roster *roster, const struct net_address *host)
{
    int names = 0;
    for (int i = 0; i < roster->count; i++)
        names += net_same_host(&roster->peers[i].address, host);
    return names < ROSTER_MAX_PER_HOST;
}

static struct roster_peer *insert(struct roster *roster, const char *name, const struct net_address *address)
{
    if (roster->count == ROSTER_MAX || !host_has_room(roster, address))
        return NULL;
    int at = 0;
    while (at < roster->count && strcmp(roster->peers[at].name, name) < 0)
        at++;
    struct roster_peer *peer = &roster->peers[at];
    memmove(peer + 1, peer, (size_t)(roster->count - at) * sizeof *peer);
    roster->count++;
    roster->changed = true;
    memset(peer, 0, sizeof *peer);
    text_copy(peer->name, sizeof peer->name, name);
    peer->address = *address;
    return peer;
}

enum roster_news roster_hear(struct roster *roster, const char *name, const struct net_address *from, int via,
                             int64_t now, struct roster_peer **peer)
{
    enum roster_news news = ROSTER_SAME;
    struct roster_peer *known = *peer = roster_find(roster, name);
    if (!known) {
        known = *peer = insert(roster, name, from);
        if (!known)
            return ROSTER_FULL;
        news = ROSTER_NEW;
    } else if (!known->heard) {
        news = ROSTER_NEW;
    } else if (!net_same_host(&known->address, from)) {
        if (now - known->last < roster->lifetime / 2)
            return ROSTER_TAKEN;
        news = ROSTER_MOVED;
    }
    if (!net_same_host(&known->address, from))
        roster->changed = true;
    if (net_port(&known->address) != net_port(from) || news != ROSTER_SAME) {
        known->native = known->warned = false;
        known->rival_since = 0;
        known->id[0] = '\0';
    }
    known->address = *from;
    known->via = via;
    known->last = now;
    known->heard = true;
    return news;
}

void roster_remove(struct roster *roster, struct roster_peer *peer)
{
    int at = (int)(peer - roster->peers);
    roster->count--;
    memmove(peer, peer + 1, (size_t)(roster->count - at) * sizeof *peer);
    roster->changed = true;
}

struct roster_peer *roster_expired(struct roster *roster, int64_t now)
{
    for (int i = 0; i < roster->count; i++)
        if (now - roster->peers[i].last > roster->lifetime)
            return &roster->peers[i];
    return NULL;
}

static void load_line(struct roster *roster, const char *line, uint16_t port, int64_t now)
{
    const char *colon = strchr(line, ':');
    char where[NET_TEXT_SIZE + 16];
    struct net_address address;
    struct text text;
    if (!colon || !name_is_peer(line, (size_t)(colon - line)))
        return;
    text_init(&text, where, sizeof where);
    text_addf(&text, strchr(colon + 1, ':') ? "[%s]:%u" : "%s:%u", colon + 1, port);
    if (text.cut || net_parse(where, &address) || !net_is_answerable(&address))
        return;
    char name[NAME_PEER_MAX + 1];
    memcpy(name, line, (size_t)(colon - line));
    name[colon - line] = '\0';
    if (roster_find(roster, name))
        return;
    struct roster_peer *peer = insert(roster, name, &address);
    if (peer)
        peer->last = now;
}

int roster_load(struct roster *roster, const char *path, uint16_t port, int64_t now)
{
    char *bytes = fd_read_file(path, FILE_MAX, NULL);
    if (!bytes)
        return errno == ENOENT ? 0 : -1;
    for (char *line = bytes; *line;) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] != '\0');
        line[length] = '\0';
        load_line(roster, line, port, now);
        line = next;
    }
    free(bytes);
    roster->changed = false;
    return 0;
}

int roster_save(struct roster *roster, const char *path)
{
    if (!roster->changed)
        return 0;
    char *bytes = malloc(FILE_MAX);
    if (!bytes)
        return -1;
    struct text text;
    text_init(&text, bytes, FILE_MAX);
    for (int i = 0; i < roster->count; i++) {
        char host[NET_TEXT_SIZE];
        net_format_host(&roster->peers[i].address, host);
        text_addf(&text, "%s:%s\n", roster->peers[i].name, host);
    }
    int result = fd_replace_file(path, bytes, text.length, 0600);
    int error = errno;
    free(bytes);
    errno = error;
    if (!result)
        roster->changed = false;
    return result;
}
