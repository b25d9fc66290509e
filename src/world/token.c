/* Tokens. Written by workers, for their own connection, under the lock; nothing is hashed while it is held. */
#include "token.h"

#include <string.h>

#include "base/port.h"
#include "base/sha256.h"
#include "layout.h"

#define TOKEN_BITS 128

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

static void hash(struct token *token)
{
    struct sha256 sum;
    unsigned char digest[SHA256_SIZE];
    sha256_start(&sum);
    sha256_add(&sum, token->text, TOKEN_SIZE - 1);
    sha256_finish(&sum, digest);
    memcpy(token->hash, digest, sizeof token->hash);
}

int token_make(struct token *token)
{
    unsigned char bytes[TOKEN_BITS / 8 + 1] = {0}; /* the last digit takes bits beyond them */
    if (port_random(bytes, TOKEN_BITS / 8))
        return -1;
    for (unsigned i = 0; i < TOKEN_SIZE - 1; i++) {
        unsigned bit = i * 5, pair = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + (bit / 8 < TOKEN_BITS / 8)];
        token->text[i] = digits[pair >> (11 - bit % 8) & 31];
    }
    token->text[TOKEN_SIZE - 1] = '\0';
    hash(token);
    return 0;
}

bool token_read(struct token *token, const char *text)
{
    if (strlen(text) != TOKEN_SIZE - 1)
        return false;
    for (unsigned i = 0; i < TOKEN_SIZE; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
        if (!strchr(digits, c))
            return false;
        token->text[i] = c;
    }
    hash(token);
    return true;
}

/* One of the user's tokens that none of their connections has: there are as many as there can be connections. */
static uint32_t pick(const struct world *world, uint32_t user)
{
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(world, user, list), best = NONE;
    const struct token_shm *tokens = world->users[user].tokens;
    for (uint32_t i = 0; i < USER_CONNECTIONS; i++) {
        bool taken = false;
        for (uint32_t k = 0; k < count; k++)
            taken = taken || world->connections[list[k]].token == i;
        if (!taken && (best == NONE || tokens[i].position < tokens[best].position))
            best = i; /* of those that were lost, the one that was lost first */
    }
    return best;
}

void token_give_locked(struct world *world, uint32_t connection, const struct token *token, enum connection_return when)
{
    uint32_t user = world->connections[connection].user, which = world->connections[connection].token;
    if (which >= USER_CONNECTIONS)
        which = pick(world, user);
    if (which == NONE)
        return;
    struct token_shm *shm = &world->users[user].tokens[which];
    txn_save(world->txn, shm, sizeof *shm);
    shm->position = 0;
    memcpy(shm->hash, token->hash, sizeof shm->hash);
    connection_set_return_locked(world, connection, when, which);
}

bool token_restore_locked(struct world *world, uint32_t user, const unsigned char hash[TOKEN_HASH_SIZE],
                          uint64_t position)
{
    for (uint32_t i = 0; i < USER_CONNECTIONS; i++) {
        struct token_shm *shm = &world->users[user].tokens[i];
        if (shm->position != 0)
            continue;
        txn_save(world->txn, shm, sizeof *shm);
        shm->position = position;
        memcpy(shm->hash, hash, sizeof shm->hash);
        return true;
    }
    return false;
}

void token_forget_locked(struct world *world, uint32_t user, uint32_t which)
{
    struct token_shm *shm = &world->users[user].tokens[which];
    txn_save(world->txn, shm, sizeof *shm);
    *shm = (struct token_shm){0};
}

void token_drop_locked(struct world *world, uint32_t connection)
{
    uint32_t which = world->connections[connection].token;
    if (which >= USER_CONNECTIONS)
        return;
    token_forget_locked(world, world->connections[connection].user, which);
    connection_set_return_locked(world, connection, RETURN_NEVER, NONE);
}

bool token_check_locked(const struct world *world, const struct token *token, uint32_t user, uint32_t *which)
{
    if (user >= world->limits.users || world->users[user].state != USER_PRESENT)
        return false;
    for (*which = 0; *which < USER_CONNECTIONS; ++*which)
        if (memcmp(world->users[user].tokens[*which].hash, token->hash, TOKEN_HASH_SIZE) == 0)
            return true;
    return false;
}

uint32_t token_look(const struct world *world, const struct token *token)
{
    uint32_t end = world_users_end_locked(world), which;
    for (uint32_t i = 0; i < end; i++)
        if (token_check_locked(world, token, i, &which))
            return i;
    return NONE;
}

uint32_t token_connection_locked(const struct world *world, uint32_t user, uint32_t which)
{
    for (uint32_t at = NONE; (at = connection_next_locked(world, user, at)) != NONE;)
        if (world->connections[at].token == which)
            return at;
    return NONE;
}
