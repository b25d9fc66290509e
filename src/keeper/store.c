/* The keeper's tables, in its own memory: records in arrays that grow, and for each kind a table of hashes by which
 * they are found. */
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/lookalike.h"
#include "base/memory.h"
#include "base/port.h"
#include "base/text.h"
#include "base/unicode.h"

#define BUCKETS 16384u

struct store {
    unsigned char secret[SHA256_SIZE];
    struct account *accounts;
    uint32_t account_count, accounts_used; /* records ever used; of them, those that are */
    struct kept_channel *channels;
    uint32_t channel_count;
    uint32_t account_buckets[BUCKETS], channel_buckets[BUCKETS];
    char *lines; /* that nobody could read */
};

struct store *store_new(void)
{
    struct store *store = memory_must(calloc(1, sizeof *store));
    if (port_random(store->secret, sizeof store->secret))
        fatal(EX_OSERR, "no random numbers for the keeper");
    for (uint32_t i = 0; i < BUCKETS; i++)
        store->account_buckets[i] = store->channel_buckets[i] = NONE;
    store->lines = memory_keep("");
    return store;
}

static void free_texts(struct kept_channel *channel)
{
    free(channel->text);
    free(channel->access);
}

void store_free(struct store *store)
{
    for (uint32_t i = 0; i < store->channel_count; i++)
        free_texts(&store->channels[i]);
    free(store->channels);
    free(store->accounts);
    free(store->lines);
    free(store);
}

const unsigned char *store_secret(const struct store *store)
{
    return store->secret;
}

void store_keep_line(struct store *store, const char *line)
{
    size_t length = strlen(store->lines), more = strlen(line);
    store->lines = memory_must(realloc(store->lines, length + more + 2));
    memcpy(store->lines + length, line, more);
    memcpy(store->lines + length + more, "\n", 2);
}

const char *store_kept_lines(const struct store *store)
{
    return store->lines;
}

/* ---- accounts ---- */

/* Names that look alike are in one list. */
static uint32_t *account_bucket(const struct store *store, const char *name)
{
    return (uint32_t *)&store->account_buckets[lookalike_hash(name) % BUCKETS];
}

bool store_is_name(const char *name)
{
    return name_check_nick(name, ACCOUNT_SIZE - 1) == NAME_OK;
}

struct account *store_find(const struct store *store, const char *name)
{
    char composed[NICK_SIZE];
    if (!unicode_compose(composed, sizeof composed, name))
        return NULL;
    for (uint32_t at = *account_bucket(store, composed); at != NONE; at = store->accounts[at].next)
        if (text_compare_names(store->accounts[at].name, composed) == 0)
            return &store->accounts[at];
    return NULL;
}

struct account *store_find_alike(const struct store *store, const char *name)
{
    for (uint32_t at = *account_bucket(store, name); at != NONE; at = store->accounts[at].next)
        if (lookalike_are(store->accounts[at].name, name))
            return &store->accounts[at];
    return NULL;
}

/* A record for one more of `size` bytes each, which has been zeroed: its number, or NONE. Arrays double. */
static uint32_t make_room(void **array, uint32_t *count, uint32_t most, size_t size)
{
    if (*count >= most)
        return NONE;
    if ((*count & (*count - 1)) == 0) {
        void *larger = realloc(*array, size * (*count ? 2 * (size_t)*count : 1));
        if (!larger)
            return NONE;
        *array = larger;
    }
    memset((char *)*array + size * *count, 0, size);
    return (*count)++;
}

static uint32_t free_account(struct store *store)
{
    void *array = store->accounts;
    for (uint32_t i = 0; store->accounts_used < store->account_count && i < store->account_count; i++)
        if (!store->accounts[i].used)
            return i;
    uint32_t index = make_room(&array, &store->account_count, STORE_ACCOUNTS, sizeof *store->accounts);
    store->accounts = array;
    return index;
}

struct account *store_add(struct store *store, const struct account *account)
{
    uint32_t index = free_account(store);
    if (index == NONE)
        return NULL;
    uint32_t *bucket = account_bucket(store, account->name);
    store->accounts[index] = *account;
    store->accounts[index].used = true;
    store->accounts[index].next = *bucket;
    *bucket = index;
    store->accounts_used++;
    return &store->accounts[index];
}

