/* The ways in: the doors, by which clients come, and the services. One row each; what a door speaks is in src/door, and
 * what a service answers in src/service. */
#ifndef FORKCHAT_WORLD_DOORS_H
#define FORKCHAT_WORLD_DOORS_H

/* DOOR(symbol, keyword, default port) */
#define DOORS(DOOR)                                                                                \
    DOOR(PLAIN, "plain", 7777)                                                                     \
    DOOR(TALK, "talk", 5000)                                                                       \
    DOOR(IRC, "irc", 6667)

/* SERVICE(symbol, keyword)
 * Who comes to a service is no client and in no table. One is opened only where it is asked for; "control" is not for
 * listen at all: it is the socket in the runtime directory. */
#define SERVICES(SERVICE)                                                                          \
    SERVICE(METRICS, "metrics")                                                                    \
    SERVICE(CONTROL, "control")

/* Doors are below DOOR_KINDS, services above. */
enum door_kind {
#define DOOR(symbol, keyword, port) DOOR_##symbol,
#define SERVICE(symbol, keyword) SERVICE_##symbol,
    DOORS(DOOR)
        DOOR_KINDS,
    SERVICES(SERVICE)
#undef DOOR
#undef SERVICE
        WAYS_IN
};

/* A set of ways in: bits 1 << door_kind. */
#define DOOR_BIT(kind) (1u << (kind))

/* "plain", or NULL for a number that is no way in. door_by_name: the kind, or -1. door_default_port: of a door. */
const char *door_name(enum door_kind kind);
int door_by_name(const char *name);
unsigned door_default_port(enum door_kind kind);

#endif
