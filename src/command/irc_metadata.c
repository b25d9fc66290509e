/* IRC: METADATA. IRCv3 draft/metadata-2. Run by workers; what is said is in the tables (world/metadata.h).
 *
 * A change is an event, which couriers deliver to those who subscribed to the key; subscriptions are events too, for
 * the couriers' copies. Everything asked for is copied under the lock and answered afterwards. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "families.h"
#include "world/metadata.h"

/* Who joins a channel with more members than this is told to ask for their metadata later. */
#define SYNC_AT_ONCE 200u
#define LATER "2" /* seconds */

/* Bytes of keys in one line. */
#define KEYS_WIDTH 350

/* Whom a command is about. */
struct target {
    enum metadata_kind kind;
    uint32_t index;
    char name[CHANNEL_SIZE];
};

/* ---- copies ---- */

struct found {
    char target[CHANNEL_SIZE];
    char key[METADATA_KEY_SIZE];
    char value[METADATA_VALUE_SIZE];
};

struct list {
    struct found *items;
    size_t count, size;
    bool failed; /* no memory for all of it */
};

/* Which keys are wanted; all if `keys` is NULL. */
struct wanted {
    char (*keys)[METADATA_KEY_SIZE];
    uint32_t count;
};

static bool is_wanted(const struct wanted *wanted, const char *key)
{
    for (uint32_t i = 0; wanted->keys && i < wanted->count; i++)
        if (strcmp(wanted->keys[i], key) == 0)
            return true;
    return wanted->keys == NULL;
}

static void copy_locked(struct list *list, const struct world *world, const struct target *target,
                        const struct wanted *wanted)
{
    for (uint32_t at = NONE; (at = metadata_next_locked(world, target->kind, target->index, at)) != NONE;) {
        const struct metadata_shm *record = &world->metadata[at];
        if (!is_wanted(wanted, record->key))
            continue;
        if (list->count == list->size) {
            size_t size = list->size ? list->size * 2 : 16;
            struct found *items = realloc(list->items, size * sizeof *items);
            if (!items) {
                list->failed = true;
                return;
            }
            list->items = items;
            list->size = size;
        }
        struct found *found = &list->items[list->count++];
        memcpy(found->target, target->name, sizeof found->target);
        memcpy(found->key, record->key, sizeof found->key);
        memcpy(found->value, record->value, sizeof found->value);
    }
}

static struct target user_target(const struct world *world, uint32_t user)
{
    struct target target = {.kind = METADATA_OF_USER, .index = user};
    text_copy(target.name, sizeof target.name, world->users[user].nick);
    return target;
}

static struct target channel_target(const struct world *world, uint32_t channel)
{
    struct target target = {.kind = METADATA_OF_CHANNEL, .index = channel};
    text_copy(target.name, sizeof target.name, world->channels[channel].name);
    return target;
}

/* A channel's and its members', except of those marked in `seen` (a bit for each user; may be NULL), who are
 * marked. */
static void copy_channel_locked(struct list *list, const struct world *world, uint32_t channel,
                                const struct wanted *wanted, unsigned char *seen)
{
    struct target target = channel_target(world, channel);
    copy_locked(list, world, &target, wanted);
    for (uint32_t at = world->channels[channel].first_member; at != NONE; at = world->members[at].next_of_channel) {
        uint32_t user = world->members[at].user;
        if (seen && (seen[user / 8] >> user % 8 & 1))
            continue;
        if (seen)
            seen[user / 8] |= (unsigned char)(1u << user % 8);
        target = user_target(world, user);
        copy_locked(list, world, &target, wanted);
    }
}

/* All keys the session's user is subscribed to, into `keys` (METADATA_SUBSCRIPTIONS of them). */
static struct wanted subscriptions_locked(const struct session *session, char (*keys)[METADATA_KEY_SIZE])
{
    const struct world *world = session->world;
    struct wanted wanted = {.keys = keys};
    for (uint32_t at = NONE; (at = metadata_next_locked(world, METADATA_SUBSCRIPTION, session->user, at)) != NONE &&
                             wanted.count < METADATA_SUBSCRIPTIONS;)
        memcpy(keys[wanted.count++], world->metadata[at].key, METADATA_KEY_SIZE);
    return wanted;
}

