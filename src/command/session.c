/* Sessions: answers and transactions. Run by workers.
 *
 * A client's answers go through the ring like everything else, so that they stand in one order with what
 * others say. They are gathered for a whole command and published as one event. */
#include "session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "world/counters.h"
#include "world/history_marks.h"
#include "world/names.h"

/* Bytes of one line of a long text, for doors that have no limit of their own. */
#define LINE_ROOM 1024

/* The gathered answers as an event. */
static struct event answers_locked(const struct session *session)
{
    struct event event = event_of_server(EVENT_REPLY);
    event.audience = AUDIENCE_CONNECTION;
    event.target = session->connection;
    event.strings.reply.bytes = session->out.start;
    EVENT_LENGTH(&event, reply.bytes) = session->out.length;
    return event;
}

static void publish_answers_locked(struct session *session)
{
    if (session->out.length == 0 || session->host->deliver)
        return;
    struct event answers = answers_locked(session);
    session->pace.answered += (int64_t)session->out.length; /* the next line waits for it: session_pace */
    event_publish_locked(session->world, &answers);
    session->backlog.position = answers.position;
    session->backlog.bytes += session->out.length;
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
}

void session_say(struct session *session, const char *bytes, size_t length)
{
    struct text *out = &session->out;
    if (session->in_transaction && length > out->size - out->length - 1)
        publish_answers_locked(session);
    while (length > 0) {
        size_t room = out->size - out->length - 1;
        size_t part = length < room ? length : room;
        text_add_bytes(out, bytes, part);
        bytes += part;
        length -= part;
        if (session->host->deliver && session->in_transaction)
            return; /* never written with the lock held; no answer within a transaction is that long */
        if (length > 0)
            session_flush(session);
    }
}

void session_begin_line(struct session *session, size_t length)
{
    char head[FRAMING_HEAD];
    if (session->framing->head)
        session_say(session, head, session->framing->head(head, length));
}

void session_end_line(struct session *session)
{
    const struct framing *framing = session->framing;
    if (!framing->head)
        session_say(session, framing->end, strlen(framing->end));
}

void session_say_line(struct session *session, const char *line, size_t length)
{
    session_begin_line(session, length);
    session_say(session, line, length);
    session_end_line(session);
}

void session_say_end(struct session *session)
{
    if (session->framing->over && !session->said_end)
        session_say(session, session->framing->over, strlen(session->framing->over));
    session->said_end = true;
}

/* How many bytes of answers may be on their way to the client at once. */
static size_t answers_at_once(const struct session *session)
{
    return (size_t)session->settings->queue_limit / 4;
}

void session_reply(struct session *session, enum reply_code code, ...)
{
    const char *arguments[9];
    int count = 0;
    va_list list;
    va_start(list, code);
    for (const char *argument; count < 9 && (argument = va_arg(list, const char *));)
        arguments[count++] = argument;
    va_end(list);
    if (code == REPLY_NO_SUCH_CHANNEL && count > 0 && !name_is_channel(arguments[0]))
        code = REPLY_BAD_CHANNEL;
    /* No answer is longer than a quarter of the buffer: they are made of names and texts with limits. */
    if (!session->in_transaction &&
        (session->out.length > SESSION_OUT_SIZE / 4 * 3 || session->out.length > answers_at_once(session)))
        session_flush(session);
    session->speech->format_reply(session, code, arguments, count);
}

/* How much of a line goes into one answer: all of it, or what is before the last blank for which there is room. */
static size_t measure(const char *line, size_t length, size_t room)
{
    if (length <= room)
        return length;
    size_t end = text_boundary(line, length, room), blank = end;
    while (blank > 0 && line[blank] != ' ')
        blank--;
    return blank > 0 ? blank : end;
}

void session_reply_lines(struct session *session, enum reply_code code, const char *lines)
{
    size_t room = session->speech->dialect == DIALECT_IRC ? session_line_room(session) - strlen(":- ") : LINE_ROOM;
    while (*lines) {
        char line[LINE_ROOM + 1];
        size_t length = strcspn(lines, "\n"), end = length;
        if (end > 0 && lines[end - 1] == '\r')
            end--;
        size_t part = measure(lines, end, room);
        snprintf(line, sizeof line, "%.*s", (int)part, lines);
        session_reply(session, code, line, NULL);
        if (part < end)
            lines += part + (lines[part] == ' ');
        else
            lines += length + (lines[length] == '\n');
    }
}

static void show_line(void *session, const char *line)
{
    session_reply(session, REPLY_REPORT_LINE, line, NULL);
}

void session_show_as(struct session *session, struct report *report, enum report_form form)
{
    report_write(report, session->control.json ? REPORT_JSON : form, show_line, session);
    report_free(report);
}

void session_show(struct session *session, struct report *report)
{
    session_show_as(session, report, REPORT_TABLE);
}

