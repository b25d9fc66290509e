/* Those who left or took another nick: the last of them, for WHOWAS. */
#ifndef FORKCHAT_WORLD_WHOWAS_H
#define FORKCHAT_WORLD_WHOWAS_H

#include "world.h"

/* So many are remembered; a new one takes the place of the oldest. */
#define WHOWAS 1024u

/* But no more of one user among so many: further ones take the place of that user's last, so that nobody can have all
 * the others forgotten by taking one nick after the other. */
#define WHOWAS_OF_ONE    16u
#define WHOWAS_LOOKED_AT 64u

struct whowas_shm {
    int64_t left_at; /* ms since 1970 */
    uint32_t user, generation;
    char nick[NICK_SIZE];
    char username[USERNAME_SIZE];
    char host[HOST_SIZE];
    char realname[REALNAME_SIZE];
    char account[ACCOUNT_SIZE];
};

/* Remembers the user as they are now. */
void whowas_add_locked(struct world *world, uint32_t user);

/* Ends the texts of a copy, as user_seal. */
void whowas_seal(struct whowas_shm *copy);

/* Walks back in time: the record before *at, which starts as UINT64_MAX; NULL after the oldest. */
const struct whowas_shm *whowas_before_locked(const struct world *world, uint64_t *at);

#endif
