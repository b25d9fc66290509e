/* The doors' listening sockets. */
#ifndef FORKCHAT_PROCESS_LISTENERS_H
#define FORKCHAT_PROCESS_LISTENERS_H

#include "conf/settings.h"

struct listener {
    int fd;
    struct setting_listen wanted; /* as configured, port 0 and all */
    struct net_address bound;
};

struct listeners {
    struct listener list[SETTING_LISTENS];
    int count;
};

/* Opens what the settings want and is not open yet, and, if that went well, closes what they no longer want. For an
 * address that is in use, waits up to `timeout_ms`: for a child of a supervisor that died, which has not closed its
 * doors yet. Returns 0, or -1 after reporting what could not be opened; then nothing has changed. */
int listeners_update(struct listeners *listeners, const struct settings *settings, int timeout_ms);

void listeners_close(struct listeners *listeners);

/* Prints "listening DOOR ADDRESS:PORT" for each to `fd`, and under a wildcard, indented, what can be typed to come in;
 * or logs the former (-1). */
void listeners_announce(const struct listeners *listeners, int fd);

#endif