void session_open_batch(struct session *session, const char *type, const char *parameter)
{
    char name[sizeof session->irc.batch], words[200];
    if (!(session->caps & CAP_BIT(BATCH)))
        return;
    snprintf(name, sizeof name, "b%u", ++session->irc.batches);
    snprintf(words, sizeof words, "%.60s%s%.100s", type, parameter ? " " : "", parameter ? parameter : "");
    session_reply(session, REPLY_BATCH_OPEN, name, words, NULL);
    memcpy(session->irc.batch, name, sizeof name);
}

void session_close_batch(struct session *session)
{
    char name[sizeof session->irc.batch];
    memcpy(name, session->irc.batch, sizeof name);
    session->irc.batch[0] = '\0';
    if (*name)
        session_reply(session, REPLY_BATCH_CLOSE, name, NULL);
}

struct user_shm *session_user_locked(const struct session *session)
{
    static struct user_shm server = {.state = USER_PRESENT,
                                     .flags = USER_OPERATOR,
                                     .nick = "server",
                                     .address = "the server",
                                     .host = "localhost",
                                     .first_membership = NONE,
                                     .first_connection = NONE,
                                     .first_metadata = NONE};
    if (session->user == NONE)
        return &server;
    return &session->world->users[session->user];
}

uint32_t session_current_locked(const struct session *session)
{
    return session->connection == NONE ? NONE : session->world->connections[session->connection].current;
}

bool session_is_here(const struct session *session)
{
    if (session->connection == NONE)
        return true;
    return session->world->connections[session->connection].generation == session->generation &&
           connection_is_open_locked(session->world, session->connection);
}

bool session_begin(struct session *session, size_t need)
{
    /* Room for what is answered before the transaction and during it. */
    txn_begin(session->world->txn, need + 2 * ring_need(SESSION_OUT_SIZE + 512));
    if (!session_is_here(session)) {
        txn_commit(session->world->txn);
        session->leaving = true;
        return false;
    }
    publish_answers_locked(session);
    session->in_transaction = true;
    return true;
}

/* What is kept of a registered channel is written down once the command is over: dispatch.c. */
static void note_change_locked(struct session *session, const struct event *event)
{
    bool changes = event->type == EVENT_MODE || event->type == EVENT_TOPIC;
    if (changes && event->target < session->world->limits.channels && *session->world->channels[event->target].founder)
        session->changed_channel = event->target + 1;
}

/* The user's own copy is part of the answer while a labeled command runs. */
static void publish_event_locked(struct session *session, struct event *event)
{
    note_change_locked(session, event);
    bool own = session->irc.own_copy && !(event->flags & EVENT_NOT_SOURCE) &&
               (event->audience == AUDIENCE_CHANNEL || event->audience == AUDIENCE_COMMON ||
                (event->audience == AUDIENCE_USER && event->target == session->user));
    if (own)
        event->flags |= EVENT_NOT_SOURCE;
    if (own && event->type == EVENT_JOIN) {
        /* Nothing said in the channel may come before the sight of having joined it. */
        session->irc.own_copy(session, event);
        publish_answers_locked(session);
        event_publish_locked(session->world, event);
        return;
    }
    event_publish_locked(session->world, event);
    if (own)
        session->irc.own_copy(session, event);
}

/* Whether people are shown their own line only when it is on disk: history-sync always. */
static bool is_awaited(const struct session *session, const struct event *event)
{
    return (event->flags & EVENT_KEPT) && session->settings->history_sync == 0;
}

/* How long the disk is waited for. */
#define AWAIT_NS (5 * SECOND)

/* As part of the answer, which waits. */
static void show_own_later(struct session *session, const struct event *event)
{
    session->speech->show_own(session, event);
    if (is_awaited(session, event))
        session->awaited = event->position;
}

/* What was said is on disk, or lost, of which the client is told. Outside of a transaction. */
static void await_history(struct session *session)
{
    int64_t since = clock_monotonic();
    enum history_fate fate;
    uint64_t position = session->awaited;
    session->awaited = 0;
    txn_wake_readers(session->world->txn);
    while ((fate = history_marks_fate(session->world, position)) == HISTORY_UNDER_WAY &&
           clock_monotonic() - since < AWAIT_NS && !session->leaving) {
        clock_sleep(1);
        session->host->housekeep(session);
    }
    if (fate != HISTORY_KEPT)
        session_reply(session, REPLY_NOT_KEPT, session->speech->dialect == DIALECT_IRC ? "PRIVMSG" : "", NULL);
}

/* A message goes to its audience; the source sees its own if it has asked for echoes. On the talk door people see what
 * they say in a channel, as a sign that it was said. */
