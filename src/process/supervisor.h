/* The supervisor process: listens, accepts, forks, reaps, repairs. */
#ifndef FORKCHAT_PROCESS_SUPERVISOR_H
#define FORKCHAT_PROCESS_SUPERVISOR_H

#include <stdbool.h>

#include "conf/settings.h"

struct given;

/* How the daemon was started. */
struct invocation {
    struct given *given;   /* descriptors that the service manager gave */
    char **command;        /* the program and its arguments, for execvp(3) */
    const char *directory; /* where it was started, which relative paths are relative to; NULL if that has no name */
    bool foreground;
    const char *file;     /* configuration, or NULL */
    bool file_is_default; /* then it need not exist */
    char **options;       /* -o */
    int option_count;
    int ready_fd;                 /* in the background: told with one byte when all is well, or -1 */
    void (*leave_terminal)(void); /* in the background: called when nothing can go wrong any more that
                                     should be told on the terminal */
};

/* What -V prints: the version, and of what layout the shared memory is, which two programs must agree on to take over
 * from each other. */
void invocation_version(char *text, size_t size);

/* Goes where relative paths are what the command line means by them, and back to where the daemon stays. */
void invocation_enter(const struct invocation *invocation);
void invocation_leave(const struct invocation *invocation);

/* Reads all of the configuration. Returns NULL after reporting every mistake. */
struct settings *invocation_settings(const struct invocation *invocation);

/* No exit status: everything has ended and is to be started again. */
#define SUPERVISOR_RESTART (-1)

/* Serves until SIGTERM, SIGINT, SIGQUIT or an operator's order. Returns the exit status, or SUPERVISOR_RESTART. */
int supervisor_run(const struct invocation *invocation, struct settings *settings);

#endif
