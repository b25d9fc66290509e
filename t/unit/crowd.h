/* A crowd for tests: clients of every door and one control child, who send anything at random, the same in every run.
 * The process is the worker of each in turn, and the supervisor. */
#ifndef FORKCHAT_T_UNIT_CROWD_H
#define FORKCHAT_T_UNIT_CROWD_H

#include <string.h>

#include "base/lines.h"
#include "check.h"
#include "chat/flags.h"
#include "chat/detach.h"
#include "chat/leave.h"
#include "child.h"
#include "command/irc_multiline.h"
#include "service/service.h"
#include "transport/door.h"
#include "world/bans.h"
#include "world/crashes.h"
#include "world/layout.h"
#include "world/message_index.h"
#include "world/token.h"

static struct txn txn;
static struct world world;
static char name[REGION_NAME_SIZE];
static struct settings *settings;

/* ---- the same sequence in every run ---- */

static uint64_t seed;

static uint32_t below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % limit);
}

/* ---- clients ---- */

#define CLIENTS 14u
#define DEVICES 6u /* further connections, each of some user, that send nothing themselves */

static struct session sessions[CLIENTS + 1]; /* the last is a control child's, and no client */

static void housekeep(struct session *session)
{
    (void)session;
}

static bool wait_no_more(struct session *session, int milliseconds)
{
    (void)session, (void)milliseconds;
    return false;
}

static void take_answer(struct session *session, const char *bytes, size_t length)
{
    (void)session, (void)bytes, (void)length;
}

static const struct session_host client_host = {
    .housekeep = housekeep, .call_supervisor = housekeep, .wait = wait_no_more};
static const struct session_host control_host = {
    .housekeep = housekeep, .call_supervisor = housekeep, .deliver = take_answer, .wait = wait_no_more};

static void feed(struct session *session, const char *line)
{
    if (session->door == SERVICE_CONTROL)
        service_control()->feed(session, line, strlen(line));
    else
        door_of(session->door).transport->feed(session, line, strlen(line));
    if (!session->leaving)
        session_flush(session);
}

/* What the end of its process would free. */
static void end_session(struct session *session)
{
    if (session->door == SERVICE_CONTROL) {
        lines_free(session->dialect_state);
        free(session->dialect_state);
    } else {
        const struct door door = door_of(session->door);
        door_close(session, &door);
    }
    irc_multiline_abandon(session);
    free(session->irc.markers);
    session->irc.markers = NULL;
    free(session->irc.sasl);
    session->irc.sasl = NULL;
}

static void begin_session(struct session *session, enum door_kind door, uint32_t connection)
{
    bool control = door == SERVICE_CONTROL;
    *session = (struct session){.world = &world,
                                .settings = settings,
                                .speech = control ? &service_control()->speech : &door_of(door).dialect->speech,
                                .framing = door_of(door).transport->framing,
                                .door = door,
                                .connection = connection,
                                .user = NONE,
                                .host = control ? &control_host : &client_host};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
}

static enum door_kind door_at(uint32_t place)
{
    return place % 7 == 5 ? DOOR_PLAIN : place % 7 == 6 ? DOOR_TALK : DOOR_IRC;
}

static void make_operator(struct session *session)
{
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_promote_locked(&chat, &actor, 0, "crowd");
    session_commit(session);
}

/* As a worker does it. */
static void come_to(struct session *session, uint32_t place)
{
    char line[80];
    uint32_t channels[EVENT_CHANNELS];
    end_session(session);
    begin_session(session, door_at(place), place);
    txn_begin(&txn, EVENT_NEED_MAX);
    session->user = user_create_locked(&world, "192.0.2.1:9", "192.0.2.1");
    session->generation =
        user_attach_locked(&world, session->user, place, 1, session->door, "192.0.2.1:9", "192.0.2.1");
    struct event event = event_attach_locked(&world, place, channels);
    event_publish_locked(&world, &event);
    txn_commit(&txn);
    const struct door door = door_of(session->door);
    CHECK(door_open(session, &door) == 0);
    if (session->door == DOOR_IRC && !session->leaving) {
        if (below(4))
            feed(session, "CAP REQ :message-tags labeled-response batch echo-message draft/multiline draft/metadata-2 "
                          "draft/message-redaction draft/read-marker draft/pre-away extended-join\r\n");
        snprintf(line, sizeof line, "NICK n%u\r\nUSER u%u 0 * :r\r\nCAP END\r\nJOIN #c%u,#c%u\r\n", place, place,
                 below(6), below(6));
        feed(session, line);
    }
    if (below(3) == 0 && !session->leaving)
        make_operator(session);
}

