/* Where a client behind a proxy says that it comes from: its worker asks the supervisor, which counts clients and knows
 * the bans, whether anybody may come in from there. One place for each connection's slot; an answer is for the worker
 * that asked.
 *
 * Written without the lock, and not in the journal: a question that is lost with a supervisor is asked again. */
#ifndef FORKCHAT_WORLD_ORIGINS_H
#define FORKCHAT_WORLD_ORIGINS_H

#include "world.h"

/* Bytes of why it may not, with the zero byte. */
#define ORIGIN_WHY_SIZE 200

size_t origins_size(const struct world_limits *limits);

/* Worker: asks, for its own slot; the caller then calls the supervisor. answered: whether there is an answer, and in
 * *granted which; if it is no, `why` says why not. */
void origin_ask(struct world *world, uint32_t connection, const unsigned char host[16]);
bool origin_answered(const struct world *world, uint32_t connection, bool *granted, char why[ORIGIN_WHY_SIZE]);

/* Supervisor: whether that slot asks, and from where; the answer, NULL if it may come in; and, before a worker begins,
 * that nothing was asked yet. */
bool origin_asked(const struct world *world, uint32_t connection, unsigned char host[16]);
void origin_answer(struct world *world, uint32_t connection, const char *why);
void origin_clear(struct world *world, uint32_t connection);

#endif
