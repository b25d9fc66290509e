/* The session. It never blocks and never touches a terminal. */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "commands.h"
#include "irc.h"
#include "message.h"
#include "simple.h"

#define SECOND INT64_C(1000000000)
#define LEAVE_SECONDS 2
#define FINISH_SECONDS 60
#define RETRY_LIMIT 60

void session_speak(struct session *session, enum door door)
{
    switch (door) {
    case DOOR_IRC:
        session->dialect = irc_dialect();
        break;
    case DOOR_PLAIN:
        session->dialect = simple_plain();
        break;
    case DOOR_TALK:
        session->dialect = simple_talk();
        break;
    case DOOR_PAIR:
        session->dialect = simple_pair();
        break;
    }
}

int session_init(struct session *session, const struct options *options)
{
    *session = (struct session){.options = options, .changed = true};
    session_speak(session, options->door);
    text_copy(session->nick, sizeof session->nick, options->nick);
    standing_init(&session->standing, options);
    pace_init(&session->pace, options->door == DOOR_IRC ? options->rate_lines : 0, options->rate_seconds);
    if (connection_init(&session->connection))
        return -1;
    return windows_init(&session->windows, options->listen ? "talk" : options->host);
}

void session_free(struct session *session)
{
    connection_close(&session->connection);
    lines_free(&session->connection.in);
    free(session->connection.out);
    windows_free(&session->windows);
    pace_clear(&session->pace);
    delivery_free(&session->delivery);
    for (int i = 0; i < session->ignore_count; i++)
        free(session->ignores[i]);
    session_journal(session, NULL);
}

struct window *session_server_window(struct session *session)
{
    return session->windows.list[0];
}

void session_dial(struct session *session)
{
    session->retry_at = 0;
    connection_dial(&session->connection, session->options->host, session->options->port);
}

static void connected(struct session *session)
{
    session->made = clock_elapsed();
    session->greeted = false;
    session->changed = true;
    session->dialect->connected(session);
}

void session_adopt(struct session *session, int fd)
{
    connection_adopt(&session->connection, fd);
    connected(session);
}

void session_end(struct session *session, int status, const char *format, ...)
{
    if (session->ended)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(session->farewell, sizeof session->farewell, format, arguments);
    va_end(arguments);
    session->ended = true;
    session->changed = true;
    if (!session->status)
        session->status = status;
    connection_close(&session->connection);
}

void session_fail(struct session *session, int status)
{
    if (!session->interactive && !session->status)
        session->status = status;
}

static void release_paced(struct session *session, int64_t now)
{
    char *line;
    if (session->connection.state != CONNECTION_OPEN || !session->ready || session->leaving)
        return;
    while (connection_waiting(&session->connection) < 65536 && !delivery_full(session, now) &&
           (line = pace_pop(&session->pace, now))) {
        delivery_send(session, line);
        session_send(session, "%s", line);
        free(line);
        session->changed = true;
    }
}

/* The end that was asked for. */
static void leave_now(struct session *session)
{
    if (session->unsent > 0)
        session_end(session, 0, "left; %zu line%s not sent", session->unsent, session->unsent == 1 ? " was" : "s were");
    else
        session_end(session, 0, "left");
}

void session_leave(struct session *session, const char *reason)
{
    release_paced(session, clock_elapsed());
    session->unsent += delivery_flush(session);
    if (session->unsent > 0)
        session_fail(session, EX_TEMPFAIL); /* lines that were to be said are not */
    if (session->leaving || session->connection.state != CONNECTION_OPEN) {
        leave_now(session);
        return;
    }
    session->leaving = true;
    session->leave_by = clock_elapsed() + LEAVE_SECONDS * SECOND;
    session->dialect->quit(session, reason);
}

void session_finish(struct session *session, const char *reason)
{
    session->finishing = true;
    text_copy(session->parting, sizeof session->parting, reason);
}

/* Between two attempts: 1, 2, 4 … 60 seconds. */
static int retry_later(struct session *session)
{
    int seconds = session->attempts < 6 ? 1 << session->attempts : RETRY_LIMIT;
    session->attempts++;
    session->retry_at = clock_elapsed() + seconds * SECOND;
    return seconds;
}