static void come(uint32_t place)
{
    come_to(&sessions[place], place);
}

/* As the supervisor puts in order what a worker left. */
static void reap(uint32_t place)
{
    txn_begin(&txn, EVENT_NEED_LEAVE);
    const struct chat chat = {.world = &world, .settings = settings};
    if (connection_is_open_locked(&world, place))
        chat_break_locked(&chat, place, false, QUIT_CRASHED, "", "");
    if (below(4) == 0) {
        struct crash_shm crash = {.at = below(1000), .pid = 7, .process = "worker", .recording = {.working = below(2)}};
        crash_add_locked(&world, &crash);
    }
    connection_free_locked(&world, place);
    if (below(4) == 0)
        connection_skip_locked(&world, place);
    txn_commit(&txn);
    end_session(&sessions[place]);
}

/* ---- what they send ---- */

/* %n a nick, %c a channel, %m a mask, %k a key of metadata, %w a word, %t a text, %x modes, %a a target of metadata,
 * %i a message's id, %d a capability */
/* clang-format off */
static const char *const irc_lines[] = {
    "JOIN %c", "JOIN %c,%c,%c %w,%w", "JOIN %c,%c", "JOIN %c", "JOIN %c", "JOIN 0", "PART %c :%t", "PART %c,%c",
    "TOPIC %c :%t",
    "KICK %c %n :%t", "KICK %c %n,%n,%n", "MODE %c %x", "MODE %c %x %n %m %w", "MODE %c +ooo-v %n %n %n %n",
    "MODE %c +bbeeII %m %m %m %m %m %m", "MODE %c -b+k %m %w", "MODE n1 +iwB-i", "INVITE %n %c", "KNOCK %c",
    "RENAME %c %c :%t",
    "RENAME %c #%w :%t", "PRIVMSG %c :%t", "PRIVMSG %c :%t", "PRIVMSG %n :%t", "@+a=b PRIVMSG %n,%c,@%c :%t",
    "NOTICE %c :%t", "@+a=b TAGMSG %c",
    "REDACT %c %i :%t", "AWAY :%t", "AWAY", "SETNAME :%t", "METADATA %a SET %k :%t", "METADATA %a SET %k",
    "METADATA %a CLEAR",
    "METADATA * SUB %k %k %k", "METADATA * UNSUB %k", "METADATA %a SYNC", "METADATA * SUBS", "METADATA %a GET %k",
    "METADATA %a LIST", "MONITOR + %n,%n,%w", "MONITOR - %n", "MONITOR C", "MONITOR S", "MONITOR L", "NICK %n",
    "NICK %w",
    "KILL %n :%t", "KLINE 1h %m :%t", "KLINE %w@192.0.2.* :%t", "UNKLINE %m", "MUTE %n", "MUTE all", "UNMUTE all",
    "MUTE %c",
    "UNMUTE %c", "UNMUTE %n", "HAND", "HANDS clear", "FLOOR %n %c", "FLOOR all %c", "QUIT :%t", "WALLOPS :%t",
    "BATCH +r draft/multiline %c\r\n@batch=r PRIVMSG %c :%t", "@batch=r PRIVMSG %c :%t", "BATCH -r", "CAP REQ :%d",
    "CAP REQ :-%d",
    "MARKREAD %c timestamp=2026-01-01T00:00:00.000Z", "NAMES %c", "WHO %c", "WHOIS %n", "LIST", "STATS k"};
static const char *const text_dialect_lines[] = {
    "NICK %n", "NICK %w", "MSG %c %t", "MSG %t", "SAY %t", "ME %t", "JOIN %c", "JOIN %c %w", "PART %c %t", "PART", "TOPIC %t",
    "TOPIC %c %t", "KICK %n %t", "KICK %c %n %t",
    "INVITE %n", "INVITE %c %n", "MODE %x %n", "MODE %c %x %n", "MODE +b %m", "AWAY %t", "AWAY", "KILL %n %t", "BAN %n 1h %t", "BAN %m %t", "UNBAN %m",
    "MUTE %n",
    "UNMUTE %c", "UNMUTE all", "HAND", "HANDS clear %n", "FLOOR %n", "FLOOR %c all", "QUIT %t", "@%n %t", "LIST",
    "WHOIS %n"};
