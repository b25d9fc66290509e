/* The index of offers: a bounded array in order of arrival. Runs in the peer's main process. */
#include "lan/index.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"

struct index {
    struct index_entry entries[INDEX_MAX];
    int count;
    int64_t lifetime;
};

struct index *index_open(int64_t lifetime)
{
    struct index *index = calloc(1, sizeof *index);
    if (index)
        index->lifetime = lifetime;
    return index;
}

void index_close(struct index *index)
{
    free(index);
}

/* An announcement may speak only for the host it comes from: nobody is sent to a third one. */
static bool speaks_for_itself(const struct net_address *from, const struct datagram_card *card)
{
    struct net_address named;
    char text[NET_TEXT_SIZE];
    struct text place;
    text_init(&place, text, sizeof text);
    text_addf(&place, strchr(card->address, ':') ? "[%s]:%u" : "%s:%u", card->address, card->port);
    return !net_parse(text, &named) && net_same_host(&named, from);
}

/* Is it announced from another address too, by the first `count` entries? */
static bool is_known(const struct index *index, int count, const char *peer, const struct datagram_card *card)
{
    for (int i = 0; i < count; i++) {
        const struct index_entry *entry = &index->entries[i];
        if (strcmp(entry->card.id, card->id) == 0 && strcmp(entry->card.hash, card->hash) == 0 &&
            strcmp(entry->card.name, card->name) == 0 && strcmp(entry->peer, peer) == 0)
            return true;
    }
    return false;
}

bool index_add(struct index *index, const char *peer, const struct net_address *from, const struct datagram_card *card,
               int64_t now)
{
    int of_host = 0;
    if (!speaks_for_itself(from, card))
        return false;
    for (int i = 0; i < index->count; i++) {
        struct index_entry *entry = &index->entries[i];
        if (!net_same_host(&entry->source, from))
            continue;
        of_host++;
        if (strcmp(entry->card.id, card->id) == 0 && strcmp(entry->peer, peer) == 0) {
            entry->card = *card;
            entry->source = *from;
            entry->last = now;
            return false;
        }
    }
    if (index->count == INDEX_MAX || of_host == INDEX_MAX_PER_HOST)
        return false;
    bool known = is_known(index, index->count, peer, card);
    struct index_entry *entry = &index->entries[index->count++];
    memset(entry, 0, sizeof *entry);
    text_copy(entry->peer, sizeof entry->peer, peer);
    entry->source = *from;
    entry->card = *card;
    entry->last = now;
    return !known;
}

static void remove_at(struct index *index, int at)
{
    index->count--;
    memmove(&index->entries[at], &index->entries[at + 1], (size_t)(index->count - at) * sizeof index->entries[0]);
}

void index_withdraw(struct index *index, const struct net_address *from, const char *id)
{
    for (int i = index->count - 1; i >= 0; i--)
        if (strcmp(index->entries[i].card.id, id) == 0 && net_same_host(&index->entries[i].source, from))
            remove_at(index, i);
}

void index_forget(struct index *index, const char *peer, const struct net_address *from)
{
    for (int i = index->count - 1; i >= 0; i--)
        if (strcmp(index->entries[i].peer, peer) == 0 && net_same_host(&index->entries[i].source, from))
            remove_at(index, i);
}

void index_expire(struct index *index, int64_t now)
{
    for (int i = index->count - 1; i >= 0; i--)
        if (now - index->entries[i].last > index->lifetime)
            remove_at(index, i);
}

static bool fulfils(const struct index_entry *entry, const struct index_query *query)
{
    return unicode_is_same(entry->card.name, query->name) &&
           (!query->peer || unicode_is_same(entry->peer, query->peer)) &&
           (!query->hash || strcmp(entry->card.hash, query->hash) == 0) &&
           (!query->except || strcmp(entry->card.id, query->except) != 0) && (!query->password || entry->card.password);
}

const struct index_entry *index_find(const struct index *index, const struct index_query *query)
{
    const struct index_entry *best = NULL;
    for (int i = 0; i < index->count; i++) {
        const struct index_entry *entry = &index->entries[i];
        if (!fulfils(entry, query))
            continue;
        /* Of names that are the same, one that is the same byte for byte. */
        bool exact = strcmp(entry->card.name, query->name) == 0;
        bool was_exact = best && strcmp(best->card.name, query->name) == 0;
        if (!best || exact > was_exact || (exact == was_exact && entry->last >= best->last))
            best = entry;
    }
    return best;
}

static bool matches(const struct index_entry *entry, const char *pattern)
{
    char both[NAME_PEER_MAX + NAME_FILE_MAX + 2], composed[2 * sizeof both], wanted[2 * sizeof both];
    if (!pattern)
        return true;
    snprintf(both, sizeof both, "%s:%s", entry->peer, entry->card.name);
    unicode_compose(composed, sizeof composed, both);
    unicode_compose(wanted, sizeof wanted, pattern);
    return fnmatch(wanted, strchr(composed, ':') + 1, 0) == 0 || fnmatch(wanted, composed, 0) == 0 ||
           strstr(composed, wanted);
}

const struct index_entry *index_next(const struct index *index, const struct index_entry *after, const char *pattern)
{
    for (int i = after ? (int)(after - index->entries) + 1 : 0; i < index->count; i++)
        if (matches(&index->entries[i], pattern) &&
            !is_known(index, i, index->entries[i].peer, &index->entries[i].card))
            return &index->entries[i];
    return NULL;
}