static void forget_state(struct session *session)
{
    for (int i = 0; i < session->windows.count; i++) {
        session->windows.list[i]->joined = false;
        window_forget_members(session->windows.list[i]);
    }
    standing_leave_all(&session->standing);
    session->irc = (struct irc){0};
    session->simple.arrive_by = 0;
    session->ready = false;
}

static bool has_more_to_say(const struct session *session)
{
    return !session->finishing || delivery_unsent(session) > 0;
}

static void give_up(struct session *session, const char *why)
{
    size_t unsent = delivery_unsent(session);
    if (unsent > 0)
        session_end(session, EX_UNAVAILABLE, "the connection to %s is lost: %s; %zu line%s not sent",
                    session->options->host, why, unsent, unsent == 1 ? " was" : "s were");
    else
        session_end(session, EX_UNAVAILABLE, "the connection to %s is lost: %s", session->options->host, why);
}

static void lost(struct session *session)
{
    const char *why = session->connection.why;
    if (!session->leaving)
        delivery_lose(session);
    if (session->leaving) {
        leave_now(session);
    } else if (session->dialect->door == DOOR_PAIR) {
        session_end(session, 0, "%s has left", *session->peer ? session->peer : "the other side");
    } else if (!session->options->reconnect || !has_more_to_say(session)) {
        give_up(session, why);
    } else {
        if (session->made && clock_elapsed() - session->made > 30 * SECOND)
            session->attempts = 0;
        forget_state(session);
        int seconds = retry_later(session);
        for (int i = 0; i < session->windows.count; i++)
            session_showf(session, session->windows.list[i], LINE_ERROR,
                          "the connection is lost: %s; trying again in %d s", why, seconds);
    }
}

static void failed(struct session *session)
{
    /* A host that was never reached is a mistyped one: say so and leave the rest to the user. */
    if (!session->made || !session->options->reconnect)
        session_end(session, EX_UNAVAILABLE, "cannot connect to %s port %s: %s", session->options->host,
                    session->options->port, session->connection.why);
    else
        session_showf(session, session_server_window(session), LINE_ERROR,
                      "no connection: %s; trying again in %d s", session->connection.why, retry_later(session));
}

static void take_line(void *context, char *line, size_t length)
{
    struct session *session = context;
    if (!line) {
        session_showf(session, session_server_window(session), LINE_ERROR,
                      "a line of more than %d bytes was left out", CONNECTION_LINE_LIMIT);
        return;
    }
    for (char *nul; (nul = memchr(line, '\0', length)); *nul = ' ')
        ;
    session->dialect->line(session, line);
    session->greeted = true;
}

static int sooner(int timeout, int64_t at, int64_t now)
{
    if (at == 0)
        return timeout;
    int wait = at <= now ? 0 : (int)((at - now + 999999) / 1000000);
    return timeout < 0 || wait < timeout ? wait : timeout;
}

int session_prepare(struct session *session, struct pollfd *wait)
{
    int64_t now = clock_elapsed();
    short wants = connection_wants(&session->connection);
    *wait = (struct pollfd){.fd = wants ? session->connection.fd : -1, .events = wants};
    int timeout = -1;
    if (session->connection.state == CONNECTION_OPEN && !session->leaving) {
        int question = delivery_wait(session, now);
        timeout = session->ready && !delivery_full(session, now) ? pace_wait(&session->pace, now) : -1;
        if (question >= 0 && (timeout < 0 || question < timeout))
            timeout = question;
        if (session->dialect->door == DOOR_IRC)
            timeout = sooner(timeout, now + 10 * SECOND, now); /* is it still there? */
    }
    if (session->connection.state == CONNECTION_DIALLING && wait->fd < 0)
        timeout = 0;
    if (session->finishing && session->ready && !session->leaving && !pace_count(&session->pace))
        timeout = 0;
    if (session->connection.state == CONNECTION_OPEN && session->dialect->door == DOOR_IRC)
        timeout = sooner(timeout, session->irc.login_at, now);
    timeout = sooner(timeout, simple_due(session), now);
    timeout = sooner(timeout, session->retry_at, now);
    return sooner(timeout, session->leave_by, now);
}

