/* Heads. Run by the archivist; no shared memory. */
#include "heads.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

uint64_t heads_hash(const char *key)
{
    uint64_t sum = HASH64_START;
    for (; *key; key++)
        sum = hash64_add(sum, (unsigned char)*key);
    return sum ^ sum >> 32;
}

/* The place of that key, or the one where it would be put. */
static struct head *place(const struct heads *heads, const char *key, uint64_t hash)
{
    size_t at = hash & (heads->room - 1);
    while (heads->list[at].key && (heads->list[at].hash != hash || strcmp(heads->list[at].key, key) != 0))
        at = (at + 1) & (heads->room - 1);
    return &heads->list[at];
}

struct head *heads_find(const struct heads *heads, const char *key)
{
    if (heads->room == 0)
        return NULL;
    struct head *head = place(heads, key, heads_hash(key));
    return head->key ? head : NULL;
}

/* Moves all whose last record is not before `position` to a table of that size. */
static bool rebuild(struct heads *heads, size_t room, uint64_t position)
{
    struct heads fresh = {.list = calloc(room, sizeof *fresh.list), .room = room};
    if (!fresh.list)
        return false;
    for (size_t i = 0; i < heads->room; i++) {
        struct head *head = &heads->list[i];
        if (!head->key)
            continue;
        if (head->last < position) {
            free(head->key);
            continue;
        }
        *place(&fresh, head->key, head->hash) = *head;
        fresh.count++;
    }
    free(heads->list);
    *heads = fresh;
    return true;
}

struct head *heads_make(struct heads *heads, const char *key)
{
    struct head *found = heads_find(heads, key);
    if (found)
        return found;
    if (heads->count * 2 >= heads->room && !rebuild(heads, heads->room ? heads->room * 2 : 64, 0))
        return NULL;
    uint64_t hash = heads_hash(key);
    char *own = strdup(key);
    if (!own)
        return NULL;
    found = place(heads, key, hash);
    *found = (struct head){.key = own, .hash = hash};
    heads->count++;
    return found;
}

void heads_forget(struct heads *heads, uint64_t position)
{
    if (heads->room)
        rebuild(heads, heads->room, position);
}

void heads_free(struct heads *heads)
{
    for (size_t i = 0; i < heads->room; i++)
        free(heads->list[i].key);
    free(heads->list);
    *heads = (struct heads){0};
}
