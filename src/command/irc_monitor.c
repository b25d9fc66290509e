/* IRC: MONITOR. IRCv3 monitor. Run by workers. Lists are in the tables (world/monitors.h) and, for delivering, in the
 * couriers' copies; each change is an event for those. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "families.h"
#include "world/shares.h"
#include "world/monitors.h"

/* Bytes of targets in one line. */
#define LIST_WIDTH 400

/* Bytes of the largest EVENT_MONITOR: six names and the fixed part. */
#define MONITOR_NEED (4 * NICK_SIZE + USERNAME_SIZE + HOST_SIZE + ADDRESS_SIZE + 256)

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

static void publish_monitor_locked(struct session *session, const char *nick, bool on)
{
    struct event event = session_event_locked(session, EVENT_MONITOR);
    event.strings.monitor.nick = nick;
    event.numbers.monitor.on = on;
    event.audience = AUDIENCE_NOBODY;
    event_publish_locked(session->world, &event);
}

static bool may_be_nick(const char *nick)
{
    enum name_result result = name_check_nick(nick, NICK_SIZE - 1);
    return result == NAME_OK || result == NAME_RESERVED; /* guest7 is somebody's */
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
    if (!session_begin(session, MONITORS_OF_ONE * ring_need(MONITOR_NEED) + 2 * ring_need(SESSION_OUT_SIZE)))
        return;
    char *at = list;
    bool full = false;
    for (char *nick; !full && (nick = text_next_item(&at, ','));) {
        if (!may_be_nick(nick))
            continue;
        bool there = monitor_find_locked(world, session->connection, nick) != NONE;
        full = !there && (world->connections[session->connection].monitor_count >= MONITORS_OF_ONE ||
                          share_ask_locked(world, SHARE_MONITORS, session->user) != SHARE_FITS ||
                          monitor_add_locked(world, session->connection, nick) == NONE);
        if (!there && !full)
            publish_monitor_locked(session, nick, true);
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
        irc_metadata_monitored(session, nick);
}

static void drop(struct session *session, const char *nick)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    uint32_t monitor = monitor_find_locked(session->world, session->connection, nick);
    if (monitor != NONE) {
        publish_monitor_locked(session, nick, false);
        monitor_remove_locked(session->world, monitor);
    }
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
    for (uint32_t at = world->connections[session->connection].first_monitor; at != NONE && count < MONITORS_OF_ONE;
         at = world->monitors[at].next)
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

void irc_monitor(struct session *session, struct request *request)
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
