/* The inside of the supervisor: for the files supervisor*.c alone. */
#ifndef FORKCHAT_PROCESS_SUPERVISOR_PARTS_H
#define FORKCHAT_PROCESS_SUPERVISOR_PARTS_H

#include <sys/types.h>

#include "ban_file.h"
#include "confine.h"
#include "console.h"
#include "countdown.h"
#include "desk.h"
#include "listeners.h"
#include "runtime.h"
#include "supervisor.h"

#define MS INT64_C(1000000)

/* No accepting for so long after the system refused a process or a descriptor. */
#define PAUSE_NS (100 * MS)

struct seat {
    pid_t pid; /* 0: free */
    enum door_kind door;
};

struct courier_seat {
    pid_t pid;
    int mailbox[2]; /* couriers read 0, workers write 1 */
    int64_t born;
    uint64_t position; /* in the ring, when it was last seen to move */
    int64_t moved;     /* when that was */
};

struct supervisor {
    const struct invocation *invocation;
    struct settings *settings;
    uint32_t settings_version; /* of those, in the tables */
    struct confinement confinement;
    struct runtime runtime;
    struct shared shared;
    struct world world;
    struct listeners listeners;
    struct seat *seats;
    uint32_t *free_seats; /* a stack */
    uint32_t free_count, seat_count;
    struct courier_seat *couriers;
    int courier_count;
    int64_t paused_until; /* no accepting until then */
    int reserve;          /* a descriptor to let go of when there are none, or -1 */
    bool unreaped;        /* somebody dead is still to be put in order */
    pid_t stuck_holder;
    uint64_t stuck_turn;
    int calls[2]; /* a pipe: workers write 1 to have what they ordered looked at */
    struct ban_file bans;
    struct desk desk;
    struct countdown countdown;
    struct console console;
    bool restart; /* once everything has ended */
    int64_t stuck_since;
};

/* ---- supervisor_children.c: each forks; the child does not return ---- */

/* Return 0, or -1 and errno; and the pid of the child, or -1. */
int supervisor_fork_courier(struct supervisor *supervisor, int number);
pid_t supervisor_fork_control(struct supervisor *supervisor, enum door_kind door, int socket);
pid_t supervisor_fork_worker(struct supervisor *supervisor, uint32_t seat, int socket,
                             enum door_kind door, const struct net_address *from);

/* The console, if this is a terminal; and what is shown on it first. */
void supervisor_start_console(struct supervisor *supervisor);
void supervisor_introduce(const struct supervisor *supervisor);

/* ---- supervisor_accept.c: who waits at the control socket, and at a door ---- */

/* Before the first of them, once there are seats. */
void supervisor_prepare_accepting(struct supervisor *supervisor);

void supervisor_accept_operators(struct supervisor *supervisor);
void supervisor_accept_from(struct supervisor *supervisor, const struct listener *listener);

/* ---- supervisor_deaths.c: who has died, and who might as well have; none of them blocks ---- */

void supervisor_reap_couriers(struct supervisor *supervisor);
void supervisor_reap_workers(struct supervisor *supervisor);
void supervisor_watch_lock(struct supervisor *supervisor);
void supervisor_watch_couriers(struct supervisor *supervisor);

#endif
