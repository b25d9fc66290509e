/* The operators' desk: the control socket in the runtime directory, and the processes that are no client's: those
 * behind connections to it, and to the metrics door. Kept by the supervisor. */
#ifndef FORKCHAT_PROCESS_DESK_H
#define FORKCHAT_PROCESS_DESK_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf/settings.h"

/* Processes at one time. They are apart from the clients' seats, so that a full server can still be looked after. */
#define DESK_SEATS 32
/* The first of them are for operators alone, and cannot be taken by whoever can reach a metrics port. */
#define DESK_OPERATORS 24

struct desk {
    int listener; /* -1: none */
    char path[120];
    uid_t uid;    /* who may, beside root: the supervisor's user */
    gid_t gid;    /* and members of this group, if has_group */
    bool has_group;
    pid_t pids[DESK_SEATS]; /* 0: free */
};

/* Opens the socket. A daemon without one still serves: what is wrong is logged. */
void desk_open(struct desk *desk, const struct settings *settings);

/* The next connection (close-on-exec), or -1 if there is none. */
int desk_accept(const struct desk *desk);

/* A free seat, or -1. */
int desk_seat(const struct desk *desk, bool operator);

/* Whether that process sits here; what became of it is then the caller's to put in order. leave: it is no more. */
bool desk_has(const struct desk *desk, pid_t pid);
void desk_leave(struct desk *desk, pid_t pid);

/* Sends all of them a signal. */
void desk_signal(const struct desk *desk, int signal);

/* Closes the socket. In a child it stays for others; the supervisor removes it. */
void desk_close(struct desk *desk, bool remove);

/* Who is at the other end, for the log (`who`, 80 bytes), and whether they may give commands. Where the system cannot
 * tell, the modes of the socket have decided already. */
bool desk_may(const struct desk *desk, int socket, char who[80]);

#endif