static void publish_message_locked(struct session *session, struct event *event)
{
    bool echo = session->caps & CAP_BIT(ECHO_MESSAGE);
    bool synced = event->type != EVENT_REDACT && session->settings->history_sync == 0 &&
                  history_is_on(session->world) && session->speech->show_own;
    if (event->audience != AUDIENCE_USER) {
        bool shown = echo || session->speech->dialect == DIALECT_TALK;
        if (!shown || synced)
            event->flags |= EVENT_NOT_SOURCE;
        publish_event_locked(session, event);
        if (shown && synced)
            show_own_later(session, event);
        return;
    }
    event_publish_locked(session->world, event);
    if (echo && synced && is_awaited(session, event)) {
        show_own_later(session, event);
        echo = false;
    } else if (echo && session->irc.own_copy) {
        session->irc.own_copy(session, event);
    }
    bool others = session_user_locked(session)->connection_count > 1;
    bool own = echo && !session->irc.own_copy;
    if (!own && !others)
        return;
    if (!own)
        event->flags |= EVENT_NOT_SOURCE;
    event->target = session->user;
    event_publish_locked(session->world, event);
}

static void publish_locked(const struct chat *chat, struct event *event)
{
    if (event->type == EVENT_MESSAGE || event->type == EVENT_MULTILINE || event->type == EVENT_REDACT)
        publish_message_locked(chat->asker, event);
    else
        publish_event_locked(chat->asker, event);
}

struct chat session_chat(struct session *session)
{
    return (struct chat){
        .world = session->world, .settings = session->settings, .publish = publish_locked, .asker = session};
}

struct actor session_actor_locked(const struct session *session)
{
    if (session->user == NONE)
        return actor_of_server();
    struct actor actor = actor_of_user_locked(session->world, session->user);
    actor.connection = session->connection;
    actor.answered = session->speech->dialect != DIALECT_IRC;
    return actor;
}

bool session_sees_user_locked(const struct session *session, uint32_t user)
{
    struct actor actor = session_actor_locked(session);
    return actor_sees_user_locked(session->world, &actor, user);
}

bool session_sees_channel_locked(const struct session *session, uint32_t channel)
{
    struct actor actor = session_actor_locked(session);
    return actor_sees_channel_locked(session->world, &actor, channel);
}

bool session_is_shown_channel_locked(const struct session *session, uint32_t channel)
{
    struct actor actor = session_actor_locked(session);
    return actor_is_shown_channel_locked(session->world, &actor, channel);
}

bool session_operates(struct session *session)
{
    if (!session_begin(session, 0))
        return false;
    bool operates = session_actor_locked(session).rights & ACTOR_OPERATES;
    session_commit(session);
    return operates;
}

size_t session_line_room(const struct session *session)
{
    /* ":server 000 nick " and the line's end, of 512. */
    const struct user_shm *user = session_user_locked(session); /* one's own nick: nobody else changes it */
    return 510 - strlen(session->settings->server_name) - strlen(user->nick) - 7;
}

const char *session_name_of(const struct session *session, const struct user_shm *user)
{
    return session->speech->dialect == DIALECT_IRC ? user->nick : user_shown(user);
}

void session_commit(struct session *session)
{
    session->in_transaction = false;
    if (!session->awaited)
        publish_answers_locked(session);
    txn_commit(session->world->txn);
    if (session->awaited)
        await_history(session);
}

/* A long answer goes out at the pace of its reader. The courier keeps no more than `queue-limit` for one client, so
 * what is published here is held back until it has dealt with most of what came before. A client that takes nothing for
 * `ping-timeout` is waited for no more: from then on the limit decides, as it does about what others say. */
static void wait_for_reader(struct session *session)
{
    const struct world *world = session->world;
    size_t most = answers_at_once(session), last = SIZE_MAX;
    int64_t since = clock_monotonic(), pause = 1;
    int courier = (int)world_courier(world, session->connection);
    if (session->gone || session->backlog.bytes + session->out.length <= most ||
        !ring_reader_is_open(&world->txn->ring, courier))
        return;
    txn_wake_readers(world->txn);
    for (;;) {
        /* The courier tells the queue before it moves its cursor on. */
        bool passed = ring_cursor(&world->txn->ring, courier) > session->backlog.position;
        size_t queue = connection_queue(world, session->connection);
        if (passed && queue <= most) {
            session->backlog.bytes = queue;
            session->backlog.forsaken = false;
            return;
        }
        if (queue != last || !passed) /* that courier is behind is not its client's fault */
            since = clock_monotonic();
        last = queue;
        session->backlog.forsaken |= clock_monotonic() - since > session->settings->ping_timeout * SECOND;
        if (session->backlog.forsaken || session->leaving || session->gone)
            return;
        clock_sleep(pause);
        pause = pause < 30 ? pause * 2 : pause;
        session->host->housekeep(session);
    }
}

void session_flush(struct session *session)
{
    if (session->host->deliver) {
        session->host->deliver(session, session->out.start, session->out.length);
    } else if (session->out.length > 0) {
        wait_for_reader(session);
        if (session_begin(session, 0))
            session_commit(session);
    }
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
}
