/* Delivery. A server takes lines in their order, so its answer to a question proves all that was sent before it. Such
 * questions cost the server's patience: one is open at a time, some seconds lie between them, and they count as lines.
 */
#include "delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/secrets.h"
#include "base/text.h"
#include "message.h"
#include "session.h"

#define ASK_SECONDS     5
#define ANSWER_SECONDS  60 /* a server that has not answered until then never will */
#define SENT_LINES      20
#define HELD_LINES      500
#define UNWRITTEN_BYTES 65536 /* the system is to take these before more is sent */

struct delivery_line {
    struct delivery_line *next;
    uint64_t number;              /* sent: which of all it is, from 1 */
    uint64_t at;                  /* sent: how many bytes of the connection were before it */
    bool literal;                 /* held */
    bool early;                   /* held: typed before there was any window but the server's */
    char where[WINDOW_NAME_SIZE]; /* held: the window it was typed in, "": the server's */
    char text[];
};

static struct delivery_line *append(struct delivery_list *list, const char *text)
{
    size_t length = strlen(text);
    struct delivery_line *line = calloc(1, sizeof *line + length + 1);
    if (!line)
        return NULL;
    memcpy(line->text, text, length + 1);
    if (list->last)
        list->last->next = line;
    else
        list->first = line;
    list->last = line;
    list->count++;
    return line;
}

/* The oldest, to be freed; NULL if there is none. */
static struct delivery_line *take(struct delivery_list *list)
{
    struct delivery_line *line = list->first;
    if (!line)
        return NULL;
    list->first = line->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    return line;
}

static void clear(struct delivery_list *list)
{
    for (struct delivery_line *line; (line = take(list));)
        free(line);
}

void delivery_free(struct delivery *delivery)
{
    clear(&delivery->held);
    clear(&delivery->sent);
}

/* What of a command may be shown, and stand in a log: nothing behind where a password may begin. */
static void hide_secrets(char *to, size_t size, const char *text)
{
    size_t length = strlen(text), shown = secrets_begin(text, length);
    if (shown < length)
        snprintf(to, size, "%.*s …", (int)shown, text);
    else
        text_copy(to, size, text);
}

void delivery_hold(struct session *session, const char *line, bool literal)
{
    const struct window *window = windows_current(&session->windows);
    char shown[1024];
    struct delivery_list *held = &session->delivery.held;
    struct delivery_line *kept = held->count < HELD_LINES ? append(held, line) : NULL;
    if (!kept) {
        session_complain(session, "too much waits already; this was not kept: %s", line);
        return;
    }
    kept->literal = literal;
    kept->early = !session->arrived;
    if (window->kind != WINDOW_SERVER)
        text_copy(kept->where, sizeof kept->where, window->name);
    text_copy(shown, sizeof shown, line);
    if (!literal && *line == '/')
        hide_secrets(shown + 1, sizeof shown - 1, line + 1);
    session_tell(session, "this waits until %s: %s",
                 session->arrived ? "everything is joined again" : "you have arrived", shown);
}

void delivery_say(struct session *session, const char *text)
{
    if (session->state == SESSION_READY)
        session->dialect->say(session, windows_current(&session->windows), text, false);
    else
        delivery_hold(session, text, true);
}

/* As if it were typed now, in its window; what the user looks at stays in view, unless the line itself changes that. */
static void replay(struct session *session, const struct delivery_line *line, delivery_input *input)
{
    struct windows *windows = &session->windows;
    struct window *seen = windows_current(windows), *window = session_server_window(session);
    if (*line->where)
        window = windows_find(windows, line->where);
    else if (line->early)
        window = seen;
    if (!window) {
        session_complain(session, "the window %s is closed; this was not sent: %s", line->where, line->text);
        return;
    }
    windows->current = windows_number(windows, window);
    input(session, line->text, line->literal);
    if (windows_current(windows) == window)
        windows->current = windows_number(windows, seen);
}

void delivery_release(struct session *session, delivery_input *input)
{
    struct delivery_line *line;
    while (session->state == SESSION_READY && (line = take(&session->delivery.held))) {
        replay(session, line, input);
        free(line);
    }
}

