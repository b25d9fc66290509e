/* The doors' listening sockets. */
#ifndef FORKCHAT_PROCESS_LISTENERS_H
#define FORKCHAT_PROCESS_LISTENERS_H

#include "conf/settings.h"

struct listener {
    int fd;
    struct setting_listen wanted; /* as configured, port 0 and all */
    struct net_address bound;
    bool given; /* by the service manager: stays, whatever the settings say */
};

struct listeners {
    struct listener list[SETTING_LISTENS];
    int count;
};

/* Adds one that listens already, `listener->fd`. Returns 0, or -1: there are too many, or it does not listen. */
int listeners_add(struct listeners *listeners, const struct listener *listener);

/* Opens what the settings want and is not open yet, and, if that went well, closes what they no longer want. Where
 * they say nothing of doors, those that were given are all there are. For an address that is in use, waits up to
 * `timeout_ms`: for a child of a supervisor that died, which has not closed its doors yet. Returns 0, or -1 after
 * reporting what could not be opened; then nothing has changed. */
int listeners_update(struct listeners *listeners, const struct settings *settings, int timeout_ms);

/* Whether any is the service manager's. */
bool listeners_have_given(const struct listeners *listeners);

void listeners_close(struct listeners *listeners);

/* Prints "listening DOOR ADDRESS:PORT" for each to `fd`, and under a wildcard, indented, what can be typed to come in;
 * or logs the former (-1). */
void listeners_announce(const struct listeners *listeners, int fd);

#endif
