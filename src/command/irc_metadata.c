/* IRC: METADATA. IRCv3 draft/metadata-2 and draft/metadata-3. Run by workers; what is said is in the tables
 * (world/metadata.h).
 * Everything asked for is copied under the lock and answered afterwards. */
#include "irc_metadata.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chat/metadata.h"
#include "irc_fail.h"
#include "irc_metadata_fail.h"
#include "irc_metadata_view.h"
#include "rows.h"

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
    bool shown = irc_metadata_view_find_locked(session, request->arguments[0], &target) &&
                 irc_metadata_view_is_shown_locked(session, &target);
    if (shown)
        irc_metadata_view_copy_locked(&list, session->world, &target, &all);
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
    bool shown =
        irc_metadata_view_find_locked(session, word, &target) && irc_metadata_view_is_shown_locked(session, &target);
    if (shown)
        irc_metadata_view_copy_locked(&list, session->world, &target, &all);
    session_commit(session);
    if (shown)
        irc_metadata_view_show(session, &list, target.name);
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
    struct metadata_wanted wanted = irc_metadata_view_subscriptions_locked(session, keys);
    bool shown =
        irc_metadata_view_find_locked(session, word, &target) && irc_metadata_view_is_shown_locked(session, &target);
    if (shown && target.kind == METADATA_OF_CHANNEL)
        irc_metadata_view_copy_channel_locked(&list, session, target.index, &wanted, NULL);
    else if (shown)
        irc_metadata_view_copy_locked(&list, session->world, &target, &wanted);
    session_commit(session);
    if (shown)
        irc_metadata_view_tell(session, &list, target.name);
    else
        irc_metadata_fail_unseen(session, word, &target, "*");
}

/* ---- SET and CLEAR ---- */

static void set(struct session *session, const struct request *request)
{
    const char *word = request->arguments[0], *key = request->arguments[2];
    const char *value = request->count > 3 ? request->arguments[3] : NULL;
    struct metadata_target target = {0};
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    if (!irc_metadata_view_find_locked(session, word, &target))
        target.index = NONE;
    enum chat_result result = chat_set_metadata_locked(&chat, &actor, target.kind, target.index, key, value);
    session_commit(session);
    /* A request for * is answered with *, not with a name. */
    const char *name = *word == '*' ? "*" : target.name;
    if (result == CHAT_NAME_BAD)
        irc_metadata_fail_key(session, key);
    else if (result == CHAT_NAME_TOO_LONG)
        irc_metadata_fail_value(session, key);
    else if (target.index == NONE)
        irc_metadata_fail_target(session, word);
    else if (result == CHAT_NOT_OPERATOR)
        irc_fail(session, "METADATA", "KEY_NO_PERMISSION", name, key, "You may not set metadata there");
    else if (result == CHAT_SO_ALREADY)
        irc_metadata_fail_unset(session, name, key);
    else if (result == CHAT_METADATA_FULL)
        irc_fail(session, "METADATA", "LIMIT_REACHED", name, NULL, "Metadata limit reached");
    else if (result == CHAT_METADATA_SPENT)
        irc_fail(session, "METADATA", "LIMIT_REACHED", name, NULL,
                 "You have set your share of the server's metadata: remove some first");
    else
        session_reply(session, value ? REPLY_KEY_VALUE : REPLY_KEY_NOT_SET, name, key, value, NULL);
}

/* Removes the next key; false if there is none. */
static bool clear_next(struct session *session, const char *word, char key[METADATA_KEY_SIZE])
{
    struct metadata_target target;
    uint32_t at = NONE;
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return false;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    if (irc_metadata_view_find_locked(session, word, &target))
        at = metadata_next_locked(session->world, target.kind, target.index, NONE);
    if (at != NONE)
        memcpy(key, session->world->metadata[at].key, METADATA_KEY_SIZE);
    bool cleared =
        at != NONE && chat_set_metadata_locked(&chat, &actor, target.kind, target.index, key, NULL) == CHAT_DONE;
    session_commit(session);
    return cleared;
}

static void clear(struct session *session, const char *word)
{
    struct metadata_target target;
    bool there, may = false;
    if (!session_begin(session, 0))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    if ((there = irc_metadata_view_find_locked(session, word, &target)))
        may = chat_may_set_metadata_locked(&chat, &actor, target.kind, target.index);
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
    for (char key[METADATA_KEY_SIZE]; clear_next(session, word, key);)
        session_reply(session, REPLY_KEY_NOT_SET, target.name, key, NULL);
    session_close_batch(session);
}

/* ---- subscriptions ---- */

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
        irc_metadata_view_copy_channel_locked(&list, session, world->members[at].channel, wanted, seen);
    session_commit(session);
    free(seen);
    if (list.count > 0)
        irc_metadata_view_tell(session, &list, "*");
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
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        struct chat chat = session_chat(session);
        struct actor actor = session_actor_locked(session);
        enum chat_result result = chat_subscribe_locked(&chat, &actor, key, on);
        session_commit(session);
        if (result == CHAT_NAME_BAD) {
            irc_metadata_fail_key(session, key);
            continue;
        }
        if (result != CHAT_DONE && result != CHAT_SO_ALREADY) {
            irc_metadata_fail_subscription(session, key);
            break;
        }
        text_copy(done[done_count++], METADATA_KEY_SIZE, key);
        if (result == CHAT_DONE)
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
    struct metadata_wanted wanted = irc_metadata_view_subscriptions_locked(session, keys);
    session_commit(session);
    session_open_batch(session, "metadata-subs", NULL);
    show_keys(session, REPLY_METADATA_SUBSCRIPTIONS, keys, wanted.count);
    session_close_batch(session);
}

void irc_metadata_unsubscribe(struct session *session)
{
    for (bool more = true; more;) {
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        struct chat chat = session_chat(session);
        struct actor actor = session_actor_locked(session);
        uint32_t at = metadata_next_locked(session->world, METADATA_SUBSCRIPTION, session->connection, NONE);
        if ((more = at != NONE)) {
            char key[METADATA_KEY_SIZE];
            memcpy(key, session->world->metadata[at].key, sizeof key);
            chat_subscribe_locked(&chat, &actor, key, false);
        }
        session_commit(session);
    }
}

/* ---- the command ---- */

void irc_metadata_run(struct session *session, struct request *request)
{
    const char *word = request->arguments[0], *verb = request->arguments[1];
    bool keyed = strcasecmp(verb, "GET") == 0 || strcasecmp(verb, "SET") == 0 || strcasecmp(verb, "SUB") == 0 ||
                 strcasecmp(verb, "UNSUB") == 0;
    bool own_only = strncasecmp(verb, "SUB", 3) == 0 || strcasecmp(verb, "UNSUB") == 0;
    if (keyed && request->count < 3) {
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
