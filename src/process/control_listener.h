/* The control listener: the control socket in the runtime directory, and the control children, which are no client's: those
 * behind connections to it, and to the metrics door. Kept by the supervisor. */
#ifndef FORKCHAT_PROCESS_CONTROL_LISTENER_H
#define FORKCHAT_PROCESS_CONTROL_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf/settings.h"

/* Processes at one time. They are counted apart from the clients, so that a full server can still be looked after. */
#define CONTROL_CHILDREN 32
/* The first of them are for operators alone, and cannot be taken by whoever can reach a metrics port. */
#define CONTROL_OPERATORS 24

struct control_listener {
    int fd;       /* -1: none */
    char path[120];
    uid_t uid;    /* who may, beside root: the supervisor's user */
    gid_t gid;    /* and members of this group, if has_group */
    bool has_group;
    pid_t pids[CONTROL_CHILDREN]; /* 0: free */
};

/* Opens the socket. A daemon without one still serves: what is wrong is logged. */
void control_listener_open(struct control_listener *listener, const struct settings *settings);

/* The next connection (close-on-exec), or -1 if there is none. */
int control_listener_accept(const struct control_listener *listener);

/* The number of a control child that is not there, or -1. */
int control_listener_find_free(const struct control_listener *listener, bool operator);

/* Whether that process is one of the control children; what became of it is then the caller's to put in order. forget: it is
 * no more. */
bool control_listener_has(const struct control_listener *listener, pid_t pid);
void control_listener_forget(struct control_listener *listener, pid_t pid);

/* Sends all of them a signal. */
void control_listener_signal(const struct control_listener *listener, int signal);

/* Closes the socket. In a child it stays for others; the supervisor removes it. */
void control_listener_close(struct control_listener *listener, bool remove);

/* Who is at the other end, for the log (`who`, 80 bytes), and whether they may give commands. Where the system cannot
 * tell, the modes of the socket have decided already. */
bool control_listener_permits(const struct control_listener *listener, int socket, char who[80]);

#endif
