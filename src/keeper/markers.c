/* Read markers, in the keeper's own memory: records in an array that grows, and a table of hashes by account, so that
 * those of one account are in one list. */
#include "markers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "base/text.h"

#define BUCKETS 16384u
#define WORDS   4

struct marker {
    char account[ACCOUNT_SIZE];
    char target[CHANNEL_SIZE];
    uint32_t next; /* in the bucket; next free record */
    int64_t time;
};

struct markers {
    struct marker *list;
    uint32_t used, room; /* records ever used; that there is memory for */
    uint32_t count, free;
    uint32_t buckets[BUCKETS];
};

struct markers *markers_new(void)
{
    struct markers *markers = memory_must(calloc(1, sizeof *markers));
    for (uint32_t i = 0; i < BUCKETS; i++)
        markers->buckets[i] = NONE;
    markers->free = NONE;
    return markers;
}

void markers_free(struct markers *markers)
{
    free(markers->list);
    free(markers);
}

uint32_t markers_count(const struct markers *markers)
{
    return markers->count;
}

static uint32_t bucket_of(const char *account)
{
    return text_hash_name(account) % BUCKETS;
}

static struct marker *find(const struct markers *markers, const char *account, const char *target)
{
    for (uint32_t at = markers->buckets[bucket_of(account)]; at != NONE; at = markers->list[at].next)
        if (strcmp(markers->list[at].account, account) == 0 &&
            text_compare_names(markers->list[at].target, target) == 0)
            return &markers->list[at];
    return NULL;
}

int64_t markers_get(const struct markers *markers, const char *account, const char *target)
{
    const struct marker *marker = find(markers, account, target);
    return marker ? marker->time : -1;
}

/* The one of the account that is furthest in the past, if it has as many as it may. */
static struct marker *oldest_if_full(const struct markers *markers, const char *account)
{
    struct marker *oldest = NULL;
    uint32_t count = 0;
    for (uint32_t at = markers->buckets[bucket_of(account)]; at != NONE; at = markers->list[at].next) {
        struct marker *marker = &markers->list[at];
        if (strcmp(marker->account, account) != 0)
            continue;
        count++;
        if (!oldest || marker->time < oldest->time)
            oldest = marker;
    }
    return count < MARKERS_OF_ONE ? NULL : oldest;
}

static uint32_t take_record(struct markers *markers)
{
    uint32_t at = markers->free;
    if (at != NONE) {
        markers->free = markers->list[at].next;
        return at;
    }
    if (markers->used == MARKERS_MOST)
        return NONE;
    if (markers->used == markers->room) {
        markers->room = markers->room ? 2 * markers->room : 64;
        markers->list = memory_must(realloc(markers->list, markers->room * sizeof *markers->list));
    }
    return markers->used++;
}

static struct marker *add(struct markers *markers, const char *account, const char *target)
{
    struct marker *marker = oldest_if_full(markers, account);
    if (!marker) {
        uint32_t at = take_record(markers), *bucket = &markers->buckets[bucket_of(account)];
        if (at == NONE)
            return NULL;
        marker = &markers->list[at];
        marker->next = *bucket;
        *bucket = at;
        markers->count++;
    }
    text_copy(marker->account, sizeof marker->account, account);
    text_copy(marker->target, sizeof marker->target, target);
    marker->time = -1;
    return marker;
}

int64_t markers_set(struct markers *markers, const char *account, const char *target, int64_t time, bool *changed)
{
    struct marker *marker = find(markers, account, target);
    if (!marker)
        marker = add(markers, account, target);
    *changed = marker && marker->time < time;
    if (*changed)
        marker->time = time;
    return marker ? marker->time : -1;
}

void markers_forget(struct markers *markers, const char *account)
{
    for (uint32_t *link = &markers->buckets[bucket_of(account)]; *link != NONE;) {
        uint32_t at = *link;
        struct marker *marker = &markers->list[at];
        if (strcmp(marker->account, account) != 0) {
            link = &marker->next;
            continue;
        }
        *link = marker->next;
        marker->next = markers->free;
        marker->account[0] = '\0';
        markers->free = at;
        markers->count--;
    }
}

bool markers_is_target(const char *target)
{
    return name_is_channel(target) || name_check_nick(target, NICK_SIZE - 1) == NAME_OK;
}

bool markers_is_device(const char *target)
{
    static const char made_of[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    return target[0] == '@' && target[1] && strlen(target) <= MARKERS_DEVICE &&
           !target[1 + strspn(target + 1, made_of)];
}

/* ---- lines ---- */

size_t markers_write_line(char line[MARKER_LINE], const char *account, const char *target, int64_t time)
{
    return (size_t)snprintf(line, MARKER_LINE, "read\t%s\t%s\t%lld\n", account, target, (long long)time);
}

bool markers_read_line(struct markers *markers, const struct store *store, char *line)
{
    char *words[WORDS];
    int count = 0;
    int64_t time;
    bool changed;
    while (count < WORDS && (words[count] = text_next_item(&line, '\t')))
        count++;
    if (count != WORDS || line || strcmp(words[0], "read") != 0 || !store_is_name(words[1]) ||
        !(markers_is_target(words[2]) || markers_is_device(words[2])) || !parse_number(words[3], 0, INT64_MAX, &time))
        return false;
    const struct account *account = store_find(store, words[1]);
    return !account || markers_set(markers, account->name, words[2], time, &changed) >= 0;
}

char *markers_write(const struct markers *markers, size_t *length)
{
    char *bytes = malloc((size_t)markers->count * MARKER_LINE + 1);
    *length = 0;
    for (uint32_t i = 0; bytes && i < markers->used; i++) {
        const struct marker *marker = &markers->list[i];
        if (*marker->account)
            *length += markers_write_line(bytes + *length, marker->account, marker->target, marker->time);
    }
    return bytes;
}
