/* The doors: the ways in. One row each; what a door speaks is in src/door. */
#ifndef FORKCHAT_WORLD_DOORS_H
#define FORKCHAT_WORLD_DOORS_H

/* DOOR(symbol, keyword, default port)
 * Without a default port a door is opened only where it is asked for; "control" is not for listen at all: it is the
 * socket in the runtime directory, whose clients are in no table. */
#define DOORS(DOOR)                                                                                \
    DOOR(PLAIN, "plain", 7777)                                                                     \
    DOOR(TALK, "talk", 5000)                                                                       \
    DOOR(IRC, "irc", 6667)                                                                         \
    DOOR(METRICS, "metrics", 0)                                                                    \
    DOOR(CONTROL, "control", 0)

enum door_kind {
#define DOOR(symbol, keyword, port) DOOR_##symbol,
    DOORS(DOOR)
#undef DOOR
        DOOR_KINDS
};

/* A set of doors: bits 1 << door_kind. */
#define DOOR_BIT(kind) (1u << (kind))

/* "plain", or NULL for a number that is no door. door_by_name: the kind, or -1. */
const char *door_name(enum door_kind kind);
int door_by_name(const char *name);
unsigned door_default_port(enum door_kind kind);

#endif
