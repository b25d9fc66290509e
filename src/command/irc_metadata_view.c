/* IRC: what is shown of metadata: copies of it, and what is told on other occasions than METADATA. IRCv3
 * draft/metadata-2 and draft/metadata-3. Run by workers; changes no tables. */
#include "irc_metadata_view.h"

#include <stdlib.h>
#include <string.h>

#include "chat/metadata.h"
#include "irc_metadata_fail.h"

/* A user who joins a channel with more members than this is told to ask for their metadata later. */
#define SYNC_AT_ONCE 200u
#define LATER        "2" /* seconds */

/* ---- copies ---- */

static bool is_wanted(const struct metadata_wanted *wanted, const char *key)
{
    for (uint32_t i = 0; wanted->keys && i < wanted->count; i++)
        if (strcmp(wanted->keys[i], key) == 0)
            return true;
    return wanted->keys == NULL;
}

void irc_metadata_view_copy_locked(struct metadata_list *list, const struct world *world,
                                   const struct metadata_target *target, const struct metadata_wanted *wanted)
{
    for (uint32_t at = NONE; (at = metadata_next_locked(world, target->kind, target->index, at)) != NONE;) {
        const struct metadata_shm *record = &world->metadata[at];
        if (!is_wanted(wanted, record->key))
            continue;
        if (list->count == list->size) {
            size_t size = list->size ? list->size * 2 : 16;
            struct metadata_found *items = realloc(list->items, size * sizeof *items);
            if (!items) {
                list->failed = true;
                return;
            }
            list->items = items;
            list->size = size;
        }
        struct metadata_found *found = &list->items[list->count++];
        text_copy(found->target, sizeof found->target, target->name);
        text_copy(found->key, sizeof found->key, record->key);
        text_copy(found->value, sizeof found->value, record->value);
    }
}

static struct metadata_target user_target(const struct world *world, uint32_t user)
{
    struct metadata_target target = {.kind = METADATA_OF_USER, .index = user};
    text_copy(target.name, sizeof target.name, world->users[user].nick);
    return target;
}

static struct metadata_target channel_target(const struct world *world, uint32_t channel)
{
    struct metadata_target target = {.kind = METADATA_OF_CHANNEL, .index = channel};
    text_copy(target.name, sizeof target.name, world->channels[channel].name);
    return target;
}

void irc_metadata_view_copy_channel_locked(struct metadata_list *list, const struct session *session, uint32_t channel,
                                           const struct metadata_wanted *wanted, unsigned char *seen)
{
    const struct world *world = session->world;
    struct metadata_target target = channel_target(world, channel);
    irc_metadata_view_copy_locked(list, world, &target, wanted);
    for (uint32_t at = world->channels[channel].first_member; at != NONE; at = world->members[at].next_of_channel) {
        uint32_t user = world->members[at].user;
        if ((seen && (seen[user / 8] >> user % 8 & 1)) || !session_sees_user_locked(session, user))
            continue;
        if (seen)
            seen[user / 8] |= (unsigned char)(1u << user % 8);
        target = user_target(world, user);
        irc_metadata_view_copy_locked(list, world, &target, wanted);
    }
}

struct metadata_wanted irc_metadata_view_subscriptions_locked(const struct session *session,
                                                              char (*keys)[METADATA_KEY_SIZE])
{
    const struct world *world = session->world;
    struct metadata_wanted wanted = {.keys = keys};
    for (uint32_t at = NONE;
         (at = metadata_next_locked(world, METADATA_SUBSCRIPTION, session->connection, at)) != NONE &&
         wanted.count < METADATA_SUBSCRIPTIONS;)
        memcpy(keys[wanted.count++], world->metadata[at].key, METADATA_KEY_SIZE);
    return wanted;
}

static void show_as(struct session *session, struct metadata_list *list, const char *about, enum reply_code code)
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

void irc_metadata_view_show(struct session *session, struct metadata_list *list, const char *about)
{
    show_as(session, list, about, REPLY_KEY_VALUE);
}

void irc_metadata_view_tell(struct session *session, struct metadata_list *list, const char *about)
{
    show_as(session, list, about, irc_metadata_fail_speaks_third(session) ? REPLY_KEY_VALUE : REPLY_METADATA);
}

bool irc_metadata_view_is_shown_locked(struct session *session, const struct metadata_target *target)
{
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    return chat_sees_metadata_locked(&chat, &actor, target->kind, target->index);
}

