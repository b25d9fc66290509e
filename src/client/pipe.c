/* Without a terminal. What people say goes to standard output, one line each; what is wrong, to standard
 * error. Input is read only as fast as it can be said. */
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/harmless.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/text.h"
#include "input.h"
#include "irc.h"
#include "signals.h"

#define LINE_LIMIT   8191
#define UNSAID_LINES 100
#define UNSAID_BYTES 65536

struct pipe {
    struct session *session;
    struct lines in;
    char bytes[4096]; /* of the input; from `at` on they are not dealt with yet */
    const char *at;
    size_t rest;
    int signals;
    bool ended; /* the input */
    bool asked; /* to leave, by a signal that came while nobody took the output */
    bool left;  /* a signal was obeyed */
};

/* Somebody who reads slowly is waited for; but not once we are to leave. */
static void put(struct pipe *pipe, const char *bytes, size_t length)
{
    while (length > 0 && !pipe->asked) {
        ssize_t wrote = fd_write_heeding(STDOUT_FILENO, bytes, length, pipe->signals, pipe->left ? 0 : -1);
        if (wrote < 0) {
            session_end(pipe->session, EX_IOERR, "nobody reads what is shown: %s", strerror(errno));
            return;
        }
        bytes += wrote;
        length -= (size_t)wrote;
        if (length > 0 && pipe->left)
            return;
        if (length > 0)
            pipe->asked = signals_take() & SIGNALS_LEAVE;
    }
}

static void print(struct pipe *pipe, const struct window *window, const struct line *line)
{
    const struct session *session = pipe->session;
    char bytes[CONNECTION_LINE_LIMIT * 3 + 1024];
    struct text text;
    text_init(&text, bytes, sizeof bytes - 1);
    /* Where: nothing for a door with one window only. */
    if (session->dialect->door == DOOR_IRC) {
        const char *where = window->kind == WINDOW_SERVER ? "-" : window->name;
        harmless_add_readable(&text, where, strlen(where));
        text_add_char(&text, ' ');
    }
    switch (line->kind) {
    case LINE_MESSAGE:
    case LINE_PRIVATE:
        text_addf(&text, line->kind == LINE_PRIVATE ? "*%s* " : "<%s> ", line->nick);
        break;
    case LINE_NOTICE:
        text_addf(&text, "-%s- ", line->nick);
        break;
    case LINE_ACTION:
        text_addf(&text, "* %s ", line->nick);
        break;
    case LINE_EVENT:
        text_add(&text, "* ");
        break;
    case LINE_SERVER:
    case LINE_ERROR:
        break;
    }
    text_add(&text, line->text);
    text_add_char(&text, '\n');
    put(pipe, bytes, text.length);
}

static void shown(void *context, const struct window *window, const struct line *line)
{
    struct pipe *pipe = context;
    const struct session *session = pipe->session;
    bool simple = session->dialect->door == DOOR_PLAIN || session->dialect->door == DOOR_TALK;
    if (line->kind == LINE_ERROR)
        log_info("forkchat: %s", line->text);
    else if (!line->own && (line->kind != LINE_SERVER || simple || session->options->verbose))
        print(pipe, window, line);
}

/* With -w a fifo is read for ever: as long as we could write to it too, it has no end. */
static void keep_open(const struct session *session)
{
    struct stat status;
    if (session->options->stay && fstat(STDIN_FILENO, &status) == 0 && S_ISFIFO(status.st_mode) &&
        open("/dev/stdin", O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0)
        log_warning("the input cannot be kept open: %s", strerror(errno));
}

static void say(struct pipe *pipe, enum lines_result result, char *line, size_t length)
{
    if (result == LINES_LONG) {
        session_complain(pipe->session, "an input line of more than %d bytes was left out", LINE_LIMIT);
        session_fail(pipe->session, EX_DATAERR);
        return;
    }
    for (char *nul; (nul = memchr(line, '\0', length)); *nul = ' ')
        ;
    input_take_line(pipe->session, line, pipe->session->options->literal);
}

static bool wants_input(const struct pipe *pipe)
{
    const struct session *session = pipe->session;
    return !pipe->ended && session->state == SESSION_READY && !session->finishing && !irc_is_joining(session) &&
           pace_count(&session->pace) < UNSAID_LINES && connection_waiting(&session->connection) < UNSAID_BYTES;
}

static void take_lines(struct pipe *pipe)
{
    enum lines_result result = LINES_LINE;
    char *line;
    size_t length;
    while (result != LINES_NONE && wants_input(pipe)) {
        result = lines_take(&pipe->in, &pipe->at, &pipe->rest, &line, &length);
        if (result != LINES_NONE)
            say(pipe, result, line, length);
    }
}

static void take_input(struct pipe *pipe)
{
    char *line;
    size_t length;
    enum lines_result result;
    ssize_t got = read(STDIN_FILENO, pipe->bytes, sizeof pipe->bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0) {
        pipe->at = pipe->bytes;
        pipe->rest = (size_t)got;
        take_lines(pipe);
        return;
    }
    if (got < 0) {
        session_complain(pipe->session, "the input cannot be read: %s", strerror(errno));
        session_fail(pipe->session, EX_NOINPUT);
    }
    if ((result = lines_finish(&pipe->in, &line, &length)) != LINES_NONE)
        say(pipe, result, line, length);
    pipe->ended = true;
    if (!pipe->session->options->stay && !pipe->session->finishing)
        session_finish(pipe->session, "");
}

static void leave(struct pipe *pipe)
{
    pipe->asked = false;
    pipe->left = true;
    session_leave(pipe->session, "");
}

void pipe_run(struct session *session, int signals)
{
    struct pipe pipe = {.session = session, .signals = signals};
    if (lines_init(&pipe.in, LINE_LIMIT)) {
        session_end(session, EX_OSERR, "there is no memory");
        return;
    }
    session->shown = shown;
    session->context = &pipe;
    keep_open(session);
    while (session->state != SESSION_ENDED) {
        struct pollfd wait[4] = {{.fd = signals, .events = POLLIN},
                                 {.fd = wants_input(&pipe) && !pipe.rest ? STDIN_FILENO : -1, .events = POLLIN},
                                 [3] = {.fd = STDOUT_FILENO}};
        int timeout = session_prepare(session, &wait[2]);
        if (pipe.rest && wants_input(&pipe))
            timeout = 0;
        if (poll(wait, 4, timeout) < 0 && errno != EINTR)
            session_end(session, EX_OSERR, "poll: %s", strerror(errno));
        if (wait[0].revents && (signals_take() & SIGNALS_LEAVE))
            leave(&pipe);
        if (wait[3].revents & POLLERR)
            session_end(session, EX_IOERR, "nobody reads what is shown");
        if (session->state != SESSION_ENDED)
            session_work(session, wait[2].revents);
        if (pipe.asked)
            leave(&pipe);
        if (pipe.rest)
            take_lines(&pipe);
        else if (session->state != SESSION_ENDED && wait[1].revents)
            take_input(&pipe);
    }
    lines_free(&pipe.in);
}
