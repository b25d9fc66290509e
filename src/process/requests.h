/* What the supervisor is asked to do, by signals and by operators: flags that are set at any time and looked at
 * between two of its turns. */
#ifndef FORKCHAT_PROCESS_REQUESTS_H
#define FORKCHAT_PROCESS_REQUESTS_H

#include <poll.h>
#include <stdbool.h>
#include <time.h>

enum request {
    REQUEST_REAP,   /* SIGCHLD: a child has died */
    REQUEST_RELOAD, /* SIGHUP */
    REQUEST_EXEC,   /* SIGUSR2 */
    REQUEST_STOP,   /* SIGTERM, SIGINT, SIGQUIT */
    REQUESTS
};

/* Sets the supervisor's handlers. The signals are blocked from then on but while it waits here. */
void requests_open(void);

/* Asks for it; for handlers as well. */
void request_make(enum request request);

/* Whether it was asked for. take: it is not any more. */
bool request_is_made(enum request request);
bool request_take(enum request request);

/* As poll(2), until a signal at the latest. */
int requests_wait(struct pollfd *list, int count, const struct timespec *most);

/* Waits for so long, until a signal at the latest; false if the daemon is to stop. */
bool requests_pause(int milliseconds);

#endif
