/* The keeper's file: a line for each thing it knows, with tabs between its words.
 *
 *     secret   BASE64
 *     account  NAME  CREATED  FLAGS  ROUNDS  SALT  STORED-KEY  SERVER-KEY
 *     channel  NAME  CREATED  FOUNDER  ACCESS  TEXT
 *
 * Times are in seconds since 1970, bytes in base64. A line that begins with # is a remark, and goes with the next
 * writing; a line that nobody can read is kept, for somebody to mend. Accounts stand before the channels they have. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/unicode.h"

#define WORDS 8

/* Cuts the line at its tabs; the last of `most` words takes the rest. */
static int cut(char *line, char *words[WORDS], int most)
{
    int count = 0;
    while (count < most - 1 && (words[count] = text_next_item(&line, '\t')))
        count++;
    if (count == most - 1 && line)
        words[count++] = line;
    return count;
}

static bool read_bytes(void *to, size_t size, const char *word)
{
    return base64_decode(to, size, word, strlen(word)) == (ssize_t)size;
}

static bool read_secret(struct store *store, char *line)
{
    unsigned char secret[SHA256_SIZE];
    char *words[WORDS];
    if (cut(line, words, 2) != 2 || !read_bytes(secret, sizeof secret, words[1]))
        return false;
    memcpy((unsigned char *)store_secret(store), secret, sizeof secret);
    return true;
}

static bool is_composed(const char *name)
{
    char composed[NICK_SIZE];
    return unicode_compose(composed, sizeof composed, name) && strcmp(composed, name) == 0;
}

static bool read_account(struct store *store, char *line)
{
    struct account account = {.flags = 0};
    struct scram_verifier *verifier = &account.verifier;
    char *words[WORDS];
    int64_t flags, rounds;
    if (cut(line, words, 8) != 8 || !store_is_name(words[1]) || !is_composed(words[1]) ||
        !parse_number(words[2], 0, INT64_MAX / 1000, &account.created_at) ||
        !parse_number(words[3], 0, UINT32_MAX, &flags) || !parse_number(words[4], 1, SCRAM_ROUNDS_MOST, &rounds) ||
        !read_bytes(verifier->salt, sizeof verifier->salt, words[5]) ||
        !read_bytes(verifier->stored_key, sizeof verifier->stored_key, words[6]) ||
        !read_bytes(verifier->server_key, sizeof verifier->server_key, words[7]) || store_find(store, words[1]))
        return false;
    text_copy(account.name, sizeof account.name, words[1]);
    account.flags = (uint32_t)flags;
    verifier->rounds = (uint32_t)rounds;
    return store_add(store, &account);
}

static bool read_channel(struct store *store, char *line)
{
    char *words[WORDS];
    int64_t created_at;
    if (cut(line, words, 6) != 6 || !name_is_channel(words[1]) || store_find_channel(store, words[1]) ||
        !parse_number(words[2], 0, INT64_MAX / 1000, &created_at) || !store_find(store, words[3]) ||
        !store_is_access(words[4]) || strlen(words[5]) >= STORE_CHANNEL_TEXT)
        return false;
    struct kept_channel *channel = store_add_channel(store, words[1], words[3], created_at);
    if (!channel || !store_set_text(channel, words[5]))
        return false;
    free(channel->access);
    channel->access = memory_keep(words[4]);
    return true;
}

static bool read_line(struct store *store, char *line)
{
    if (strncmp(line, "account\t", 8) == 0)
        return read_account(store, line);
    if (strncmp(line, "channel\t", 8) == 0)
        return read_channel(store, line);
    return strncmp(line, "secret\t", 7) == 0 && read_secret(store, line);
}

void store_read(struct store *store, char *text, void (*complain)(void *context, int line), void *context)
{
    int number = 0;
    for (char *line; (line = text_next_item(&text, '\n'));) {
        number++;
        if (!*line || *line == '#')
            continue;
        char *copy = strdup(line);
        if (!copy)
            abort();
        if (!read_line(store, line)) {
            complain(context, number);
            store_keep_line(store, copy);
        }
        free(copy);
    }
}

/* ---- writing ---- */

static void add_bytes(struct text *text, const void *bytes, size_t length)
{
    char encoded[BASE64_SIZE(SHA256_SIZE)];
    base64_encode(encoded, sizeof encoded, bytes, length);
    text_addf(text, "\t%s", encoded);
}

static void add_account(struct text *text, const struct account *account)
{
    const struct scram_verifier *verifier = &account->verifier;
    text_addf(text, "account\t%s\t%lld\t%lu\t%lu", account->name, (long long)account->created_at,
              (unsigned long)account->flags, (unsigned long)verifier->rounds);
    add_bytes(text, verifier->salt, sizeof verifier->salt);
    add_bytes(text, verifier->stored_key, sizeof verifier->stored_key);
    add_bytes(text, verifier->server_key, sizeof verifier->server_key);
    text_add(text, "\n");
}

/* Bytes of a line, but for the text of a channel. */
#define LINE_MOST 320

char *store_write(const struct store *store, size_t *length)
{
    size_t size = 2 * LINE_MOST + strlen(store_kept_lines(store));
    uint32_t at = 0;
    while (store_next(store, &at))
        size += LINE_MOST;
    const struct kept_channel *channel;
    for (at = 0; (channel = store_next_channel(store, &at));)
        size += LINE_MOST + strlen(channel->access) + strlen(channel->text);
    char *bytes = malloc(size);
    struct text text;
    if (!bytes)
        return NULL;
    text_init(&text, bytes, size);
    text_add(&text, "# accounts and channels of forkchatd, which writes this file anew with each change\nsecret");
    add_bytes(&text, store_secret(store), SHA256_SIZE);
    text_add(&text, "\n");
    const struct account *account;
    for (at = 0; (account = store_next(store, &at));)
        add_account(&text, account);
    for (at = 0; (channel = store_next_channel(store, &at));) {
        account = store_find(store, channel->founder);
        if (account && account->used) /* else it is about to go with them */
            text_addf(&text, "channel\t%s\t%lld\t%s\t%s\t%s\n", channel->name, (long long)channel->created_at,
                      channel->founder, channel->access, channel->text);
    }
    text_add(&text, store_kept_lines(store));
    *length = text.length;
    return bytes;
}
