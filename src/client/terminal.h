/* On a terminal: the screen, the keyboard and a session, until it ends. */
#ifndef FORKCHAT_CLIENT_TERMINAL_H
#define FORKCHAT_CLIENT_TERMINAL_H

#include "tty/edit.h"
#include "tty/keys.h"
#include "tty/search.h"
#include "complete.h"
#include "frame.h"
#include "layout.h"
#include "screen.h"
#include "session.h"

struct terminal {
    struct session *session;
    struct screen screen;
    struct frame frame;
    struct layout layout;
    struct edit edit;
    struct keys keys;
    struct complete complete;
    struct search search;
    int guardian;
    char *paste; /* several lines, waiting for a yes */
    int paste_lines;
    bool leaving;       /* a Ctrl-C with a line half typed: waiting for a yes */
    char question[128]; /* about one of these */
    bool changed, gone; /* something to draw; the keyboard is gone */
};

/* Runs until the session has ended; the terminal is then as it was. `signals`: the descriptor of signals_init;
 * `guardian`: that of guardian_start or -1. */
void terminal_run(struct session *session, int signals, int guardian);

/* --- terminal-screen.c --- */

/* Takes the terminal for the screen, as soon as we are in its foreground; and leaves it as it was. */
void terminal_take_screen(struct terminal *terminal);
void terminal_give_back_screen(struct terminal *terminal);

/* The terminal has another size. */
void terminal_resize(struct terminal *terminal);

/* Ctrl-Z: gives the terminal back and stops; takes it again when continued. */
void terminal_stop(struct terminal *terminal);

/* --- terminal-keys.c --- */

/* What stands in place of the line being typed; NULL if that is there. */
const char *terminal_question(const struct terminal *terminal);

/* What stands in place of the prompt meanwhile, in `words`; NULL if that is there. */
const char *terminal_prompt(const struct terminal *terminal, char *words, size_t size);

/* One key, as keys_feed hands it on; `context` is a struct terminal. For tests and the fuzzer too. */
void terminal_key(void *context, enum key key, const char *bytes, size_t length);

#endif
