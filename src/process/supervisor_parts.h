/* The inside of the supervisor: for the files supervisor*.c and exec_state.c alone. They are in the order in which they
 * use one another: none calls one that stands before it here, and supervisor.c calls them all. */
#ifndef FORKCHAT_PROCESS_SUPERVISOR_PARTS_H
#define FORKCHAT_PROCESS_SUPERVISOR_PARTS_H

#include <signal.h>
#include <sys/types.h>

#include "arrivals.h"
#include "ban_file.h"
#include "base/clock.h"
#include "base/stall.h"
#include "child_kinds.h"
#include "children.h"
#include "confine.h"
#include "console.h"
#include "control_listener.h"
#include "countdown.h"
#include "given.h"
#include "inherited.h"
#include "listeners.h"
#include "runtime.h"
#include "supervisor.h"

/* No accepting for so long after the system refused a process or a descriptor. */
#define PAUSE_NS (100 * MS)

/* The process that was seen to have the lock: supervisor_watch_lock. */
struct holding {
    uint32_t slot;
    uint32_t turn;      /* the number of this taking of the lock */
    int64_t since;      /* when this was seen first */
    struct stall stall; /* since then */
    bool woken;         /* it was told to go on */
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
    struct children children;
    struct inherited inherited;
    bool leaving_to_another; /* nobody is let in any more: supervisor_exec.c */
    int64_t paused_until;    /* no accepting until then */
    int64_t overdue_due;     /* when users without a connection are next looked at */
    int reserve;             /* a descriptor to let go of when there are none, or -1 */
    bool unreaped;           /* somebody dead is still to be put in order, or to be started */
    struct holding holding;
    struct ban_file bans;
    struct control_listener control;
    struct arrivals arrivals;
    struct countdown countdown;
    struct console console;
    bool restart; /* once everything has ended */
};

/* ---- supervisor_stop.c ---- */

/* Tells everybody, ends all processes, removes what was made. Blocks until all have ended, or those whose pids
 * cannot be known are given up. */
void supervisor_stop(struct supervisor *supervisor);

/* ---- supervisor_exec.c: SIGUSR2, the same process with another program ---- */

/* Has the program executed again, which takes everything over. Returns if it cannot be: everything is as it was
 * then, or, if the new program cannot share the memory, nobody is let in any more. */
void supervisor_execute_again(struct supervisor *supervisor);

/* ---- supervisor_mend.c ---- */

/* Once a second: what somebody has taken away of the runtime directory is made again. Does not block. */
void supervisor_mend_places(struct supervisor *supervisor);

/* ---- supervisor_succeed.c: taking over what an earlier supervisor left ---- */

/* Looks for the session of an earlier supervisor, some of whose processes live; claim: takes the descriptors it
 * left. Each returns 0, or an exit status after reporting; *found becomes false if there is nothing to take over and
 * nobody lives any more, be it that one had to wait for that. */
int supervisor_find_session(struct supervisor *supervisor, bool deserted, bool *found);
int supervisor_claim_session(struct supervisor *supervisor, bool *found);

/* ---- supervisor_notify.c: what the service manager hears, if there is one ---- */

/* ready: also has it keep what the next supervisor is to have. alive: as often as it wants to hear that, and how many
 * are connected; returns for how many nanoseconds nothing need be said. waiting: before it is ready, at least every
 * half minute, where that takes long. None blocks, but for a second where the manager reads nothing. */
void supervisor_tell_ready(struct supervisor *supervisor);
void supervisor_tell_reloading(void);
void supervisor_tell_stopping(const struct supervisor *supervisor);
void supervisor_tell_waiting(const char *for_what);
int64_t supervisor_tell_alive(const struct supervisor *supervisor, int64_t now);

/* ---- supervisor_given.c: what the service manager gave ---- */

/* Its sockets become doors. Returns 0, or an exit status after reporting one that cannot. */
int supervisor_take_sockets(struct supervisor *supervisor);

/* ---- supervisor_store.c: what the service manager keeps ---- */

/* Has it keep the session's descriptors and the doors as they are now, and nothing else. */
void supervisor_store(struct supervisor *supervisor);

/* The session is over: it has nothing to keep any more, or only the doors. Waits until it has closed the rest. */
void supervisor_store_end(bool doors);

/* Takes what it kept for this supervisor: doors; and the session, if there is one whose processes can be gone on with:
 * then its descriptors and slots for children are here, and true is returned. */
void supervisor_take_doors(struct supervisor *supervisor);
bool supervisor_take_session(struct supervisor *supervisor);

/* ---- supervisor_accept.c: connections to the control socket, and to a door ---- */

