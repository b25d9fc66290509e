/* IRC: METADATA. IRCv3 draft/metadata-2 and draft/metadata-3. Run by workers; what is said is in the tables
 * (world/metadata.h).
 *
 * A change is an event, which couriers deliver to those who subscribed to the key; subscriptions are events too, for
 * the couriers' copies. Everything asked for is copied under the lock and answered afterwards. */
#include "irc_metadata.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "families.h"
#include "world/shares.h"

/* Bytes of keys in one line. */
#define KEYS_WIDTH 350

/* ---- GET, LIST, SYNC ---- */

static void get(struct session *session, const struct request *request)
{
    struct metadata_target target = {0};
    struct metadata_list list = {0};
    const struct metadata_wanted all = {0};
    if (!session_begin(session, 0))
        return;
    bool shown = irc_metadata_find_locked(session, request->arguments[0], &target) &&
                 irc_metadata_is_shown_locked(session, &target);
    if (shown)
        irc_metadata_copy_locked(&list, session->world, &target, &all);
    session_commit(session);
    if (!shown) {
        irc_metadata_fail_unseen(session, request->arguments[0], &target,
                                 request->count == 3 ? request->arguments[2] : "*");
        return;
    }
    session_open_batch(session, "metadata", target.name);
    for (int i = 2; i < request->count; i++) {
        const char *key = request->arguments[i];
        size_t at = 0;
        while (at < list.count && strcmp(list.items[at].key, key) != 0)
            at++;
        if (!metadata_is_key(key))
            irc_metadata_fail_key(session, key);
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
    struct metadata_target target = {0};
    struct metadata_list list = {0};
    const struct metadata_wanted all = {0};
    if (!session_begin(session, 0))
        return;
    bool shown = irc_metadata_find_locked(session, word, &target) && irc_metadata_is_shown_locked(session, &target);
    if (shown)
        irc_metadata_copy_locked(&list, session->world, &target, &all);
    session_commit(session);
    if (shown)
        irc_metadata_show(session, &list, target.name);
    else
        irc_metadata_fail_unseen(session, word, &target, "*");
}

static void sync(struct session *session, const char *word)
{
    char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
    struct metadata_target target = {0};
    struct metadata_list list = {0};
    if (!session_begin(session, 0))
        return;
    struct metadata_wanted wanted = irc_metadata_subscriptions_locked(session, keys);
    bool shown = irc_metadata_find_locked(session, word, &target) && irc_metadata_is_shown_locked(session, &target);
    if (shown && target.kind == METADATA_OF_CHANNEL)
        irc_metadata_copy_channel_locked(&list, session, target.index, &wanted, NULL);
    else if (shown)
        irc_metadata_copy_locked(&list, session->world, &target, &wanted);
    session_commit(session);
    if (shown)
        irc_metadata_tell(session, &list, target.name);
    else
        irc_metadata_fail_unseen(session, word, &target, "*");
}

/* ---- SET and CLEAR ---- */

static bool may_set_locked(const struct session *session, const struct metadata_target *target)
{
    if (target->kind == METADATA_OF_CHANNEL)
        return channel_may_moderate_locked(session, target->index);
    return target->index == session->user || (session_user_locked(session)->flags & USER_OPERATOR);
}

/* Tells those who want to know; NULL stands for a key that is gone. Needs 2 * EVENT_NEED_MAX. */
static void notify_locked(struct session *session, const struct metadata_target *target, const char *key,
                          const char *value)
{
    uint32_t channels[EVENT_CHANNELS];
    if (!session->irc.registration.done)
        return;
    struct event event = session_event_locked(session, EVENT_METADATA);
    event.strings.metadata.target = target->name;
    event.strings.metadata.key = key;
    event.strings.metadata.value = value ? value : "";
    event.strings.metadata.server = session->settings->server_name;
    event.numbers.metadata.is_set = value != NULL;
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

enum set_result { SET_DONE, SET_REMOVED, SET_TARGET, SET_FORBIDDEN, SET_NOT_SET, SET_FULL, SET_SPENT };

/* `value` is NULL to remove the key. */
static enum set_result set_locked(struct session *session, const char *word, struct metadata_target *target,
                                  const char *key, const char *value)
{
    struct world *world = session->world;
    if (!irc_metadata_find_locked(session, word, target))
        return SET_TARGET;
    if (!may_set_locked(session, target))
        return SET_FORBIDDEN;
    uint32_t at = metadata_find_locked(world, target->kind, target->index, key);
    if (!value && at == NONE)
        return SET_NOT_SET;
    if (!value) {
        metadata_remove_locked(world, at);
        notify_locked(session, target, key, NULL);
        return SET_REMOVED;
    }
    bool same = at != NONE && strcmp(world->metadata[at].value, value) == 0;
    if (at == NONE && share_ask_locked(world, SHARE_METADATA, session->user) != SHARE_FITS)
        return SET_SPENT;
    if (!same && !metadata_set_locked(world, target->kind, target->index, key, value, session->user))
        return SET_FULL;
    if (!same)
        notify_locked(session, target, key, value);
    return SET_DONE;
}

static void set(struct session *session, const struct request *request)
{
    const char *word = request->arguments[0], *key = request->arguments[2];
    const char *value = request->count > 3 ? request->arguments[3] : NULL;
    struct metadata_target target = {0};
    if (!metadata_is_key(key)) {
        irc_metadata_fail_key(session, key);
        return;
    }
    if (value && strlen(value) >= METADATA_VALUE_SIZE) {
        irc_metadata_fail_value(session, key);
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
        irc_metadata_fail_target(session, word);
        break;
    case SET_FORBIDDEN:
        irc_fail(session, "METADATA", "KEY_NO_PERMISSION", name, key, "You may not set metadata there");
        break;
    case SET_NOT_SET:
        irc_metadata_fail_unset(session, name, key);
        break;
    case SET_FULL:
        irc_fail(session, "METADATA", "LIMIT_REACHED", name, NULL, "Metadata limit reached");
        break;
    case SET_SPENT:
        irc_fail(session, "METADATA", "LIMIT_REACHED", name, NULL,
                 "You have set your share of the server's metadata: remove some first");
        break;
    }
}

static void clear(struct session *session, const char *word)
{
    struct metadata_target target;
    bool there, may = false;
    if (!session_begin(session, 0))
        return;
    if ((there = irc_metadata_find_locked(session, word, &target)))
        may = may_set_locked(session, &target);
    session_commit(session);
    if (!there) {
        irc_metadata_fail_target(session, word);
        return;
    }
    if (!may) {
        irc_fail(session, "METADATA", "KEY_NO_PERMISSION", target.name, "*", "You may not set metadata there");
        return;
    }
    session_open_batch(session, "metadata", target.name);
    for (bool more = true; more;) {
        char key[METADATA_KEY_SIZE];
        struct metadata_target now;
        if (!session_begin(session, 2 * EVENT_NEED_MAX))
            return;
        uint32_t at = NONE;
        if (irc_metadata_find_locked(session, word, &now) && may_set_locked(session, &now))
            at = metadata_next_locked(session->world, now.kind, now.index, NONE);
        if ((more = at != NONE)) {
            memcpy(key, session->world->metadata[at].key, sizeof key);
            metadata_remove_locked(session->world, at);
            notify_locked(session, &now, key, NULL);
        }
        session_commit(session);
        if (more)
            session_reply(session, REPLY_KEY_NOT_SET, target.name, key, NULL);
    }
    session_close_batch(session);
}

/* ---- subscriptions ---- */

/* Changes it in the tables and for the courier. False if there are too many. Needs EVENT_NEED_MAX. */
static bool change_subscription_locked(struct session *session, const char *key, bool on, bool *changed)
{
    struct world *world = session->world;
    uint32_t at = metadata_find_locked(world, METADATA_SUBSCRIPTION, session->connection, key);
    *changed = (at != NONE) != on;
    if (!*changed)
        return true;
    if (on && (share_ask_locked(world, SHARE_METADATA, session->user) != SHARE_FITS ||
               !metadata_set_locked(world, METADATA_SUBSCRIPTION, session->connection, key, "", session->user)))
        return false;
    struct event event = session_event_locked(session, EVENT_SUBSCRIBE);
    event.strings.subscribe.key = key;
    event.numbers.subscribe.on = on;
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
static void show_in_view(struct session *session, const struct metadata_wanted *wanted)
{
    struct metadata_list list = {0};
    const struct world *world = session->world;
    if (wanted->count == 0 || !session_begin(session, 0))
        return;
    unsigned char *seen = calloc(world->limits.users / 8 + 1, 1);
    if (seen)
        seen[session->user / 8] |= (unsigned char)(1u << session->user % 8);
    for (uint32_t at = session_user_locked(session)->first_membership; seen && at != NONE;
         at = world->members[at].next_of_user)
        irc_metadata_copy_channel_locked(&list, session, world->members[at].channel, wanted, seen);
    session_commit(session);
    free(seen);
    if (list.count > 0)
        irc_metadata_tell(session, &list, "*");
    else
        free(list.items);
}

static void subscribe(struct session *session, const struct request *request, bool on)
{
    char done[COMMAND_ARGUMENTS][METADATA_KEY_SIZE], fresh[COMMAND_ARGUMENTS][METADATA_KEY_SIZE];
    uint32_t done_count = 0;
    struct metadata_wanted wanted = {.keys = fresh};
    for (int i = 2; i < request->count; i++) {
        const char *key = request->arguments[i];
        bool changed = false;
        if (!metadata_is_key(key)) {
            irc_metadata_fail_key(session, key);
            continue;
        }
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        bool fits = change_subscription_locked(session, key, on, &changed);
        session_commit(session);
        if (!fits) {
            irc_metadata_fail_subscription(session, key);
            break;
        }
        text_copy(done[done_count++], METADATA_KEY_SIZE, key);
        if (changed)
            text_copy(fresh[wanted.count++], METADATA_KEY_SIZE, key);
    }
    show_keys(session, on ? REPLY_METADATA_SUBSCRIBED : REPLY_METADATA_UNSUBSCRIBED, done, done_count);
    if (on && session->irc.registration.done && (session->caps & CAPS_METADATA))
        show_in_view(session, &wanted);
}

static void show_subscriptions(struct session *session)
{
    char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
    if (!session_begin(session, 0))
        return;
    struct metadata_wanted wanted = irc_metadata_subscriptions_locked(session, keys);
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
        uint32_t at = metadata_next_locked(session->world, METADATA_SUBSCRIPTION, session->connection, NONE);
        if ((more = at != NONE)) {
            char key[METADATA_KEY_SIZE];
            memcpy(key, session->world->metadata[at].key, sizeof key);
            change_subscription_locked(session, key, false, &changed);
        }
        session_commit(session);
    }
}

/* ---- the command ---- */

void irc_metadata(struct session *session, struct request *request)
{
    const char *word = request->arguments[0], *verb = request->arguments[1];
    bool keyed = strcasecmp(verb, "GET") == 0 || strcasecmp(verb, "SET") == 0 || strcasecmp(verb, "SUB") == 0 ||
                 strcasecmp(verb, "UNSUB") == 0;
    bool own_only = strncasecmp(verb, "SUB", 3) == 0 || strcasecmp(verb, "UNSUB") == 0;
    if (!session->irc.registration.done && !(session->caps & CAPS_METADATA)) {
        session_reply(session, REPLY_NOT_REGISTERED, NULL);
    } else if (keyed && request->count < 3) {
        session_reply(session, REPLY_NEED_MORE, "METADATA", NULL);
    } else if (own_only && strcmp(word, "*") != 0 &&
               text_compare_names(word, session->world->users[session->user].nick) != 0) {
        irc_metadata_fail_target(session, word);
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
        irc_metadata_fail_verb(session, verb);
    }
}