static void finish_if_done(struct session *session, int64_t now)
{
    if (!session->finishing || !session->ready || session->leaving || pace_count(&session->pace) > 0)
        return;
    session->leaving = true;
    session->leave_by =
        now + (session->dialect->door == DOOR_PAIR ? LEAVE_SECONDS : FINISH_SECONDS) * SECOND;
    session->dialect->quit(session, session->parting);
}

void session_work(struct session *session, short ready)
{
    enum connection_event event = connection_work(&session->connection, ready, take_line, session);
    int64_t now = clock_elapsed();
    if (session->ended)
        return;
    if (event == CONNECTION_MADE)
        connected(session);
    else if (event == CONNECTION_FAILED)
        failed(session);
    else if (event == CONNECTION_LOST)
        lost(session);
    if (session->ended)
        return;
    if (session->retry_at && now >= session->retry_at)
        session_dial(session);
    if (session->leave_by && now >= session->leave_by)
        session_end(session, session->finishing && session->dialect->door != DOOR_PAIR ? EX_TEMPFAIL : 0,
                    "left without waiting for an answer");
    if (session->dialect->door == DOOR_IRC)
        irc_check(session, now);
    simple_check(session, now);
    delivery_release(session);
    finish_if_done(session, now);
    release_paced(session, now);
    delivery_ask(session, now);
}

