/* Where a daemon's files are unless it was told otherwise: the one rule for the daemon and for those who look for it. */
#ifndef FORKCHAT_BASE_PLACE_H
#define FORKCHAT_BASE_PLACE_H

#include <stddef.h>

/* The runtime directory of a daemon of this user: /run/forkchat for root, else $XDG_RUNTIME_DIR/forkchat or
 * /tmp/forkchat-UID. */
void place_runtime(char *path, size_t size);

/* The control socket in that runtime directory. Returns 0, or -1 if the path is too long for a socket. */
#define PLACE_CONTROL "control"
struct sockaddr_un;
int place_control(const char *directory, struct sockaddr_un *address);

#endif