static const char *const control_lines[] = {
    "wall %t", "topic %c %t", "kick %n %t", "ban %m 1h %t", "ban %n", "unban %m", "mute %c", "unmute %c", "mute all",
    "unmute all",
    "hands clear", "floor %n %c", "floor all %c", "shutdown 1h %t", "shutdown cancel", "who", "json channels",
    "attendance", "crash"};
/* clang-format on */

#define PICK(list) (list)[below((uint32_t)(sizeof(list) / sizeof *(list)))]

static void add_word(struct text *text, char kind)
{
    static const char *const masks[] = {"*!*@192.0.2.1",   "n1*!*@*",       "m:*!*@*",      "u2@*",
                                        "198.51.100.0/24", "x*@192.0.2.77", "*@203.0.113.7"};
    static const char *const modes[] = {"+i",   "-i", "+m",     "-m",   "+nt", "-n", "+s", "-s",
                                        "+l 3", "-l", "+k key", "-k *", "b",   "+o", "-v", "+b"};
    static const char *const caps[] = {
        "batch", "echo-message", "draft/channel-rename", "draft/metadata-2", "draft/metadata-3", "multi-prefix"};
    static const char *const sentences[] = {"hello", "a longer text with several words", "", "\001ACTION waves\001",
                                            "été"};
    switch (kind) {
    case 'n':
        text_addf(text, below(8) ? "n%u" : "guest%u", below(CLIENTS));
        break;
    case 'c':
        text_addf(text, below(12) ? "#c%u" : "#lobby", below(6));
        break;
    case 'm':
        text_add(text, PICK(masks));
        break;
    case 'k':
        text_addf(text, "key%u", below(below(2) ? 4 : 24));
        break;
    case 'x':
        text_add(text, PICK(modes));
        break;
    case 'd':
        text_add(text, PICK(caps));
        break;
    case 'a':
        add_word(text, below(2) ? 'c' : below(2) ? 'n' : '*');
        break;
    case '*':
        text_add_char(text, '*');
        break;
    case 'i': {
        uint64_t last = world.shm->messages_indexed - 1 - below(4);
        text_addf(text, "%llx", (unsigned long long)world.shm->message_index[last % MESSAGE_INDEX_SIZE].id);
        break;
    }
    case 't':
        text_add(text, PICK(sentences));
        break;
    default:
        text_addf(text, "word%u", below(30));
    }
}

/* Takes long, or is no command but a word that HELP explains. */
static bool is_left_out(const struct command *command)
{
    return command->is_subject || strcmp(command->verb, "OPER") == 0 || strcmp(command->verb, "reload") == 0;
}

/* Every command of the door in turn, with any words. */
static void add_any(struct text *text, enum dialect_kind dialect)
{
    static int next[DIALECT_KINDS];
    const struct command *command;
    do {
        if (!(command = command_list(dialect, next[dialect]++)))
            next[dialect] = 0;
    } while (!command || is_left_out(command));
    text_add(text, command->verb);
    for (uint32_t words = below(5); words-- > 0;) {
        text_add_char(text, ' ');
        add_word(text, "ncmkwx"[below(6)]);
    }
}

static void send_something(struct session *session)
{
    char line[900];
    struct text text;
    bool irc = session->door == DOOR_IRC;
    text_init(&text, line, sizeof line);
    if (session->door == DOOR_TALK)
        text_add_char(&text, '/');
    if (irc && below(5) == 0)
        text_add(&text, "@label=l ");
    const char *form = irc                                ? PICK(irc_lines)
                       : session->door == SERVICE_CONTROL ? PICK(control_lines)
                                                          : PICK(text_dialect_lines);
    if (irc && form[0] == '@')
        text_init(&text, line, sizeof line);
    if (below(6) == 0)
        add_any(&text, session->speech->dialect);
    else
        for (const char *at = form; *at; at++)
            if (*at == '%')
                add_word(&text, *++at);
            else
                text_add_char(&text, *at);
    text_add(&text, irc ? "\r\n" : "\n");
    feed(session, line);
}

/* ---- the whole ---- */

static const struct world_limits crowd_limits = {.users = CLIENTS + DEVICES + 4,
                                                 .connections = CLIENTS + DEVICES,
                                                 .channels = 8,
                                                 .members = 60,
                                                 .masks = 30,
                                                 .couriers = 2};