/* Shows and frees a list, as a batch about `about`. */
static void show(struct session *session, struct list *list, const char *about, enum reply_code code)
{
    if (list->failed) {
        session_reply(session, REPLY_METADATA_LATER, about, LATER, NULL);
    } else {
        session_open_batch(session, "metadata", about);
        for (size_t i = 0; i < list->count; i++)
            session_reply(session, code, list->items[i].target, list->items[i].key, list->items[i].value, NULL);
        session_close_batch(session);
    }
    free(list->items);
}

/* ---- what stands in the way ---- */

/* A word of the client's in an answer: one word, and not an endless one. */
static void add_word(struct text *text, const char *word)
{
    bool good = *word && *word != ':' && !strchr(word, ' ');
    text_add_bytes(text, good ? word : "*", good ? strnlen(word, 100) : 1);
    text_add_char(text, ' ');
}

/* Answers FAIL METADATA code a b :why; a and b may be NULL. */
static void fail(struct session *session, const char *code, const char *a, const char *b, const char *why)
{
    char words[400];
    struct text text;
    text_init(&text, words, sizeof words);
    if (a)
        add_word(&text, a);
    if (b)
        add_word(&text, b);
    text_addf(&text, ":%s", why);
    session_reply(session, REPLY_FAIL, "METADATA", code, words, NULL);
}

static void fail_target(struct session *session, const char *word)
{
    fail(session, "INVALID_TARGET", word, NULL, "Invalid metadata target");
}

static void fail_key(struct session *session, const char *key)
{
    fail(session, "KEY_INVALID", key, NULL, "Invalid key");
}

/* Who or what `word` is. Before registration there is only oneself. */
static bool find_target_locked(const struct session *session, const char *word, struct target *target)
{
    const struct world *world = session->world;
    if (strcmp(word, "*") == 0) {
        *target = user_target(world, session->user);
        if (!session->registration.done)
            text_copy(target->name, sizeof target->name, "*");
        return true;
    }
    if (!session->registration.done)
        return false;
    if (*word == '#') {
        uint32_t channel = channel_find_locked(world, word);
        if (channel == NONE || !irc_sees_channel_locked(session, channel))
            return false;
        *target = channel_target(world, channel);
        return true;
    }
    uint32_t user = user_find_locked(world, word);
    if (user == NONE || world->users[user].state != USER_PRESENT)
        return false;
    *target = user_target(world, user);
    return true;
}

static bool may_set_locked(const struct session *session, const struct target *target)
{
    if (target->kind == METADATA_OF_CHANNEL)
        return channel_may_moderate_locked(session, target->index);
    return target->index == session->user || (session_user_locked(session)->flags & USER_OPERATOR);
}

/* ---- GET, LIST, SYNC ---- */

static void get(struct session *session, const struct request *request)
{
    struct target target;
    struct list list = {0};
    const struct wanted all = {0};
    if (!session_begin(session, 0))
        return;
    bool there = find_target_locked(session, request->arguments[0], &target);
    if (there)
        copy_locked(&list, session->world, &target, &all);
    session_commit(session);
    if (!there) {
        fail_target(session, request->arguments[0]);
        return;
    }
    session_open_batch(session, "metadata", target.name);
    for (int i = 2; i < request->count; i++) {
        const char *key = request->arguments[i];
        size_t at = 0;
        while (at < list.count && strcmp(list.items[at].key, key) != 0)
            at++;
        if (!metadata_is_key(key))
            fail_key(session, key);
        else if (at < list.count)
            session_reply(session, REPLY_KEY_VALUE, target.name, key, list.items[at].value, NULL);
        else
            session_reply(session, REPLY_KEY_NOT_SET, target.name, key, NULL);
    }
    session_close_batch(session);
    free(list.items);
}

