/* The console: the terminal of a daemon in the foreground, where the log scrolls and an operator types commands. */
#ifndef FORKCHAT_PROCESS_CONSOLE_H
#define FORKCHAT_PROCESS_CONSOLE_H

#include "control.h"

/* The supervisor's side. */
struct console {
    int output, error; /* what standard output and error were before; -1 where they still are */
    int log;           /* the end of a pipe from which the console reads what all processes write there */
};

/* Whether this process has a terminal to itself, to read from and to write to. */
bool console_is_wanted(void);

/* Leads standard output and, if it is the terminal too, standard error into a pipe, before anything is forked that may
 * write there. Returns 0, or -1 and errno with nothing changed. */
int console_prepare(struct console *console);

/* In the parent, after the fork: what only the child needs. */
void console_forked(struct console *console, bool forked);

/* In the child: serves the terminal until SIGTERM, the end of its input, or the supervisor's death. Returns the exit
 * status. */
int console_main(const struct child_start *start);

/* It has ended: standard output and error are what they were, and the screen is whole again, which it could not see to
 * itself if it did not end `well`. */
void console_gone(struct console *console, bool well);

#endif