static void crowd_start(const struct world_limits *limits)
{
    child_name_region(name);
    seed = 20260101;
    CHECK(txn_create(&txn, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(limits)) == 0);
    ring_start_at(&txn.ring, 1 << 20);
    world_create(&world, &txn, limits);
    settings = settings_new();
    settings_read_option(settings, "server-name irc.test");
    settings->flood.count = 0;
    settings->ring_size = (int64_t)RING_MIN_SIZE;
    settings_complete(settings);
}

static void crowd_stop(void)
{
    for (uint32_t i = 0; i <= CLIENTS; i++)
        end_session(&sessions[i]);
    settings_free(settings);
    region_unmap(&txn.region);
    region_unlink(name);
}

static void crowd_come_all(void)
{
    begin_session(&sessions[CLIENTS], SERVICE_CONTROL, NONE);
    CHECK(service_control()->open(&sessions[CLIENTS]) == 0);
    for (uint32_t i = 0; i < CLIENTS; i++)
        come(i);
}

/* A device is attached to somebody, or detached from whom it was; whoever has no connection any more stays for a while.
 */
static void crowd_use_device(void)
{
    uint32_t slot = CLIENTS + below(DEVICES), user = below(CLIENTS + DEVICES), channels[EVENT_CHANNELS];
    txn_begin(&txn, EVENT_NEED_LEAVE);
    const struct connection_shm *connection = &world.connections[slot];
    bool alone = world.users[user].state == USER_PRESENT && world.users[user].connection_count == 0;
    if (alone && below(3) == 0) {
        chat_leave_locked(&world, user, QUIT_LOST, "", "");
    } else if (connection->state == CONNECTION_OPEN) {
        event_detach_locked(&world, slot, below(2));
        if (world.users[user].state == USER_ATTACHED && world.users[user].connection_count == 0)
            chat_leave_locked(&world, user, QUIT_LOST, "", "");
    } else if (connection->state == CONNECTION_CLOSED) {
        connection_free_locked(&world, slot);
    } else if (world.users[user].state == USER_PRESENT &&
               user_attach_locked(&world, user, slot, 1, DOOR_IRC, "198.51.100.7:8", "198.51.100.7")) {
        struct event event = event_attach_locked(&world, slot, channels);
        event_publish_locked(&world, &event);
    }
    txn_commit(&txn);
}

/* A client breaks off that was given a token, or is thought to be there still; another shows the token. */
static void crowd_come_back(void)
{
    struct token token;
    char line[40];
    uint32_t place = below(CLIENTS), other = below(CLIENTS);
    struct session *session = &sessions[place], *newcomer = &sessions[other];
    bool text = newcomer->door != DOOR_IRC && !newcomer->leaving;
    if (!text || place == other || session->leaving || token_make(&token) || !session_begin(session, EVENT_NEED_LEAVE))
        return;
    const struct chat chat = {.world = &world, .settings = settings};
    token_give_locked(&world, place, &token, RETURN_IF_BROKEN + below(2));
    if (below(2)) {
        chat_break_locked(&chat, place, below(2), QUIT_LOST, "", "");
        session->leaving = true;
    }
    session_commit(session);
    for (uint32_t lines = below(3); lines > 0; lines--)
        send_something(&sessions[below(CLIENTS + 1)]);
    if (newcomer->leaving)
        return;
    snprintf(line, sizeof line, "%sRESUME %s\n", newcomer->speech->verb_prefix, token.text);
    feed(newcomer, line);
}

/* Somebody sends something; now and then somebody dies, or the supervisor does something. */
static void crowd_step(void)
{
    static char text[SETTINGS_TEXT_SIZE];
    uint32_t place = below(CLIENTS + 1);
    if (place < CLIENTS && (sessions[place].leaving || below(100) == 0)) {
        reap(place);
        come(place);
    }
    send_something(&sessions[place]);
    if (below(5) == 0)
        crowd_use_device();
    if (below(20) == 0)
        crowd_come_back();
    if (below(50) == 0) {
        memset(text, (int)('a' + below(26)), sizeof text);
        txn_begin_look(&txn);
        world_set_settings_locked(&world, text, below(SETTINGS_TEXT_SIZE));
        txn_commit(&txn);
    }
    if (below(20) == 0) { /* nobody is kept out or silent for ever */
        txn_begin_look(&txn);
        world_set_silence_locked(&world, false);
        channel_set_modes_locked(&world, LOBBY, CHANNEL_TOPIC_LOCK);
        for (uint32_t k = 0; k < bans_end_locked(&world); k++)
            ban_remove_locked(&world, world.bans[k].mask);
        txn_commit(&txn);
    }
}

#endif