void store_remove(struct store *store, struct account *account)
{
    uint32_t index = (uint32_t)(account - store->accounts), at = 0, *link = account_bucket(store, account->name);
    for (struct kept_channel *channel; (channel = store_next_channel(store, &at));)
        if (text_compare_names(channel->founder, account->name) == 0)
            store_remove_channel(store, channel);
        else
            store_set_access(channel, account->name, '-'); /* or the next of that name had it */
    while (*link != index)
        link = &store->accounts[*link].next;
    *link = account->next;
    *account = (struct account){.used = false};
    store->accounts_used--;
}

struct account *store_next(const struct store *store, uint32_t *at)
{
    while (*at < store->account_count && !store->accounts[*at].used)
        ++*at;
    return *at < store->account_count ? &store->accounts[(*at)++] : NULL;
}

/* ---- channels ---- */

static uint32_t *channel_bucket(const struct store *store, const char *name)
{
    return (uint32_t *)&store->channel_buckets[text_hash_name(name) % BUCKETS];
}

struct kept_channel *store_find_channel(const struct store *store, const char *name)
{
    for (uint32_t at = *channel_bucket(store, name); at != NONE; at = store->channels[at].next)
        if (text_compare_names(store->channels[at].name, name) == 0)
            return &store->channels[at];
    return NULL;
}

static uint32_t free_channel(struct store *store)
{
    void *array = store->channels;
    for (uint32_t i = 0; i < store->channel_count; i++)
        if (!store->channels[i].used)
            return i;
    uint32_t index = make_room(&array, &store->channel_count, STORE_CHANNELS, sizeof *store->channels);
    store->channels = array;
    return index;
}

struct kept_channel *store_add_channel(struct store *store, const char *name, const char *founder, int64_t created_at)
{
    uint32_t index = free_channel(store), *bucket = channel_bucket(store, name);
    if (index == NONE)
        return NULL;
    struct kept_channel *channel = &store->channels[index];
    *channel = (struct kept_channel){
        .created_at = created_at, .text = memory_keep(""), .access = memory_keep(""), .next = *bucket, .used = true};
    text_copy(channel->name, sizeof channel->name, name);
    text_copy(channel->founder, sizeof channel->founder, founder);
    *bucket = index;
    return channel;
}

bool store_set_text(struct kept_channel *channel, const char *text)
{
    if (strpbrk(text, "\r\n") || strlen(text) >= STORE_CHANNEL_TEXT)
        return false;
    free(channel->text);
    channel->text = memory_keep(text);
    return true;
}

bool store_is_access(const char *access)
{
    char copy[STORE_ACCESS], *rest = copy, *item;
    if (!text_copy(copy, sizeof copy, access))
        return false;
    while (*access && (item = text_next_item(&rest, ','))) {
        char *status = strrchr(item, ':');
        if (!status || strlen(status) != 2 || (status[1] != 'o' && status[1] != 'v'))
            return false;
        *status = '\0';
        if (!store_is_name(item))
            return false;
    }
    return true;
}

bool store_set_access(struct kept_channel *channel, const char *account, char status)
{
    char copy[STORE_ACCESS], bytes[STORE_ACCESS], *rest = copy, *item;
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    text_copy(copy, sizeof copy, channel->access);
    size_t length = strlen(account);
    while ((item = text_next_item(&rest, ','))) {
        char *colon = strrchr(item, ':');
        bool same = colon && (size_t)(colon - item) == length && strncmp(item, account, length) == 0;
        if (*item && !same)
            text_addf(&text, "%s%s", text.length ? "," : "", item);
    }
    if (status != '-')
        text_addf(&text, "%s%s:%c", text.length ? "," : "", account, status);
    if (text.cut)
        return false;
    free(channel->access);
    channel->access = memory_keep(bytes);
    return true;
}

void store_remove_channel(struct store *store, struct kept_channel *channel)
{
    uint32_t index = (uint32_t)(channel - store->channels), *link = channel_bucket(store, channel->name);
    while (*link != index)
        link = &store->channels[*link].next;
    *link = channel->next;
    free_texts(channel);
    *channel = (struct kept_channel){.used = false};
}

struct kept_channel *store_next_channel(const struct store *store, uint32_t *at)
{
    while (*at < store->channel_count && !store->channels[*at].used)
        ++*at;
    return *at < store->channel_count ? &store->channels[(*at)++] : NULL;
}
