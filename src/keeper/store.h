/* What the keeper knows: accounts, and channels that are registered. In its memory, and as the text of its file. */
#ifndef FORKCHAT_KEEPER_STORE_H
#define FORKCHAT_KEEPER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scram.h"
#include "world/world.h"

/* As many as there may be. */
#define STORE_ACCOUNTS 20000u
#define STORE_CHANNELS 5000u

/* Bytes of what is kept of a channel, with the zero byte. */
#define STORE_CHANNEL_TEXT 7000

enum account_flag {
    ACCOUNT_FREE_NICK = 1u << 0, /* others may use the nick of that name */
    ACCOUNT_ALWAYS_ON = 1u << 1, /* stays when its last connection has gone */
};

struct account {
    char name[ACCOUNT_SIZE];
    int64_t created_at; /* seconds since 1970 */
    uint32_t flags;     /* enum account_flag */
    struct scram_verifier verifier;
    uint32_t next; /* among those whose names hash to the same */
    bool used;
};

struct kept_channel {
    char name[CHANNEL_SIZE];
    char founder[ACCOUNT_SIZE];
    int64_t created_at;
    char *access; /* "alice:o,bob:v": who has which status there by account */
    char *text;   /* topic, modes and the like, as chat/kept.c writes them: one line */
    uint32_t next;
    bool used;
};

struct store;

/* Empty, but for a secret of its own. Exits if there is no memory. */
struct store *store_new(void);
void store_free(struct store *store);

/* What makes the salts of accounts that do not exist: SHA256_SIZE bytes. */
const unsigned char *store_secret(const struct store *store);

/* ---- accounts: a pointer is valid until the next is added ---- */

/* The account of that name, however somebody typed it; one that looks like it and is another; or NULL. */
struct account *store_find(const struct store *store, const char *name);
struct account *store_find_alike(const struct store *store, const char *name);

/* Whether it may be the name of an account: of a nick, and shorter than ACCOUNT_SIZE. */
bool store_is_name(const char *name);

/* Adds one of whose name there is none, and which may be one. NULL if there is no room. */
struct account *store_add(struct store *store, const struct account *account);

/* The channels that were its own go as well. */
void store_remove(struct store *store, struct account *account);

/* The first from number *at on, which is moved behind it; NULL behind the last. */
struct account *store_next(const struct store *store, uint32_t *at);

/* ---- channels ---- */

struct kept_channel *store_find_channel(const struct store *store, const char *name);
struct kept_channel *store_add_channel(struct store *store, const char *name, const char *founder, int64_t created_at);
bool store_set_text(struct kept_channel *channel, const char *text);

/* Gives the account that status there: o, v, or '-' for none. False if there is no room. */
#define STORE_ACCESS 2000
bool store_set_access(struct kept_channel *channel, const char *account, char status);
bool store_is_access(const char *access);
void store_remove_channel(struct store *store, struct kept_channel *channel);
struct kept_channel *store_next_channel(const struct store *store, uint32_t *at);

/* Lines of a file that nobody could read: they are written again as they are, behind all others. */
void store_keep_line(struct store *store, const char *line);
const char *store_kept_lines(const struct store *store);

/* ---- as text: store_text.c ---- */

/* Takes what a file says, which is written to meanwhile. What is no line of ours is told to `complain` with its
 * number, and kept. */
void store_read(struct store *store, char *text, void (*complain)(void *context, int line), void *context);

/* All of it, to be freed; NULL if there is no memory. */
char *store_write(const struct store *store, size_t *length);

#endif
