/* What the supervisor gives a child at its start, whatever its kind. It lies in the child's own memory. */
#ifndef FORKCHAT_PROCESS_CHILD_START_H
#define FORKCHAT_PROCESS_CHILD_START_H

#include "base/net.h"
#include "base/sandbox.h"
#include "confine.h"
#include "inherited.h"
#include "world/world.h"

struct children;
struct console;
struct control_listener;

struct child_start {
    /* Every child's. */
    struct world *world;
    const struct settings *settings;
    uint32_t settings_version; /* of those: the tables may have newer ones by the time the child looks */
    const struct confinement *confinement;
    enum sandbox_role role; /* with the former, for confine() */
    int supervisor;         /* a pipe: one byte has it look at what it was ordered */
    uint32_t slot;          /* its number among those of its kind; a worker's user has the same */
    /* Of workers, control and metrics children: */
    int socket;                           /* the other end's */
    enum door_kind door;                  /* or service: where it came in */
    struct net_address address;           /* a worker's client's */
    bool for_others;                      /* it comes from a proxy or gateway, which says whose client it is */
    const struct setting_ranges *proxies; /* from one of these, by PROXY protocol or X-Forwarded-For; or NULL */
    int mailbox;                          /* a worker's: its courier's, to hand the socket over */
    int keeper, archive;                  /* also the console's: the mailboxes to ask those by */
    /* Of those that keep the descriptors: */
    const struct inherited *inherited;
    /* Of couriers: which workers are there. */
    const struct children *children;
    /* Of control children and the console: */
    const struct control_listener *listener;
    const struct console *console;
};

#endif
