/* Inherited descriptors: those that live longer than a supervisor. Its couriers keep them all, for the supervisor after
 * one that died; one that is executed again in place just keeps them open. */
#ifndef FORKCHAT_PROCESS_INHERITED_H
#define FORKCHAT_PROCESS_INHERITED_H

#include "fd_handoff.h"
#include "ipc/liveness.h"
#include "world/counters.h"
#include "world/world.h"

/* So many have counters: world/counters.h. */
#define COURIERS_MAX ((int)COUNTED_COURIERS)

struct inherited {
    int region;               /* the shared memory: its name may be taken away by others */
    struct liveness liveness; /* by which the living are known; of those who live, nobody may close it */
    int daemon_lock;          /* the lock that lives as long as any process of the daemon: runtime.h */
    int calls[2];             /* a pipe: children write 1 to have what they ordered looked at, and what they have to log
                               * (log_relay); the supervisor reads 0 */
    int successor;     /* a Unix socket: new supervisors connect to it and ask for all of this. -1: there is none */
    int keeper[2][2];  /* the keeper reads 0; workers write 1 of the first, operators' processes 1 of the second */
    int archive[2][2]; /* the archivist, likewise */
    int secrets;       /* memory that the supervisor writes and the keeper reads: secrets.h */
    int feed[2];       /* sockets: the collector writes batches to 1, the archivist reads them from 0 */
    int mailboxes[COURIERS_MAX][2]; /* couriers read 0, workers write 1 */
    int couriers;
};

/* Makes new ones, for so many couriers (at most COURIERS_MAX), but for the lock and the region. A daemon without a
 * successor's socket still serves: what is wrong with that is logged. Returns 0, or -1 and errno. */
int inherited_make(struct inherited *inherited, const char *directory, int couriers);

/* Makes the successor's socket anew, where it was; those who have the old one keep that. Returns 0, or -1 and errno. */
int inherited_listen(struct inherited *inherited, const char *directory);

/* Asks whichever courier is there for the region alone, where that has lost its name. Waits up to half a minute.
 * Returns a close-on-exec descriptor, or -1 and errno. */
int inherited_claim_region(const char *directory);

/* In a courier: gives everything to a supervisor that asks, if one is waiting and no other courier was quicker. */
void inherited_offer(const struct inherited *inherited);

/* Asks, and takes them from whichever courier is there. Waits while one of them that lives has not had five seconds
 * for an answer (base/stall.h). Returns 0, or -1 with nothing kept: nobody answers; or errno is EINTR, and this
 * process is to end (port_end_pending). */
int inherited_claim(struct inherited *inherited, const char *directory, struct world *world);

/* In a child that is no courier: closes all of them but `kept` (-1: none) and what a child writes to. */
#define INHERITED_KEPT 3
void inherited_leave(struct inherited *inherited, const int kept[INHERITED_KEPT]);

/* The successor's socket is in nobody's way any more. */
void inherited_unlink(const char *directory);

/* Adds all of them to a list: what a courier gives to a supervisor that asks, and what stays open over exec. */
void inherited_list(struct inherited *inherited, struct fd_handoff *handoff);

#endif
