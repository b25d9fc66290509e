/* Where a daemon's files are unless it was told otherwise: the one rule for the daemon and for those who look for it.
 * And what is asked of such a place before anything is believed or written there, because others may have made it
 * first. */
#ifndef FORKCHAT_BASE_PATHS_H
#define FORKCHAT_BASE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The runtime directory of a daemon of this user: FORKCHAT_RUNDIR for root, else $XDG_RUNTIME_DIR/forkchat or
 * /tmp/forkchat-UID. */
void paths_runtime(char *path, size_t size);

/* Opens a directory in which our files are to be, made if it is not there. Returns a close-on-exec descriptor, or -1
 * with *why in words: also where somebody else than this user and root could have put files or links into it, because
 * it is theirs, or may be written to by others, or is reached by a link of theirs. */
int paths_open_directory(const char *path, const char **why);

/* Opens a file there to read and write, made if it is not there, that nobody else can open: not even a lock on it can
 * come from outside. Returns a close-on-exec descriptor, or -1 and errno: EPERM for what is no file of this user's
 * alone, ELOOP for a link. Does not block. */
int paths_open_file(int directory, const char *name);

/* The sockets in that runtime directory: for operators, for clients that come by another program, and for the
 * supervisor that comes after one that died. */
#define PATHS_CONTROL   "control"
#define PATHS_ARRIVALS  "arrivals"
#define PATHS_SUCCESSOR "successor"

/* The address of one of them. Returns 0, or -1 if the path is too long for a socket. */
struct sockaddr_un;
int paths_socket(const char *directory, const char *name, struct sockaddr_un *address);

/* Listens there, with a socket of `type` (SOCK_STREAM, SOCK_SEQPACKET; or SOCK_DGRAM, which only has to be there) and
 * room for `backlog` who wait, in the place of
 * whatever a process that was killed left. Only this user, and root, may connect. Returns a non-blocking, close-on-exec
 * descriptor, or -1 and errno. */
int paths_listen(const struct sockaddr_un *address, int type, int backlog);

/* Whether the process behind a connected socket is this user's, root's, or that of `owner` (or -1); so says the kernel.
 * Where the system cannot tell, the modes of the socket's directory have to do. */
bool paths_is_ours(int socket, uid_t owner);

#endif
