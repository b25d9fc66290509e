/* What a process may still ask of the system, once it has all it needs: one door to what each system has for that.
 * sandbox_linux.c (seccomp), sandbox_freebsd.c (Capsicum), sandbox_openbsd.c (pledge); elsewhere sandbox_none.c. The
 * makefile takes one of them. */
#ifndef FORKCHAT_BASE_SANDBOX_H
#define FORKCHAT_BASE_SANDBOX_H

/* What the process is going to do. Memory, time, locks and wakeups in memory that is mapped already, writing to
 * descriptors that are open already and signals to itself are everybody's. */
enum sandbox_role {
    SANDBOX_WORKER,    /* receives from one socket, and hands it over */
    SANDBOX_COURIER,   /* takes sockets over and writes to them; accepts from one that listens, and hands over */
    SANDBOX_COLLECTOR, /* writes to one socket */
    SANDBOX_ARCHIVIST, /* reads sockets, writes to pipes it is given, and has the files of one folder */
    SANDBOX_CONTROL,   /* reads and writes one socket or terminal */
    SANDBOX_KEEPER,    /* answers calls, and writes new files into a directory that it has open */
    SANDBOX_ROLES,
};

/* The system's means, in a word for the log: "seccomp"; or NULL if it has none here. Does not block. */
const char *sandbox_means(void);

/* Makes what sandbox_enter needs, if there is none yet: in a parent, so that its children find it made. Does not block;
 * not for handlers. */
void sandbox_prepare(void);

/* Shuts the calling process in, for good. It must have one thread, and have opened and asked for all that it needs.
 * What is outside of its role then ends it with SIGSYS (Linux), SIGABRT (OpenBSD), or fails (FreeBSD: ECAPMODE). The
 * action of SIGSYS cannot be changed any more: a handler for it must be there before. Returns 0, or -1 and errno:
 * ENOSYS where sandbox_means is NULL. Does not block; not for handlers. */
int sandbox_enter(enum sandbox_role role);

#endif