static void list_all(struct session *session, const char *word)
{
    struct target target;
    struct list list = {0};
    const struct wanted all = {0};
    if (!session_begin(session, 0))
        return;
    bool there = find_target_locked(session, word, &target);
    if (there)
        copy_locked(&list, session->world, &target, &all);
    session_commit(session);
    if (there)
        show(session, &list, target.name, REPLY_KEY_VALUE);
    else
        fail_target(session, word);
}

static void sync(struct session *session, const char *word)
{
    char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
    struct target target;
    struct list list = {0};
    if (!session_begin(session, 0))
        return;
    struct wanted wanted = subscriptions_locked(session, keys);
    bool there = find_target_locked(session, word, &target);
    if (there && target.kind == METADATA_OF_CHANNEL)
        copy_channel_locked(&list, session->world, target.index, &wanted, NULL);
    else if (there)
        copy_locked(&list, session->world, &target, &wanted);
    session_commit(session);
    if (there)
        show(session, &list, target.name, REPLY_METADATA);
    else
        fail_target(session, word);
}

/* ---- SET and CLEAR ---- */

/* Tells those who want to know; "" stands for a key that is gone. Needs 2 * EVENT_NEED_MAX. */
static void notify_locked(struct session *session, const struct target *target, const char *key, const char *value)
{
    uint32_t channels[EVENT_CHANNELS];
    if (!session->registration.done)
        return;
    struct event event = event_of_locked(session->world, EVENT_METADATA, session->user);
    event.strings[0] = target->name;
    event.strings[1] = key;
    event.strings[2] = value;
    event.flags |= EVENT_NOT_SOURCE;
    event.audience = AUDIENCE_CHANNEL;
    event.target = target->index;
    if (target->kind == METADATA_OF_USER) {
        event.audience = AUDIENCE_COMMON;
        event.target = NONE;
        event.channels = channels;
        event.channel_count = event_channels_locked(session->world, target->index, channels);
    }
    event_publish_locked(session->world, &event);
    if (target->kind == METADATA_OF_USER && target->index != session->user && event.channel_count == 0) {
        event.audience = AUDIENCE_USER;
        event.target = target->index;
        event_publish_locked(session->world, &event);
    }
}

enum set_result { SET_DONE, SET_REMOVED, SET_TARGET, SET_FORBIDDEN, SET_NOT_SET, SET_FULL };

/* `value` is NULL to remove the key. */
static enum set_result set_locked(struct session *session, const char *word, struct target *target, const char *key,
                                  const char *value)
{
    struct world *world = session->world;
    if (!find_target_locked(session, word, target))
        return SET_TARGET;
    if (!may_set_locked(session, target))
        return SET_FORBIDDEN;
    uint32_t at = metadata_find_locked(world, target->kind, target->index, key);
    if (!value && at == NONE)
        return SET_NOT_SET;
    if (!value) {
        metadata_remove_locked(world, at);
        notify_locked(session, target, key, "");
        return SET_REMOVED;
    }
    bool same = at != NONE && strcmp(world->metadata[at].value, value) == 0;
    if (!same && !metadata_set_locked(world, target->kind, target->index, key, value))
        return SET_FULL;
    if (!same)
        notify_locked(session, target, key, value);
    return SET_DONE;
}

