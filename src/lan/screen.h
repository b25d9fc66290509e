/* The person at the peer: what is shown, what is typed. On a terminal the line being typed stays whole
 * while others appear above it; elsewhere lines go out and come in as they are. */
#ifndef FORKCHAT_LAN_SCREEN_H
#define FORKCHAT_LAN_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#define SCREEN_LINE_MAX 16384

/* Takes over stdin (if `input`) and stdout. At the end of the process the terminal is as it was. Whoever does not
 * read what is shown is waited for until `end`, a descriptor, is readable. */
void screen_open(bool input, int end);
void screen_close(void);

/* Shows one line (without its LF). `bytes` may be anything: they are made harmless first. */
void screen_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What stands before the line being typed; with `hidden`, what is typed is not shown. */
void screen_prompt(const char *prompt, bool hidden);

/* Reads what has been typed; calls `line` for each whole line. Returns false at the end of the input. */
bool screen_read(void (*line)(void *context, char *text), void *context);

/* True once nobody reads our output any more. */
bool screen_is_gone(void);

#endif
