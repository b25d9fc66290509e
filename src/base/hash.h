/* FNV-1a: a hash for tables, one unit after the other. A client that can choose what is hashed finds collisions; a
 * start that nobody outside knows keeps it from that. http://www.isthe.com/chongo/tech/comp/fnv/ */
#ifndef FORKCHAT_BASE_HASH_H
#define FORKCHAT_BASE_HASH_H

#include <stdint.h>

#define HASH32_START UINT32_C(2166136261)
#define HASH64_START UINT64_C(14695981039346656037)

/* The hash so far with one unit more, usually a byte. Signal-safe. */
static inline uint32_t hash32_add(uint32_t hash, uint32_t unit)
{
    return (hash ^ unit) * UINT32_C(16777619);
}

static inline uint64_t hash64_add(uint64_t hash, uint64_t unit)
{
    return (hash ^ unit) * UINT64_C(1099511628211);
}

#endif
