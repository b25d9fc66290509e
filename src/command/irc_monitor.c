/* IRC: MONITOR. IRCv3 monitor. Run by workers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chat/monitor.h"
#include "irc_metadata_view.h"
#include "rows.h"
#include "world/monitors.h"

/* Bytes of targets in one line. */
#define LIST_WIDTH 400

/* One line of targets that is being filled; sent when it is full. */
struct targets {
    enum reply_code code;
    struct text text;
    char line[LIST_WIDTH + 200];
};

static void targets_init(struct targets *targets, enum reply_code code)
{
    targets->code = code;
    text_init(&targets->text, targets->line, sizeof targets->line);
}

static void targets_send(struct session *session, struct targets *targets)
{
    if (targets->text.length > 0)
        session_reply(session, targets->code, targets->line, NULL);
    text_init(&targets->text, targets->line, sizeof targets->line);
}

static void targets_add(struct session *session, struct targets *targets, const char *target)
{
    if (targets->text.length > 0 && targets->text.length + strlen(target) + 1 > LIST_WIDTH)
        targets_send(session, targets);
    if (targets->text.length > 0)
        text_add_char(&targets->text, ',');
    text_add(&targets->text, target);
}

/* nick!user@host into `mask` if somebody of that nick is here, else the nick itself. */
#define TARGET_SIZE (NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 3)
static bool look_locked(const struct world *world, const char *nick, char target[TARGET_SIZE])
{
    uint32_t at = user_find_locked(world, nick);
    if (at == NONE || world->users[at].state != USER_PRESENT) {
        snprintf(target, TARGET_SIZE, "%.63s", nick);
        return false;
    }
    const struct user_shm *user = &world->users[at];
    snprintf(target, TARGET_SIZE, "%s!%s@%s", user->nick, user->username, user->host);
    return true;
}

/* All of a list in one transaction, its answer too: nothing that happens meanwhile is told before it. */
static void add(struct session *session, char *list)
{
    struct world *world = session->world;
    char limit[12], target[TARGET_SIZE];
    struct targets here, gone;
    snprintf(limit, sizeof limit, "%u", MONITORS_OF_ONE);
    targets_init(&here, REPLY_MONITOR_ONLINE);
    targets_init(&gone, REPLY_MONITOR_OFFLINE);
    char kept[600], *copy = kept; /* the list is taken apart below */
    text_copy(kept, sizeof kept, list);
    if (!session_begin(session, MONITORS_OF_ONE * CHAT_MONITOR_NEED + 2 * ring_need(SESSION_OUT_SIZE)))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    char *at = list;
    bool full = false;
    for (char *nick; !full && (nick = text_next_item(&at, ','));) {
        enum chat_result result = chat_monitor_locked(&chat, &actor, nick, true);
        if (result == CHAT_NAME_BAD)
            continue;
        full = result == CHAT_LIST_FULL;
        bool online = look_locked(world, nick, target);
        if (!full) {
            targets_add(session, online ? &here : &gone, target);
            continue;
        }
        /* What could not be added: this one and, as the client sent them, all behind it. */
        char rest[LIST_WIDTH];
        struct text text;
        text_init(&text, rest, sizeof rest);
        text_add(&text, nick);
        if (at && *at)
            text_addf(&text, ",%s", at);
        targets_send(session, &here);
        targets_send(session, &gone);
        session_reply(session, REPLY_MONITOR_FULL, limit, rest, NULL);
    }
    targets_send(session, &here);
    targets_send(session, &gone);
    session_commit(session);
    for (const char *nick; !full && (nick = text_next_item(&copy, ','));)
        irc_metadata_view_monitored(session, nick);
}

static void drop(struct session *session, const char *nick)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_monitor_locked(&chat, &actor, nick, false);
    session_commit(session);
}

static void drop_all(struct session *session)
{
    for (bool more = true; more;) {
        char nick[NICK_SIZE] = "";
        if (!session_begin(session, 0))
            return;
        uint32_t first = session->world->connections[session->connection].first_monitor;
        more = first != NONE;
        if (more)
            text_copy(nick, sizeof nick, session->world->monitors[first].nick);
        session_commit(session);
        if (more)
            drop(session, nick);
    }
}

/* Shows the list: as it is, or who of it is here. */
static void show(struct session *session, bool status)
{
    const struct world *world = session->world;
    uint32_t monitors[MONITORS_OF_ONE], count = 0;
    struct targets here, rest;
    targets_init(&here, REPLY_MONITOR_ONLINE);
    targets_init(&rest, status ? REPLY_MONITOR_OFFLINE : REPLY_MONITOR_LIST);
    if (!session_begin(session, 0))
        return;
    for (uint32_t at = session->world->connections[session->connection].first_monitor;
         at != NONE && count < MONITORS_OF_ONE; at = world->monitors[at].next)
        monitors[count++] = at;
    while (count-- > 0) { /* the newest is the first of them */
        char target[TARGET_SIZE];
        const char *nick = world->monitors[monitors[count]].nick;
        bool online = status && look_locked(world, nick, target);
        targets_add(session, online ? &here : &rest, online ? target : nick);
    }
    targets_send(session, &here);
    targets_send(session, &rest);
    if (!status)
        session_reply(session, REPLY_MONITOR_END, NULL);
    session_commit(session);
}

void irc_monitor_change(struct session *session, struct request *request)
{
    const char *verb = request->arguments[0];
    bool listed = strcmp(verb, "+") == 0 || strcmp(verb, "-") == 0;
    if (listed && request->count < 2) {
        session_reply(session, REPLY_NEED_MORE, "MONITOR", NULL);
    } else if (strcmp(verb, "+") == 0) {
        add(session, request->arguments[1]);
    } else if (strcmp(verb, "-") == 0) {
        char *rest = request->arguments[1], *nick;
        while ((nick = text_next_item(&rest, ',')))
            drop(session, nick);
    } else if (strcasecmp(verb, "C") == 0) {
        drop_all(session);
    } else if (strcasecmp(verb, "L") == 0) {
        show(session, false);
    } else if (strcasecmp(verb, "S") == 0) {
        show(session, true);
    }
}
