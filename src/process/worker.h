/* The worker process: one client. */
#ifndef FORKCHAT_PROCESS_WORKER_H
#define FORKCHAT_PROCESS_WORKER_H

#include <signal.h>

#include "base/net.h"
#include "confine.h"
#include "world/penalties.h"
#include "world/world.h"

/* What the supervisor gives a worker. */
struct worker_start {
    struct world *world;
    const struct settings *settings;
    uint32_t settings_version; /* of those: the tables may have newer ones by the time the worker looks */
    const struct confinement *confinement;
    uint32_t user;  /* its place in the tables */
    enum door_kind door;
    int socket;     /* the client */
    int mailbox;    /* the courier's, to hand the socket over */
    int supervisor; /* a pipe: one byte has it look at what it was ordered */
    struct net_address address;
};

/* Serves the client until it leaves. Returns the status for the process to exit with. */
int worker_run(const struct worker_start *start);

/* What the client of a worker that ended in that way is to be blamed for, or PENALTY_NONE. */
enum penalty worker_trouble(const siginfo_t *death);

/* Whether a child died of a signal or an error. */
bool worker_has_crashed(const siginfo_t *death);

#endif
