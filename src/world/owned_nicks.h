/* Nicks that belong to accounts, and may be had by those alone who are logged in to them; and names of channels that
 * are registered. The keeper, who knows the
 * accounts, writes the table without the lock; rules look into it. In no order with anything, and not in the journal:
 * a keeper writes all of it anew when it starts. */
#ifndef FORKCHAT_WORLD_OWNED_NICKS_H
#define FORKCHAT_WORLD_OWNED_NICKS_H

#include "world.h"

/* So many accounts can have one, at most. */
#define OWNED_NICKS 32768u

size_t owned_nicks_size(void);

/* Whether that nick, in whatever case, belongs to an account. */
bool owned_nick_find(const struct world *world, const char *nick);

/* From now on it does, or no longer does; clear: none does. Only by the keeper. */
void owned_nick_add(struct world *world, const char *nick);
void owned_nick_remove(struct world *world, const char *nick);
void owned_nicks_clear(struct world *world);

#endif