/* Before the first of them, once there are slots. */
void supervisor_prepare_accepting(struct supervisor *supervisor);

/* Decides about those who have asked for it behind a proxy: world/origins.h. Does not block. */
void supervisor_admit(struct supervisor *supervisor);

void supervisor_accept_operators(struct supervisor *supervisor);
void supervisor_accept_arrivals(struct supervisor *supervisor);
void supervisor_accept_from(struct supervisor *supervisor, const struct listener *listener);

/* ---- supervisor_reap.c: deaths ---- */

/* Puts in order what the dead leave behind, as far as that can be done now, and starts those anew that are always to be
 * there. holders: only those that publishers wait for, so that others can be told of. Neither blocks. */
void supervisor_reap(struct supervisor *supervisor);
void supervisor_reap_holders(struct supervisor *supervisor);

/* ---- supervisor_crash.c ---- */

/* Notes for `crash last` how a process died, with what it left at `recorder`, if it has a record there, and whose it
 * was, or NULL. Lock held. Returns the crash noted, to be logged without the lock. */
struct crash_shm supervisor_add_crash_locked(struct supervisor *supervisor, const char *process, const siginfo_t *death,
                                             const struct recorder_shm *recorder,
                                             const struct connection_shm *connection);
void supervisor_log_crash(const struct crash_shm *crash);

/* ---- supervisor_overdue.c ---- */

/* Those leave who have been detached for longer than `grace`. Does not block: those who are left do at the next look.
 */
void supervisor_end_overdue(struct supervisor *supervisor);

/* ---- supervisor_blame.c: wrong passwords ---- */

/* Addresses owe at once for the wrong passwords their clients give; the other has what one client owes when it is
 * reaped. Lock held: returns the seconds for admission_tell. */
void supervisor_blame_guessers(struct supervisor *supervisor);
int64_t supervisor_blame_guesser_locked(struct supervisor *supervisor, uint32_t slot);

/* ---- supervisor_console.c ---- */

/* The console, if this is a terminal; its end; and what is shown on it first. end: blocks for a second at most. */
void supervisor_start_console(struct supervisor *supervisor);
void supervisor_end_console(struct supervisor *supervisor);
void supervisor_introduce(const struct supervisor *supervisor);

/* ---- supervisor_fork.c ---- */

/* Forks a child into that slot, which is free. `start` has what only its kind is given; the rest is filled in.
 * Returns 0, or -1 and errno. The child does not return. */
int supervisor_fork(struct supervisor *supervisor, struct child *child, struct child_start start);

/* ---- supervisor_adopt.c: children that an earlier supervisor left ---- */

/* Slots for all children, all free. Exits if there is no memory. */
void supervisor_make_children(struct supervisor *supervisor);

/* Whether a child lives, by its liveness lock; only of kinds with a slot of their own in the world. */
bool supervisor_is_alive(const struct supervisor *supervisor, const struct child *child);

/* A slot that is free may be used by a process that was starting when the supervisor before died: whether it is; then
 * it is an orphan's from now on. Does not block. */
bool supervisor_adopt_child(struct supervisor *supervisor, struct child *child);

/* Goes on with the session whose descriptors are here: finds all children there are, as the tables and the liveness
 * locks tell. Waits for the lock. */
void supervisor_adopt_all(struct supervisor *supervisor);

/* ---- supervisor_watch.c: processes that live, and might as well have died ---- */

void supervisor_watch_lock(struct supervisor *supervisor);
void supervisor_watch_holders(struct supervisor *supervisor);

/* Ends a keeper that does not answer, and has one that is outdated make way for another. */
void supervisor_watch_keeper(struct supervisor *supervisor);

/* Has couriers that hold outdated descriptors make way for others, one after the other: were all to end with this
 * supervisor, nobody could give the next one what it needs. */
void supervisor_renew_holders(struct supervisor *supervisor);

/* Begins a transaction that publishes nothing. Waits for the lock, and sees to it that a process that was stopped with
 * it does not stop us as well. None of the others here blocks. */
void supervisor_begin_look(struct supervisor *supervisor);

/* ---- supervisor_signal.c ---- */

/* Sends a signal to a child; to every `step`th of a kind from slot `first` on; to all but those that end apart; to all
 * that live in the world, as its liveness locks tell. */
void supervisor_signal(const struct supervisor *supervisor, const struct child *child, int signal);
void supervisor_signal_kind(const struct supervisor *supervisor, enum child_kind kind, uint32_t first, uint32_t step,
                            int signal);
void supervisor_signal_all(const struct supervisor *supervisor, int signal);
void supervisor_signal_alive(const struct supervisor *supervisor, int signal);

#endif
