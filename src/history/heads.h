/* Heads: the last record of each key, where its chain begins. */
#ifndef FORKCHAT_HISTORY_HEADS_H
#define FORKCHAT_HISTORY_HEADS_H

#include <stddef.h>
#include <stdint.h>

struct head {
    char *key;
    uint64_t hash;
    uint64_t last; /* the position of its last record; 0: it has none any more */
};

struct heads {
    struct head *list; /* a hash with open places, a power of two */
    size_t room, count;
};

uint64_t heads_hash(const char *key);

/* The head of that key, or NULL; heads_make makes it, or returns NULL if there is no memory. The pointer is good until
 * the next heads_make. */
struct head *heads_find(const struct heads *heads, const char *key);
struct head *heads_make(struct heads *heads, const char *key);

/* Forgets those whose last record is before that position. */
void heads_forget(struct heads *heads, uint64_t position);

void heads_free(struct heads *heads);

#endif