static void set(struct session *session, const struct request *request)
{
    const char *word = request->arguments[0], *key = request->arguments[2];
    const char *value = request->count > 3 ? request->arguments[3] : NULL;
    struct target target = {0};
    if (!metadata_is_key(key)) {
        fail_key(session, key);
        return;
    }
    if (value && strlen(value) >= METADATA_VALUE_SIZE) {
        fail(session, "VALUE_INVALID", NULL, NULL, "Value is too long");
        return;
    }
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    enum set_result result = set_locked(session, word, &target, key, value);
    session_commit(session);
    /* One who says * is answered so. */
    const char *name = *word == '*' ? "*" : target.name;
    switch (result) {
    case SET_DONE:
        session_reply(session, REPLY_KEY_VALUE, name, key, value, NULL);
        break;
    case SET_REMOVED:
        session_reply(session, REPLY_KEY_NOT_SET, name, key, NULL);
        break;
    case SET_TARGET:
        fail_target(session, word);
        break;
    case SET_FORBIDDEN:
        fail(session, "KEY_NO_PERMISSION", name, key, "You may not set metadata there");
        break;
    case SET_NOT_SET:
        fail(session, "KEY_NOT_SET", name, key, "Key not set");
        break;
    case SET_FULL:
        fail(session, "LIMIT_REACHED", name, NULL, "Metadata limit reached");
        break;
    }
}

static void clear(struct session *session, const char *word)
{
    struct target target;
    bool there, may = false;
    if (!session_begin(session, 0))
        return;
    if ((there = find_target_locked(session, word, &target)))
        may = may_set_locked(session, &target);
    session_commit(session);
    if (!there) {
        fail_target(session, word);
        return;
    }
    if (!may) {
        fail(session, "KEY_NO_PERMISSION", target.name, "*", "You may not set metadata there");
        return;
    }
    session_open_batch(session, "metadata", target.name);
    for (bool more = true; more;) {
        char key[METADATA_KEY_SIZE];
        struct target now;
        if (!session_begin(session, 2 * EVENT_NEED_MAX))
            return;
        uint32_t at = NONE;
        if (find_target_locked(session, word, &now) && may_set_locked(session, &now))
            at = metadata_next_locked(session->world, now.kind, now.index, NONE);
        if ((more = at != NONE)) {
            memcpy(key, session->world->metadata[at].key, sizeof key);
            metadata_remove_locked(session->world, at);
            notify_locked(session, &now, key, "");
        }
        session_commit(session);
        if (more)
            session_reply(session, REPLY_KEY_VALUE, target.name, key, "", NULL);
    }
    session_close_batch(session);
}

/* ---- subscriptions ---- */

/* Changes it in the tables and for the courier. False if there are too many. Needs EVENT_NEED_MAX. */
static bool change_subscription_locked(struct session *session, const char *key, bool on, bool *changed)
{
    struct world *world = session->world;
    uint32_t at = metadata_find_locked(world, METADATA_SUBSCRIPTION, session->user, key);
    *changed = (at != NONE) != on;
    if (!*changed)
        return true;
    if (on && !metadata_set_locked(world, METADATA_SUBSCRIPTION, session->user, key, ""))
        return false;
    struct event event = event_of_locked(world, EVENT_SUBSCRIBE, session->user);
    event.strings[0] = key;
    event.numbers[0] = on;
    event.audience = AUDIENCE_NOBODY;
    event_publish_locked(world, &event);
    if (!on)
        metadata_remove_locked(world, at);
    return true;
}

/* Keys as parameters of lines with that numeric. */
static void show_keys(struct session *session, enum reply_code code, char (*keys)[METADATA_KEY_SIZE], uint32_t count)
{
    char line[KEYS_WIDTH + METADATA_KEY_SIZE + 2];
    struct text text;
    text_init(&text, line, sizeof line);
    for (uint32_t i = 0; i < count; i++) {
        text_addf(&text, "%s%s", text.length ? " " : "", keys[i]);
        if (text.length > KEYS_WIDTH || i + 1 == count) {
            session_reply(session, code, line, NULL);
            text_init(&text, line, sizeof line);
        }
    }
}

/* The values that new subscriptions are about, of everybody and everything in view. */
static void show_in_view(struct session *session, const struct wanted *wanted)
{
    struct list list = {0};
    const struct world *world = session->world;
    if (wanted->count == 0 || !session_begin(session, 0))
        return;
    unsigned char *seen = calloc(world->limits.users / 8 + 1, 1);
    if (seen)
        seen[session->user / 8] |= (unsigned char)(1u << session->user % 8);
    for (uint32_t at = session_user_locked(session)->first_membership; seen && at != NONE;
         at = world->members[at].next_of_user)
        copy_channel_locked(&list, world, world->members[at].channel, wanted, seen);
    session_commit(session);
    free(seen);
    if (list.count > 0)
        show(session, &list, "*", REPLY_METADATA);
    else
        free(list.items);
}

