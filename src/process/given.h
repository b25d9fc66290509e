/* Descriptors that the service manager gives to a program as it starts it, each with a name: sd_listen_fds(3), spoken
 * directly. Sockets that it listens at, and what notify_store had it keep. */
#ifndef FORKCHAT_PROCESS_GIVEN_H
#define FORKCHAT_PROCESS_GIVEN_H

#include "notify.h"

struct given {
    int count;
    struct given_fd {
        int fd; /* -1: it was taken */
        char name[NOTIFY_NAME_SIZE];
    } * list;
};

/* Those that LISTEN_FDS says are ours, close-on-exec; the variables go. Exits if there is no memory. */
void given_open(struct given *given);

/* Takes that one: the caller's from now on. -1: there is none of that name. */
int given_take(struct given *given, const char *name);

/* Closes those that nobody took whose names begin so, and has the manager close them. Returns how many. */
int given_forget(struct given *given, const char *prefix);

#endif