/* Remembers a line that is about to be queued on the connection, as the door has it. */
static void remember_sent(struct session *session, const char *line)
{
    const struct connection *connection = &session->connection;
    struct delivery *delivery = &session->delivery;
    if (!session->options->reconnect)
        return;
    struct delivery_line *kept = append(&delivery->sent, line);
    delivery->total++;
    if (!kept)
        return;
    kept->number = delivery->total;
    kept->at = connection->written + connection_waiting(connection);
}

void delivery_send(struct session *session, int64_t now)
{
    char *line;
    while (session->state == SESSION_READY && connection_waiting(&session->connection) < UNWRITTEN_BYTES &&
           !delivery_full(session, now) && (line = pace_pop(&session->pace, now))) {
        remember_sent(session, line);
        session_send(session, "%s", line);
        free(line);
        session->changed = true;
    }
}

/* The question costs no more than it saves when much depends on its answer. */
int delivery_wait(const struct session *session, int64_t now)
{
    const struct delivery *delivery = &session->delivery;
    if (!delivery->sent.first || delivery->asked || !session->dialect->ask)
        return -1;
    if (!delivery->asked_at || delivery->sent.count >= SENT_LINES / 2)
        return 0;
    int64_t wait = delivery->asked_at + ASK_SECONDS * SECOND - now;
    return wait > 0 ? (int)((wait + 999999) / 1000000) : 0;
}

bool delivery_full(const struct session *session, int64_t now)
{
    const struct delivery *delivery = &session->delivery;
    bool dumb = delivery->asked && now - delivery->asked_at > ANSWER_SECONDS * SECOND;
    return delivery->sent.count >= SENT_LINES && !dumb;
}

void delivery_ask(struct session *session, int64_t now)
{
    bool leaves = session->state == SESSION_LEAVING;
    if (!session_is_connected(session) || leaves || delivery_wait(session, now) != 0)
        return;
    session->delivery.asked = session->delivery.total;
    session->delivery.asked_at = now;
    pace_count_line(&session->pace, now);
    session->dialect->ask(session);
}

void delivery_confirm(struct session *session)
{
    struct delivery *delivery = &session->delivery;
    while (delivery->sent.first && delivery->sent.first->number <= delivery->asked)
        free(take(&delivery->sent));
    delivery->asked = 0;
}

static void tell_unknown(struct session *session, const char *sent)
{
    char copy[CONNECTION_LINE_LIMIT], hidden[CONNECTION_LINE_LIMIT];
    struct message message;
    struct window *window = NULL;
    const char *text = hidden;
    hide_secrets(hidden, sizeof hidden, sent);
    text_copy(copy, sizeof copy, sent);
    if (session->dialect->door == DOOR_IRC && message_parse(copy, &message) &&
        strcmp(message.command, "PRIVMSG") == 0) {
        window = windows_find(&session->windows, message.parameters[0]);
        text = window ? message.last : text;
    }
    session_showf(session, window ? window : session_server_window(session), LINE_ERROR,
                  "it is not known whether this has arrived: %s", text);
    session_fail(session, EX_TEMPFAIL);
}

/* The newest first, because each is put in front of those that wait. */
static void wait_again(struct session *session, struct delivery_line *line)
{
    if (!line)
        return;
    wait_again(session, line->next);
    if (pace_push_first(&session->pace, line->text))
        session_complain(session, "there is no memory; this was not sent: %s", line->text);
}

void delivery_lose(struct session *session)
{
    struct delivery *delivery = &session->delivery;
    while (delivery->sent.first && delivery->sent.first->at < session->connection.written) {
        struct delivery_line *line = take(&delivery->sent);
        tell_unknown(session, line->text);
        free(line);
    }
    wait_again(session, delivery->sent.first);
    clear(&delivery->sent);
    delivery->asked = 0;
    delivery->asked_at = 0;
}

size_t delivery_flush(struct session *session)
{
    size_t count = delivery_unsent(session);
    pace_clear(&session->pace);
    clear(&session->delivery.held);
    return count;
}

size_t delivery_unsent(const struct session *session)
{
    return pace_count(&session->pace) + session->delivery.held.count;
}
