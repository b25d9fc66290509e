/* Where a daemon's files are unless it was told otherwise: the one rule for the daemon and for those who look for it. */
#ifndef FORKCHAT_BASE_PLACE_H
#define FORKCHAT_BASE_PLACE_H

#include <stddef.h>

/* The runtime directory of a daemon of this user: /run/forkchat for root, else $XDG_RUNTIME_DIR/forkchat or
 * /tmp/forkchat-UID. */
void place_runtime(char *path, size_t size);

/* The sockets in that runtime directory: for operators, and for the supervisor that comes after one that died. */
#define PLACE_CONTROL   "control"
#define PLACE_SUCCESSOR "successor"

/* The address of one of them. Returns 0, or -1 if the path is too long for a socket. */
struct sockaddr_un;
int place_socket(const char *directory, const char *name, struct sockaddr_un *address);

/* Listens there, with a socket of `type` (SOCK_STREAM, SOCK_SEQPACKET) and room for `backlog` who wait, in the place of
 * whatever a process that was killed left. Only this user, and root, may connect. Returns a non-blocking, close-on-exec
 * descriptor, or -1 and errno. */
int place_listen(const struct sockaddr_un *address, int type, int backlog);

#endif