static void subscribe(struct session *session, const struct request *request, bool on)
{
    char done[COMMAND_ARGUMENTS][METADATA_KEY_SIZE], fresh[COMMAND_ARGUMENTS][METADATA_KEY_SIZE];
    uint32_t done_count = 0;
    struct wanted wanted = {.keys = fresh};
    for (int i = 2; i < request->count; i++) {
        const char *key = request->arguments[i];
        bool changed = false;
        if (!metadata_is_key(key)) {
            fail_key(session, key);
            continue;
        }
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        bool fits = change_subscription_locked(session, key, on, &changed);
        session_commit(session);
        if (!fits) {
            fail(session, "TOO_MANY_SUBS", key, NULL, "Too many subscriptions");
            break;
        }
        text_copy(done[done_count++], METADATA_KEY_SIZE, key);
        if (changed)
            text_copy(fresh[wanted.count++], METADATA_KEY_SIZE, key);
    }
    show_keys(session, on ? REPLY_METADATA_SUBSCRIBED : REPLY_METADATA_UNSUBSCRIBED, done, done_count);
    if (on && session->registration.done)
        show_in_view(session, &wanted);
}

static void show_subscriptions(struct session *session)
{
    char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
    if (!session_begin(session, 0))
        return;
    struct wanted wanted = subscriptions_locked(session, keys);
    session_commit(session);
    session_open_batch(session, "metadata-subs", NULL);
    show_keys(session, REPLY_METADATA_SUBSCRIPTIONS, keys, wanted.count);
    session_close_batch(session);
}

void irc_metadata_unsubscribe(struct session *session)
{
    for (bool more = true; more;) {
        bool changed;
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        uint32_t at = metadata_next_locked(session->world, METADATA_SUBSCRIPTION, session->user, NONE);
        if ((more = at != NONE)) {
            char key[METADATA_KEY_SIZE];
            memcpy(key, session->world->metadata[at].key, sizeof key);
            change_subscription_locked(session, key, false, &changed);
        }
        session_commit(session);
    }
}

/* ---- on other occasions ---- */

/* What the session's user says, told again to the members of a channel, or (NULL) to those who watch them. */
static void tell_own(struct session *session, const struct list *list, const char *name)
{
    struct world *world = session->world;
    for (size_t i = 0; i < list->count; i++) {
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        uint32_t channel = name ? channel_find_locked(world, name) : NONE;
        struct event event = event_of_locked(world, EVENT_METADATA, session->user);
        event.strings[0] = list->items[i].target;
        event.strings[1] = list->items[i].key;
        event.strings[2] = list->items[i].value;
        event.flags |= EVENT_NOT_SOURCE;
        event.audience = name ? AUDIENCE_CHANNEL : AUDIENCE_COMMON;
        event.target = channel;
        if (!name || channel != NONE)
            event_publish_locked(world, &event);
        session_commit(session);
    }
}

static struct list copy_own(struct session *session)
{
    const struct wanted all = {0};
    struct list list = {0};
    if (session_begin(session, 0)) {
        struct target own = user_target(session->world, session->user);
        copy_locked(&list, session->world, &own, &all);
        session_commit(session);
    }
    return list;
}

void irc_metadata_registered(struct session *session)
{
    struct list list = copy_own(session);
    tell_own(session, &list, NULL);
    if (session->caps & CAP_BIT(METADATA))
        show(session, &list, session->world->users[session->user].nick, REPLY_METADATA);
    else
        free(list.items);
}