void session_send(struct session *session, const char *format, ...)
{
    char line[CONNECTION_LINE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    int wrote = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    if (wrote < 0)
        return;
    size_t length = strlen(line);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\r' || line[i] == '\n')
            line[i] = ' ';
    if (session->dialect->door == DOOR_IRC)
        line[length++] = '\r';
    line[length++] = '\n';
    connection_send(&session->connection, line, length);
}

void session_request(struct session *session, const char *format, ...)
{
    char line[CONNECTION_LINE_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    int wrote = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    if (wrote < 0)
        return;
    if (session->dialect->door == DOOR_IRC && strlen(line) > IRC_LINE_BYTES) {
        session_complain(session, "that is %zu bytes, and too long for one line: at most %d", strlen(line),
                         IRC_LINE_BYTES);
        session_fail(session, EX_DATAERR);
    } else if (session->ready) {
        session_send_paced(session, line);
    } else {
        session_send(session, "%s", line);
    }
}

void session_send_paced(struct session *session, const char *line)
{
    if (pace_push(&session->pace, line))
        session_complain(session, "there is no memory for another line");
}

size_t session_piece(const char *text, size_t length, size_t room)
{
    if (length <= room)
        return length;
    size_t cut = text_boundary(text, length, room);
    for (size_t at = cut; at > cut / 2; at--)
        if (text[at] == ' ')
            return at;
    return cut;
}

static void write_journal(struct session *session, const struct window *window, const struct line *line)
{
    char stamp[32];
    time_t seconds = (time_t)(line->told / 1000);
    struct tm local;
    if (!localtime_r(&seconds, &local) || !strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &local))
        return;
    char name[WINDOW_NAME_SIZE * 3];
    struct text text;
    text_init(&text, name, sizeof name);
    text_add_readable(&text, window->name, strlen(window->name));
    const char *pattern = line->kind == LINE_MESSAGE || line->kind == LINE_PRIVATE ? "%s %s <%s> %s\n"
                          : line->kind == LINE_NOTICE                              ? "%s %s -%s- %s\n"
                                                                                   : "%s %s * %s%s\n";
    char nick[OPTIONS_NICK_SIZE * 3 + 2];
    snprintf(nick, sizeof nick, "%s%s", line->nick, line->kind == LINE_ACTION ? " " : "");
    fprintf(session->journal, pattern, stamp, name, nick, line->text);
    if (fflush(session->journal)) {
        int error = errno;
        fclose(session->journal);
        session->journal = NULL;
        session_complain(session, "the log has ended: %s", strerror(error));
    }
}

void session_show(struct session *session, struct window *window, const struct line *line)
{
    struct line copy = *line;
    bool current = window == windows_current(&session->windows);
    if (!copy.told)
        copy.told = clock_told();
    const struct line *shown = window_add(window, &copy, current && session->interactive);
    if (!shown)
        return;
    session->changed = true;
    if (shown->highlight && !shown->own)
        session->bell = true;
    if (session->journal)
        write_journal(session, window, shown);
    if (session->shown)
        session->shown(session->context, window, shown);
}

static void show_formatted(struct session *session, struct window *window, enum line_kind kind,
                           const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    session_show(session, window, &(struct line){.kind = kind, .nick = NULL, .text = text});
}

#define FORMATTED(window, kind)                                                                    \
    do {                                                                                           \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        show_formatted(session, window, kind, format, arguments);                                  \
        va_end(arguments);                                                                         \
    } while (0)

void session_showf(struct session *session, struct window *window, enum line_kind kind,
                   const char *format, ...)
{
    FORMATTED(window, kind);
}

void session_tell(struct session *session, const char *format, ...)
{
    FORMATTED(windows_current(&session->windows), LINE_SERVER);
}

void session_complain(struct session *session, const char *format, ...)
{
    FORMATTED(windows_current(&session->windows), LINE_ERROR);
}

static bool is_stop(const struct session *session, const char *line)
{
    return (session->dialect->door == DOOR_PAIR || session->dialect->door == DOOR_TALK) &&
           strcmp(line, "stop") == 0;
}

/* "@nick text", without the @: for that one alone. What names nobody is not said to everybody instead. */
static void address(struct session *session, const char *line)
{
    char copy[8192], *text = copy;
    text_copy(copy, sizeof copy, line);
    const char *nick = text_next_word(&text);
    if (!nick || !*text || irc_is_channel(session, nick)) {
        session_complain(session, "@NICK TEXT says it to one person; /say @… says a line that starts with @");
        session_fail(session, EX_DATAERR);
    } else if (text_compare_names(nick, "all") == 0 || text_compare_names(nick, "tous") == 0) {
        session->dialect->say(session, windows_current(&session->windows), text, false);
    } else {
        char target[sizeof copy];
        snprintf(target, sizeof target, "%s %s", nick, text);
        commands_msg(session, target);
    }
}

void session_input(struct session *session, const char *line, bool literal)
{
    if (!*line || session->ended || session->leaving || session->finishing)
        return;
    if (!literal && is_stop(session, line)) {
        if (session->dialect->door == DOOR_PAIR && session->connection.state == CONNECTION_OPEN)
            session_send(session, "stop");
        commands_leave(session, "");
        return;
    }
    if (!literal && line[0] == '/' && line[1] != '/') {
        commands_run(session, line + 1);
        return;
    }
    if (!session->ready) {
        delivery_hold(session, line, literal);
        return;
    }
    if (!literal && line[0] == '/')
        line++;
    const char *start = line + strspn(line, " \t");
    if (!literal && *start == '@' && session->dialect->door != DOOR_PAIR)
        address(session, start + 1);
    else
        session->dialect->say(session, windows_current(&session->windows), line, false);
}

bool session_ignores(const struct session *session, const char *nick, const char *user, const char *host)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s!%s@%s", nick, user, host);
    for (int i = 0; i < session->ignore_count; i++)
        if (message_match(session->ignores[i], strpbrk(session->ignores[i], "!@") ? whole : nick))
            return true;
    return false;
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) ||
           c == '_' || c == '-';
}

/* Our nick as a word of its own. */
bool session_names_us(const struct session *session, const char *text)
{
    size_t length = strlen(session->nick);
    for (const char *at = text; *at && length; at++) {
        size_t i = 0;
        while (i < length && at[i] &&
               text_fold((unsigned char)at[i]) == text_fold((unsigned char)session->nick[i]))
            i++;
        if (i == length && (at == text || !is_word_byte(at[-1])) && !is_word_byte(at[length]))
            return true;
    }
    return false;
}

int session_journal(struct session *session, const char *path)
{
    if (session->journal)
        fclose(session->journal);
    session->journal = NULL;
    if (!path)
        return 0;
    /* What people tell each other is nobody else's business: 0600. Never wait for a fifo's reader. */
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return -1;
    session->journal = fdopen(fd, "a");
    if (session->journal)
        return 0;
    close(fd);
    return -1;
}
