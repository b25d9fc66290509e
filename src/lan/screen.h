/* The person at the peer: what is shown, what is typed. On a terminal the line being typed (tty/edit.h) stays whole
 * while others appear above it; elsewhere lines go out and come in as they are. */
#ifndef FORKCHAT_LAN_SCREEN_H
#define FORKCHAT_LAN_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_LINE_MAX 16384
#define SCREEN_RESET    "\033[?2004l" /* undoes all that is switched on */

struct edit;

/* Whether a person is at both ends. */
bool screen_is_terminal(void);

/* Takes over stdin (if `input`) and stdout. At the end of the process the terminal is as it was. A terminal that is not
 * read is waited for until `end`, a descriptor, is readable. */
void screen_open(bool input, int end);
void screen_close(void);

/* Gives the terminal back while this process is stopped, and takes it again; also after somebody else has changed its
 * size or its modes. */
void screen_pause(void);
void screen_resume(void);

/* The terminal is somebody else's already: touches it no more. */
void screen_lose(void);

/* Shows one line (without its LF). `bytes` may be anything: they are made harmless first. */
void screen_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What stands before the line being typed; with `hidden`, what is typed is not shown. */
void screen_prompt(const char *prompt, bool hidden);

/* The line that was entered last held a password: the arrows do not bring it back. */
void screen_forget(void);

/* Reads what has been typed; calls `line` for each whole line, and `complete` for Tab. Returns false at the end of the
 * input. */
struct screen_user {
    void (*line)(void *context, char *text);
    void (*complete)(void *context, struct edit *edit);
    void *context;
};
bool screen_read(struct screen_user *user);

/* Milliseconds from `now` until a key whose end does not come must do without it, -1 if there is none; then call
 * screen_timeout, which does nothing before. */
int screen_wait(int64_t now);
void screen_timeout(struct screen_user *user, int64_t now);

/* True once nobody reads our output any more. */
bool screen_is_gone(void);

/* Why our output was not taken (a full disk), as errno; 0 if it was, or if only its reader went away. */
int screen_error(void);

#endif
