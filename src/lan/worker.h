/* The processes that do what takes time: hashing, serving, fetching, casting. */
#ifndef FORKCHAT_LAN_WORKER_H
#define FORKCHAT_LAN_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WORKER_MAX 80

enum worker_kind { WORKER_DESCRIBE, WORKER_SERVE, WORKER_FETCH, WORKER_CAST, WORKER_RECEIVE };

/* What a worker does: its exit status. `report` takes its lines to the parent; `context` is a copy of the
 * parent's memory as it was. */
typedef int worker_main(int report, void *context);

/* What the parent does with a worker's line, and with its end (`status` is its exit status, or -1 if it was
 * killed). `job` is what was given to worker_start. */
typedef void worker_line(void *owner, enum worker_kind kind, int job, char *line);
typedef void worker_end(void *owner, enum worker_kind kind, int job, const unsigned char host[16], int status);

/* Forks. In the child every descriptor but 0, 1, 2 and those in `keep` is closed, and stdin reads
 * /dev/null. `host` (may be NULL) is remembered for worker_count. Returns 0, or -1 and errno. */
int worker_start(enum worker_kind kind, int job, const unsigned char host[16], const int *keep, int keep_count,
                 worker_main *run, void *context);

/* How many of that kind run; with `host`, for that host only. */
int worker_count(enum worker_kind kind, const unsigned char host[16]);
int worker_count_all(void);

/* Fills `polls` (WORKER_MAX) and returns how many; then, with what poll(2) said of them. */
int worker_polls(struct pollfd *polls);
void worker_read(const struct pollfd *polls, int count, worker_line *line, void *owner);

/* Takes leave of those that have ended. */
void worker_reap(worker_line *line, worker_end *end, void *owner);

/* Ends the worker of that kind and job, or all of them, waiting for these. */
void worker_stop(enum worker_kind kind, int job);
void worker_stop_all(void);

#endif
