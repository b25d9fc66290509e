/* Liveness: which processes live, under which pids, told by the kernel. Each process locks a byte of a file, that of
 * its slot, for as long as it lives, and nobody can unlock it for another. */
#ifndef FORKCHAT_IPC_LIVENESS_H
#define FORKCHAT_IPC_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LIVENESS_FILES 32

/* The descriptors. A process that has them may ask and begin; none may close one while it lives in a slot, nor open one
 * of the files a second time: fcntl(2) lets go of a process's locks on a file when it closes *any* descriptor of it. */
struct liveness {
    int files[LIVENESS_FILES]; /* -1: not there */
};

/* No pid: a process lives there and cannot be named, because it was started in another pid namespace. */
#define LIVENESS_UNKNOWN 1

/* None yet. */
void liveness_init(struct liveness *liveness);

/* Makes new files in that directory (a descriptor), in the place of any that are there; opens those that are there. The
 * descriptors are close-on-exec. Returns 0, or -1 and errno, and then there are none. */
int liveness_make(struct liveness *liveness, int directory);
int liveness_open(struct liveness *liveness, int directory);

/* Whether the descriptors are here. Without, everybody is taken for living. */
bool liveness_is_open(const struct liveness *liveness);

/* For a process that lives in no slot. */
void liveness_close(struct liveness *liveness);

/* Their names are in nobody's way any more. */
void liveness_unlink(int directory);

/* This process lives in that slot until it ends: forks do not inherit it, and programs that are executed keep it.
 * Returns 0, or -1 and errno: EAGAIN or EACCES if somebody else lives there, ENOLCK if the system has no more locks.
 * Does not block. */
int liveness_begin(const struct liveness *liveness, uint32_t slot);

/* The pid of another process that lives in that slot, or LIVENESS_UNKNOWN; 0 if none does, which is so of a dead one by
 * the time its parent hears of it. Costs a system call that grows with the number of processes. Does not block. */
pid_t liveness_pid(const struct liveness *liveness, uint32_t slot);

#endif
