/* The control listener: the control socket in the runtime directory, and who may connect to it. Kept by the supervisor.
 */
#ifndef FORKCHAT_PROCESS_CONTROL_LISTENER_H
#define FORKCHAT_PROCESS_CONTROL_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf/settings.h"

struct control_listener {
    int fd; /* -1: none */
    char path[120];
    uid_t uid; /* may connect, beside root: the supervisor's user */
    gid_t gid; /* and members of this group, if has_group */
    bool has_group;
};

/* Opens the socket. A daemon without one still serves: what is wrong is logged. */
void control_listener_open(struct control_listener *listener, const struct settings *settings);

/* The next connection (close-on-exec), or -1 if there is none. */
int control_listener_accept(const struct control_listener *listener);

/* Closes the socket. In a child it stays for others; the supervisor removes it. */
void control_listener_close(struct control_listener *listener, bool remove);

/* The user at the other end, for the log (`who`, 80 bytes), and whether they may give commands. Where the system cannot
 * tell, the modes of the socket have decided already. */
bool control_listener_permits(const struct control_listener *listener, int socket, char who[80]);

#endif