void irc_metadata_joined(struct session *session, const char *channel)
{
    char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
    struct list own = copy_own(session), list = {0};
    tell_own(session, &own, channel);
    free(own.items);
    if (!(session->caps & CAP_BIT(METADATA)) || !session_begin(session, 0))
        return;
    struct wanted wanted = subscriptions_locked(session, keys);
    uint32_t index = channel_find_locked(session->world, channel);
    bool later = index != NONE && session->world->channels[index].member_count > SYNC_AT_ONCE;
    if (index != NONE && wanted.count > 0 && !later)
        copy_channel_locked(&list, session->world, index, &wanted, NULL);
    session_commit(session);
    if (index != NONE && wanted.count > 0 && later)
        session_reply(session, REPLY_METADATA_LATER, channel, LATER, NULL);
    else if (index != NONE && wanted.count > 0)
        show(session, &list, channel, REPLY_METADATA);
}

void irc_metadata_monitored(struct session *session, const char *nick)
{
    if ((session->caps & CAP_BIT(METADATA)) && session->registration.done) {
        char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
        struct list list = {0};
        struct target target;
        if (!session_begin(session, 0))
            return;
        struct wanted wanted = subscriptions_locked(session, keys);
        if (wanted.count > 0 && find_target_locked(session, nick, &target))
            copy_locked(&list, session->world, &target, &wanted);
        session_commit(session);
        if (list.count > 0)
            show(session, &list, target.name, REPLY_METADATA);
        else
            free(list.items);
    }
}

void irc_metadata_whois(struct session *session, const char *nick)
{
    char keys[][METADATA_KEY_SIZE] = {"display-name", "pronouns", "status", "homepage", "url"};
    const struct wanted wanted = {.keys = keys, .count = sizeof keys / sizeof *keys};
    struct list list = {0};
    struct target target;
    if (!(session->caps & CAP_BIT(METADATA)) || !session_begin(session, 0))
        return;
    if (find_target_locked(session, nick, &target))
        copy_locked(&list, session->world, &target, &wanted);
    session_commit(session);
    for (size_t i = 0; i < list.count; i++)
        session_reply(session, REPLY_WHOIS_KEY_VALUE, list.items[i].target, list.items[i].key, list.items[i].value,
                      NULL);
    free(list.items);
}

/* ---- the command ---- */

void irc_metadata(struct session *session, struct request *request)
{
    const char *word = request->arguments[0], *verb = request->arguments[1];
    bool keyed = strcasecmp(verb, "GET") == 0 || strcasecmp(verb, "SET") == 0 || strcasecmp(verb, "SUB") == 0 ||
                 strcasecmp(verb, "UNSUB") == 0;
    bool own_only = strncasecmp(verb, "SUB", 3) == 0 || strcasecmp(verb, "UNSUB") == 0;
    if (!session->registration.done && !(session->caps & CAP_BIT(METADATA))) {
        session_reply(session, REPLY_NOT_REGISTERED, NULL);
    } else if (keyed && request->count < 3) {
        session_reply(session, REPLY_NEED_MORE, "METADATA", NULL);
    } else if (own_only && strcmp(word, "*") != 0 &&
               text_compare_names(word, session->world->users[session->user].nick) != 0) {
        fail_target(session, word);
    } else if (strcasecmp(verb, "GET") == 0) {
        get(session, request);
    } else if (strcasecmp(verb, "LIST") == 0) {
        list_all(session, word);
    } else if (strcasecmp(verb, "SET") == 0) {
        set(session, request);
    } else if (strcasecmp(verb, "CLEAR") == 0) {
        clear(session, word);
    } else if (strcasecmp(verb, "SUB") == 0) {
        subscribe(session, request, true);
    } else if (strcasecmp(verb, "UNSUB") == 0) {
        subscribe(session, request, false);
    } else if (strcasecmp(verb, "SUBS") == 0) {
        show_subscriptions(session);
    } else if (strcasecmp(verb, "SYNC") == 0) {
        sync(session, word);
    } else {
        fail(session, "SUBCOMMAND_INVALID", verb, NULL, "Invalid subcommand");
    }
}
