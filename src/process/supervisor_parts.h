/* The inside of the supervisor: for the files supervisor*.c alone. */
#ifndef FORKCHAT_PROCESS_SUPERVISOR_PARTS_H
#define FORKCHAT_PROCESS_SUPERVISOR_PARTS_H

#include <sys/types.h>

#include "ban_file.h"
#include "base/clock.h"
#include "base/stall.h"
#include "confine.h"
#include "console.h"
#include "countdown.h"
#include "control_listener.h"
#include "inherited.h"
#include "listeners.h"
#include "runtime.h"
#include "supervisor.h"

/* No accepting for so long after the system refused a process or a descriptor. */
#define PAUSE_NS (100 * MS)

struct seat {
    pid_t pid;     /* 0: free */
    bool orphan; /* not our child: supervisor_succeed.c */
    enum door_kind door;
};

struct courier_seat {
    pid_t pid;
    bool orphan;
    bool old; /* of the supervisor before: to make way */
    int64_t born;
    uint64_t position; /* in the ring, when it was last seen to move */
    struct stall stall; /* since then */
};

/* Who was seen to have the lock: supervisor_watch_lock. */
struct holding {
    uint32_t slot;
    uint32_t turn; /* the how-manieth time the lock was taken */
    int64_t since; /* when this was seen first */
    struct stall stall; /* since then */
    bool woken;    /* it was told to go on */
};

struct supervisor {
    const struct invocation *invocation;
    struct settings *settings;
    uint32_t settings_version; /* of those, in the tables */
    struct confinement confinement;
    struct runtime runtime;
    struct txn txn;
    struct world world;
    struct listeners listeners;
    struct seat *seats;
    uint32_t *free_seats; /* a stack */
    uint32_t free_count, seat_count;
    struct courier_seat couriers[COURIERS_MAX];
    struct inherited inherited;
    uint32_t orphans; /* workers and couriers who are not our children */
    bool leaving_to_another; /* nobody is let in any more: supervisor_exec.c */
    int64_t paused_until; /* no accepting until then */
    int reserve;          /* a descriptor to let go of when there are none, or -1 */
    bool unreaped;        /* somebody dead is still to be put in order */
    struct holding holding;
    struct ban_file bans;
    struct control_listener control;
    struct countdown countdown;
    struct console console;
    bool restart; /* once everything has ended */
};

/* ---- supervisor.c ---- */

/* Waits; false if the daemon is to stop. */
bool supervisor_pause(int milliseconds);

/* A seat for each place in the tables, all free. Exits if there is no memory. */
void supervisor_make_seats(struct supervisor *supervisor);

/* ---- supervisor_stop.c ---- */

/* Tells everybody, ends all processes, removes what was made. Blocks until all have ended, or those whose pids cannot be
 * known are given up. */
void supervisor_stop(struct supervisor *supervisor);

/* ---- supervisor_succeed.c: taking over what an earlier supervisor left ---- */

/* Looks for the session of an earlier supervisor, some of whose processes live; claim: takes the descriptors it left. Each returns
 * 0, or an exit status after reporting; *found becomes false if there is nothing to take over and nobody lives any more,
 * be it that one had to wait for that. */
int supervisor_find_session(struct supervisor *supervisor, bool deserted, bool *found);
int supervisor_claim_session(struct supervisor *supervisor, bool *found);

/* Goes on with the session whose descriptors are here: takes the seats from the tables and asks the couriers to make way
 * for new ones. Waits for the lock. */
void supervisor_adopt(struct supervisor *supervisor);

/* A place whose seat is free may be used by one who was starting when the supervisor before died: whether it is, and the
 * seat an orphan's from now on. Does not block. */
bool supervisor_adopt_seat(struct supervisor *supervisor, uint32_t number);

/* The same for a courier, which is to make way for another. Whoever adopts it calls its workers. */
bool supervisor_adopt_courier(struct supervisor *supervisor, int number);

/* All that this supervisor knows of have ended: nobody else may live on who was starting when one before died. Who
 * comes to life from now on ends by itself. */
void supervisor_end_unknown(struct supervisor *supervisor);

/* Sends a signal to a process; to the workers at every `step`th seat from `first` on; to everybody but the console. */
void supervisor_signal(const struct supervisor *supervisor, pid_t pid, bool orphan, int signal);
void supervisor_signal_workers(const struct supervisor *supervisor, uint32_t first, uint32_t step, int signal);
void supervisor_signal_family(const struct supervisor *supervisor, int signal);

/* ---- supervisor_exec.c: SIGUSR2, the same process with another program ---- */

/* Has the program executed again, which takes everything over. Returns if it cannot be: everything is as it was then, or,
 * if the new program cannot share the memory, nobody is let in any more. */
void supervisor_execute_again(struct supervisor *supervisor);

/* ---- supervisor_mend.c ---- */

/* Once a second: what somebody has taken away of the runtime directory is made again. Does not block. */
void supervisor_mend_places(struct supervisor *supervisor);

/* ---- supervisor_children.c: each forks; the child does not return ---- */

/* Return 0, or -1 and errno; and the pid of the child, or -1. */
int supervisor_fork_courier(struct supervisor *supervisor, int number);
pid_t supervisor_fork_control(struct supervisor *supervisor, enum door_kind service, int socket);
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

/* Addresses owe at once for the wrong passwords their clients give; the other has what one client owes when it is
 * buried. Lock held: returns the seconds for admission_tell. */
void supervisor_blame_guessers(struct supervisor *supervisor);
int64_t supervisor_blame_guesser_locked(struct supervisor *supervisor, uint32_t seat);

/* ---- supervisor_deaths.c: who has died, and who might as well have ---- */

void supervisor_reap_couriers(struct supervisor *supervisor);
void supervisor_reap_workers(struct supervisor *supervisor);
void supervisor_reap_orphans(struct supervisor *supervisor);
void supervisor_watch_lock(struct supervisor *supervisor);
void supervisor_watch_couriers(struct supervisor *supervisor);

/* Has the couriers of the supervisor before make way for ours, one after the other: were all to end with this supervisor,
 * nobody could give the next one what it needs. */
void supervisor_renew_couriers(struct supervisor *supervisor);

/* Begins a transaction that publishes nothing. Waits for the lock, and sees to it that whoever was stopped with it does
 * not stop us as well. None of the others here blocks. */
void supervisor_begin_look(struct supervisor *supervisor);

#endif
