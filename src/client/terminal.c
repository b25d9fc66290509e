/* The loop on a terminal: wait, let the session work, take keys, draw once for all that has happened. */
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/harmless.h"
#include "base/text.h"
#include "tty/guardian.h"
#include "signals.h"
#include "view.h"

#define LAST_WORDS 5 /* lines */

/* A line as one row of plain text behind what `text` holds. */
static void add_line(struct terminal *terminal, const struct line *line, struct text *text)
{
    layout_line(&terminal->layout, line, FRAME_MAX_COLUMNS);
    for (size_t i = 0; i < terminal->layout.count; i++)
        text_add_bytes(text, terminal->layout.bytes + terminal->layout.glyphs[i].offset,
                       terminal->layout.glyphs[i].length);
}

/* On a dumb terminal lines are written as they come; those of other windows say which. */
static void dumb_shown(void *context, const struct window *window, const struct line *line)
{
    struct terminal *terminal = context;
    char bytes[CONNECTION_LINE_LIMIT * 3 + 1024];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    if (window != windows_current(&terminal->session->windows))
        harmless_add_readable(&text, window->name, strlen(window->name));
    if (text.length)
        text_add(&text, ": ");
    add_line(terminal, line, &text);
    if (terminal->screen.on)
        screen_dumb_line(&terminal->screen, bytes);
}

static void draw_dumb(struct terminal *terminal)
{
    char bytes[FRAME_ROW_BYTES], plain[FRAME_ROW_BYTES], prompt[SEARCH_SIZE + 40];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    struct edit at_end = terminal->edit; /* the cursor stays behind what is typed: it cannot be moved */
    at_end.cursor = at_end.length;
    struct frame_line line = {&at_end, terminal_question(terminal), terminal_prompt(terminal, prompt, sizeof prompt)};
    int columns = frame_input(&terminal->layout, terminal->session, &line, terminal->frame.columns, false, &text);
    text_init(&text, plain, sizeof plain);
    for (size_t i = 0; i < terminal->layout.count; i++)
        text_add_bytes(&text, terminal->layout.bytes + terminal->layout.glyphs[i].offset,
                       terminal->layout.glyphs[i].length);
    screen_dumb_input(&terminal->screen, plain, (size_t)columns);
}

static void seek(struct terminal *terminal, struct window *window)
{
    if (window->seek)
        view_show(window, &terminal->layout, frame_view_rows(&terminal->frame),
                  frame_view_columns(&terminal->frame, terminal->session), window->found);
    window->seek = false;
}

static void draw(struct terminal *terminal)
{
    struct session *session = terminal->session;
    char prompt[SEARCH_SIZE + 40];
    if (!terminal->screen.on)
        return;
    if (session->bell)
        screen_bell();
    session->bell = session->changed = terminal->changed = false;
    if (terminal->screen.dumb) {
        draw_dumb(terminal);
        return;
    }
    struct frame_line line = {&terminal->edit, terminal_question(terminal),
                              terminal_prompt(terminal, prompt, sizeof prompt)};
    seek(terminal, windows_current(&session->windows));
    frame_draw(&terminal->frame, &terminal->layout, session, &line);
    screen_show(&terminal->screen, &terminal->frame);
}

static void take_signals(struct terminal *terminal)
{
    unsigned bits = signals_take();
    if (terminal->gone)
        bits &= SIGNALS_LEAVE;
    if (bits & SIGNALS_LEAVE)
        session_leave(terminal->session, "");
    if (bits & SIGNALS_STOP)
        terminal_stop(terminal);
    if (bits & SIGNALS_AGAIN) {
        /* Stopped by SIGSTOP, with no chance to give the terminal back: take it again. */
        terminal_take_screen(terminal);
        screen_forget(&terminal->screen);
    }
    if (bits & SIGNALS_RESIZE)
        terminal_resize(terminal);
}

static void take_keys(struct terminal *terminal)
{
    char bytes[4096];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0) {
        keys_feed(&terminal->keys, bytes, (size_t)got, terminal_key, terminal);
        return;
    }
    /* Hung up: nobody sits there any more. */
    terminal->gone = true;
    session_leave(terminal->session, "");
}

/* The shell believes that we have ended: leave, and show nothing more. */
static void lose_guardian(struct terminal *terminal)
{
    if (guardian_has_reset(terminal->guardian))
        screen_lost(&terminal->screen);
    else
        screen_stop(&terminal->screen);
    close(terminal->guardian);
    terminal->guardian = -1;
    terminal->gone = true;
    session_leave(terminal->session, "");
}

static void turn(struct terminal *terminal, int signals)
{
    struct session *session = terminal->session;
    struct pollfd wait[4] = {{.fd = signals, .events = POLLIN},
                             {.fd = terminal->gone ? -1 : STDIN_FILENO, .events = POLLIN},
                             {.fd = terminal->guardian, .events = POLLIN}};
    int timeout = session_prepare(session, &wait[3]);
    int keys = keys_wait(&terminal->keys, clock_monotonic());
    if (keys >= 0 && (timeout < 0 || timeout > keys))
        timeout = keys;
    int ready = poll(wait, 4, timeout);
    if (ready < 0 && errno != EINTR)
        session_end(session, EX_OSERR, "poll: %s", strerror(errno));
    if (wait[0].revents)
        take_signals(terminal);
    if (wait[2].revents)
        lose_guardian(terminal);
    session_work(session, wait[3].revents);
    if (wait[1].revents)
        take_keys(terminal);
    else
        keys_timeout(&terminal->keys, clock_monotonic(), terminal_key, terminal);
}

/* Ended by the other side: the screen is gone, perhaps before anybody has read what was said last. */
static void show_last_words(struct terminal *terminal)
{
    const struct window *window = windows_current(&terminal->session->windows);
    char bytes[CONNECTION_LINE_LIMIT * 3 + 1024];
    struct text text;
    if (terminal->gone || terminal->session->left || terminal->screen.dumb)
        return;
    uint64_t kept = window->count < LAST_WORDS ? window->count : LAST_WORDS;
    for (uint64_t number = window->total - kept; number < window->total; number++) {
        text_init(&text, bytes, sizeof bytes);
        add_line(terminal, window_line(window, number), &text);
        puts(bytes);
    }
    fflush(stdout);
}

void terminal_run(struct session *session, int signals, int guardian)
{
    struct terminal *terminal = calloc(1, sizeof *terminal);
    if (!terminal || keys_init(&terminal->keys) || screen_init(&terminal->screen)) {
        free(terminal);
        session_end(session, EX_OSERR, "the terminal cannot be used: %s", strerror(errno));
        return;
    }
    terminal->session = session;
    terminal->guardian = guardian;
    edit_init(&terminal->edit);
    if (terminal->screen.dumb) {
        session->shown = dumb_shown;
        session->context = terminal;
    }
    terminal->frame.colour = terminal->screen.colour;
    terminal_take_screen(terminal);
    session_tell(session, "You are connected to %s. Type, and Enter says it; /help lists the commands; Ctrl-D leaves.",
                 session->options->host);
    while (session->state != SESSION_ENDED) {
        if (session->changed || terminal->changed)
            draw(terminal);
        turn(terminal, signals);
    }
    terminal_give_back_screen(terminal);
    show_last_words(terminal);
    if (terminal->gone)
        session->farewell[0] = '\0'; /* for nobody */
    session->shown = NULL;
    frame_free(&terminal->frame);
    layout_free(&terminal->layout);
    screen_free(&terminal->screen);
    keys_free(&terminal->keys);
    edit_free(&terminal->edit);
    free(terminal->paste);
    free(terminal);
}
