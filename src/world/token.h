/* Tokens: who shows one is the user it was given to, and comes back after a broken connection. The tables hold only
 * what a token hashes to; one is good for one use. */
#ifndef FORKCHAT_WORLD_TOKEN_H
#define FORKCHAT_WORLD_TOKEN_H

#include "connections.h"

/* 128 random bits in letters and digits, with the zero byte. */
#define TOKEN_SIZE 27

struct token {
    char text[TOKEN_SIZE];
    unsigned char hash[TOKEN_HASH_SIZE];
};

/* A new one. Returns 0, or -1 and errno if the system gives no random bytes. */
int token_make(struct token *token);

/* The one that somebody typed, in whatever case; false if it cannot be one. */
bool token_read(struct token *token, const char *text);

/* The connection's user can come back with that token if the connection ends as `when` says; with what it was given
 * before no longer. */
void token_give_locked(struct world *world, uint32_t connection, const struct token *token,
                       enum connection_return when);

/* One that hashes so, of a connection that was lost before `position`. False if there is no room for it. */
bool token_restore_locked(struct world *world, uint32_t user, const unsigned char hash[TOKEN_HASH_SIZE],
                          uint64_t position);

/* The connection's token is no good any more. */
void token_drop_locked(struct world *world, uint32_t connection);

/* The same for one of a user's, whoever has it. */
void token_forget_locked(struct world *world, uint32_t user, uint32_t which);

/* The user it was given to, and which of theirs it is; NONE if it is nobody's. token_look may be wrong: it walks over
 * all users, and therefore without the lock; token_check_locked makes sure. */
uint32_t token_look(const struct world *world, const struct token *token);
bool token_check_locked(const struct world *world, const struct token *token, uint32_t user, uint32_t *which);

/* The connection that has it, or NONE if that is lost. */
uint32_t token_connection_locked(const struct world *world, uint32_t user, uint32_t which);

#endif