bool irc_metadata_view_find_locked(const struct session *session, const char *word, struct metadata_target *target)
{
    const struct world *world = session->world;
    if (strcmp(word, "*") == 0) {
        *target = user_target(world, session->user);
        if (!session->irc.registration.done)
            text_copy(target->name, sizeof target->name, "*");
        return true;
    }
    if (!session->irc.registration.done)
        return false;
    if (*word == '#') {
        uint32_t channel = channel_find_locked(world, word);
        if (channel == NONE || !session_sees_channel_locked(session, channel))
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

/* ---- on other occasions ---- */

/* What the session's user says, told again to the members of a channel, or (NULL) to those who watch them. */
static void tell_own(struct session *session, const struct metadata_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        struct chat chat = session_chat(session);
        struct actor actor = session_actor_locked(session);
        uint32_t channel = name ? channel_find_locked(session->world, name) : NONE;
        if (!name || channel != NONE)
            chat_repeat_metadata_locked(&chat, &actor, channel, list->items[i].key, list->items[i].value);
        session_commit(session);
    }
}

static struct metadata_list copy_own(struct session *session)
{
    const struct metadata_wanted all = {0};
    struct metadata_list list = {0};
    if (session_begin(session, 0)) {
        struct metadata_target own = user_target(session->world, session->user);
        irc_metadata_view_copy_locked(&list, session->world, &own, &all);
        session_commit(session);
    }
    return list;
}

void irc_metadata_view_registered(struct session *session)
{
    struct metadata_list list = copy_own(session);
    tell_own(session, &list, NULL);
    if (session->caps & CAPS_METADATA)
        irc_metadata_view_tell(session, &list, session->world->users[session->user].nick);
    else
        free(list.items);
}

void irc_metadata_view_joined(struct session *session, const char *channel)
{
    char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
    struct metadata_list own = copy_own(session), list = {0};
    tell_own(session, &own, channel);
    free(own.items);
    if (!(session->caps & CAPS_METADATA) || !session_begin(session, 0))
        return;
    struct metadata_wanted wanted = irc_metadata_view_subscriptions_locked(session, keys);
    uint32_t index = channel_find_locked(session->world, channel);
    bool later = index != NONE && session->world->channels[index].member_count > SYNC_AT_ONCE;
    if (index != NONE && wanted.count > 0 && !later)
        irc_metadata_view_copy_channel_locked(&list, session, index, &wanted, NULL);
    session_commit(session);
    if (index != NONE && wanted.count > 0 && later)
        session_reply(session, REPLY_METADATA_LATER, channel, LATER, NULL);
    else if (index != NONE && wanted.count > 0)
        irc_metadata_view_tell(session, &list, channel);
}

void irc_metadata_view_monitored(struct session *session, const char *nick)
{
    if ((session->caps & CAPS_METADATA) && session->irc.registration.done) {
        char keys[METADATA_SUBSCRIPTIONS][METADATA_KEY_SIZE];
        struct metadata_list list = {0};
        struct metadata_target target;
        if (!session_begin(session, 0))
            return;
        struct metadata_wanted wanted = irc_metadata_view_subscriptions_locked(session, keys);
        if (wanted.count > 0 && irc_metadata_view_find_locked(session, nick, &target))
            irc_metadata_view_copy_locked(&list, session->world, &target, &wanted);
        session_commit(session);
        if (list.count > 0)
            irc_metadata_view_tell(session, &list, target.name);
        else
            free(list.items);
    }
}

void irc_metadata_view_whois(struct session *session, const char *nick)
{
    char keys[][METADATA_KEY_SIZE] = {"display-name", "pronouns", "status", "homepage", "url"};
    const struct metadata_wanted wanted = {.keys = keys, .count = sizeof keys / sizeof *keys};
    struct metadata_list list = {0};
    struct metadata_target target;
    if (!(session->caps & CAPS_METADATA) || !session_begin(session, 0))
        return;
    if (irc_metadata_view_find_locked(session, nick, &target))
        irc_metadata_view_copy_locked(&list, session->world, &target, &wanted);
    session_commit(session);
    for (size_t i = 0; i < list.count; i++)
        session_reply(session, REPLY_WHOIS_KEY_VALUE, list.items[i].target, list.items[i].key, list.items[i].value,
                      NULL);
    free(list.items);
}
