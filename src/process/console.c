/* The console process. The terminal stays in line mode and does the editing, as everywhere in Unix; the last row of the
 * screen is for typing, and all others are a scroll region where lines appear above it (DECSTBM, VT100). A line is
 * printed with one write that saves the cursor and brings it back, and has no character in it at which the terminal's
 * driver would let go of its lock: so what is being typed is never torn.
 *
 * The log comes through a pipe that nobody ever waits for: a console that is held by Ctrl-S holds up nobody else. On a
 * terminal that can do nothing (TERM=dumb) lines are just printed. */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/harmless.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/port.h"
#include "base/width.h"
#include "housekeep.h"
#include "service/service.h"
#include "world/recorder.h"

#define PROMPT        "> "
#define LINE_LIMIT    8400
#define LEAST_ROWS    4
#define LEAST_COLUMNS 20

static volatile sig_atomic_t stopping, resized;

struct terminal {
    struct session session; /* first: a session is its terminal */
    const struct child_start *start;
    int out;
    int log;
    int rows;    /* 0: plain lines, no region */
    int columns; /* 0: not known, or too few to put words in */
    bool closed;
    struct lines log_lines, answer_lines;
    struct housekeep housekeep;
};

/* ---- the supervisor's side ---- */

bool console_is_wanted(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static int keep_copy(int fd)
{
    int copy = dup(fd);
    if (copy >= 0)
        fd_set_cloexec(copy);
    return copy;
}

int console_prepare(struct console *console)
{
    int ends[2];
    *console = (struct console){.output = -1, .error = -1, .log = -1};
    if (port_pipe(ends))
        return -1;
    console->log = ends[0];
    console->output = keep_copy(STDOUT_FILENO);
    if (isatty(STDERR_FILENO))
        console->error = keep_copy(STDERR_FILENO);
    fd_set_nonblocking(ends[1]);
    dup2(ends[1], STDOUT_FILENO);
    if (console->error >= 0) {
        dup2(ends[1], STDERR_FILENO);
        log_set_spare(console->error);
    }
    close(ends[1]);
    return 0;
}

void console_forked(struct console *console, bool forked)
{
    close(console->log);
    console->log = -1;
    if (!forked)
        console_gone(console, true);
}

static void restore(int *copy, int fd)
{
    if (*copy < 0)
        return;
    dup2(*copy, fd);
    close(*copy);
    *copy = -1;
}

void console_gone(struct console *console, bool well)
{
    static const char whole_screen[] = "\033[r\033[999;1H\n";
    log_set_spare(-1);
    restore(&console->output, STDOUT_FILENO);
    restore(&console->error, STDERR_FILENO);
    if (!well)
        fd_write_all(STDOUT_FILENO, whole_screen, sizeof whole_screen - 1);
}

/* ---- the terminal ---- */

static void on_signal(int signal)
{
    if (signal == SIGWINCH)
        resized = 1;
    else
        stopping = 1;
}

static void put(const struct terminal *terminal, const char *bytes, size_t length)
{
    if (fd_write_all(terminal->out, bytes, length))
        stopping = 1;
}

static void show_prompt(const struct terminal *terminal)
{
    char bytes[64];
    if (terminal->rows == 0)
        return;
    int length = snprintf(bytes, sizeof bytes, "\033[%d;1H\033[K" PROMPT, terminal->rows);
    put(terminal, bytes, (size_t)length);
}

/* Divides the screen, as large as it is now. */
static void divide(struct terminal *terminal)
{
    const char *kind = getenv("TERM");
    int rows, columns;
    char bytes[64];
    resized = 0;
    terminal->rows = terminal->columns = 0;
    if (port_terminal_size(terminal->out, &rows, &columns))
        return;
    terminal->columns = columns >= LEAST_COLUMNS ? columns : 0;
    if (!kind || !*kind || strcmp(kind, "dumb") == 0 || rows < LEAST_ROWS)
        return;
    terminal->rows = rows;
    int length = snprintf(bytes, sizeof bytes, "\033[1;%dr", rows - 1);
    put(terminal, bytes, (size_t)length);
    show_prompt(terminal);
}

static void undivide(struct terminal *terminal)
{
    char bytes[64];
    if (terminal->rows == 0)
        return;
    int length = snprintf(bytes, sizeof bytes, "\033[r\033[%d;1H\033[K", terminal->rows);
    terminal->rows = 0;
    put(terminal, bytes, (size_t)length);
}

/* One row above the one for typing. */
static void print_row(const struct terminal *terminal, const char *row, size_t length)
{
    char bytes[LINE_LIMIT + 64];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    if (terminal->rows > 0)
        text_addf(&text, "\0337\033[%d;1H\033D", terminal->rows - 1);
    text_add_bytes(&text, row, length);
    text_add(&text, terminal->rows > 0 ? "\033[K\0338" : "\n");
    put(terminal, bytes, text.length);
}

/* One line, in as many rows as its words need. */
static void print(const struct terminal *terminal, const char *line)
{
    char bytes[LINE_LIMIT];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    for (; *line; line += strcspn(line, "\t")) {
        if (*line == '\t') {
            text_add(&text, "        ");
            line++;
        }
        harmless_add(&text, line, strcspn(line, "\t"));
    }
    size_t at = 0, next = text.length;
    do {
        size_t left = text.length - at,
               row = terminal->columns ? width_row(bytes + at, left, terminal->columns, &next) : left;
        print_row(terminal, bytes + at, row);
        at += next;
    } while (at < text.length);
}

/* ---- what is to be shown ---- */

static void deliver(struct session *session, const char *bytes, size_t length)
{
    struct terminal *terminal = (struct terminal *)session;
    char *line = NULL;
    size_t line_length = 0;
    while (lines_take(&terminal->answer_lines, &bytes, &length, &line, &line_length))
        if (line && line[0] != '.')
            print(terminal, line[0] == ' ' && line[1] == '\f' ? "" : line[0] ? line + 1 : "");
}

/* Shows what is in the pipe. */
static void drain_log(struct terminal *terminal)
{
    char bytes[4096];
    ssize_t got;
    while ((got = read(terminal->log, bytes, sizeof bytes)) > 0) {
        const char *at = bytes;
        size_t left = (size_t)got, length = 0;
        char *line = NULL;
        while (lines_take(&terminal->log_lines, &at, &left, &line, &length))
            print(terminal, line ? line : "");
    }
}

/* Waits for input or time to pass, and shows the log meanwhile. True if there is input. */
static bool pump(struct terminal *terminal, int milliseconds)
{
    struct timespec most = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    struct pollfd inputs[] = {{.fd = terminal->log, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    sigset_t none;
    sigemptyset(&none);
    int ready = port_ppoll(inputs, 2, &most, &none);
    if (resized)
        divide(terminal);
    if (ready > 0 && inputs[0].revents)
        drain_log(terminal);
    return ready > 0 && inputs[1].revents;
}

static bool wait_without_input(struct session *session, int milliseconds)
{
    struct terminal *terminal = (struct terminal *)session;
    session_flush(session);
    int64_t end = clock_monotonic() + milliseconds * MS;
    for (int64_t now; !stopping && (now = clock_monotonic()) < end;)
        if (pump(terminal, (int)((end - now) / 1000000) + 1))
            return false;
    return !stopping && !world_is_over(session->world);
}

static void call_supervisor(struct session *session)
{
    const struct terminal *terminal = (const struct terminal *)session;
    ssize_t written = write(terminal->start->supervisor, "", 1);
    (void)written;
}

/* A line was typed, or Ctrl-D. */
static void take_input(struct terminal *terminal)
{
    struct session *session = &terminal->session;
    char bytes[4096], echo[4200];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes - 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    show_prompt(terminal);
    if (got <= 0) {
        print(terminal, "the console is closed; the server goes on: Ctrl-C stops it");
        terminal->closed = true;
        return;
    }
    bytes[got] = '\0';
    if (terminal->rows > 0) {
        snprintf(echo, sizeof echo, PROMPT "%.*s", (int)strcspn(bytes, "\n"), bytes);
        print(terminal, echo);
    }
    housekeep(session, &terminal->housekeep, terminal->start);
    if (bytes[strspn(bytes, " \t\r\n")])
        service_control()->feed(session, bytes, (size_t)got);
    recorder_rest(session->recorder);
}

/* Ctrl-C is for the supervisor; Ctrl-Z would stop the chat for everybody, so it does nothing. */
static void set_signals(void)
{
    static const int handled[] = {SIGTERM, SIGHUP, SIGWINCH};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t block;
    sigemptyset(&block);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
        sigaction(handled[i], &action, NULL);
        sigaddset(&block, handled[i]);
    }
    sigprocmask(SIG_BLOCK, &block, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
}

int console_main(const struct child_start *start)
{
    static const struct session_host host = {
        .call_supervisor = call_supervisor, .deliver = deliver, .wait = wait_without_input};
    static struct terminal terminal;
    const struct console *console = start->console;
    struct session *session = &terminal.session;
    pid_t parent = getppid();
    set_signals();
    port_die_with_parent(SIGTERM);
    port_title_set("forkchatd: console");
    terminal.start = start;
    terminal.out = console->output;
    terminal.log = console->log;
    terminal.housekeep.version = world_settings_version(start->world);
    control_begin(session, start, &host);
    confine(start->confinement, start->role);
    if (console->error < 0)
        session->control.by = "the console"; /* on the screen it stands already */
    if (fd_set_nonblocking(terminal.log) || lines_init(&terminal.log_lines, LINE_LIMIT / 2) ||
        lines_init(&terminal.answer_lines, LINE_LIMIT) || service_control()->open(session))
        fatal(EX_OSERR, "out of memory");
    put(&terminal, "\n", 1);
    divide(&terminal);
    while (!stopping && !terminal.closed && !session->leaving && getppid() == parent)
        if (pump(&terminal, 1000))
            take_input(&terminal);
    drain_log(&terminal);
    undivide(&terminal);
    return 0;
}
