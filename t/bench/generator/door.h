/* What the servers that are measured speak, as the load generator speaks it: greeting, joining, speaking, and what of
 * their answers it must understand. A protocol is a row of the table in door.c. */
#ifndef FORKCHAT_T_BENCH_DOOR_H
#define FORKCHAT_T_BENCH_DOOR_H

#include <stdbool.h>
#include <stddef.h>

/* In the texts %n is the client's nick, %r the room or the nick spoken to, %l the length of that, %s the size of a
 * load line's text. */
struct door {
    const char *name;
    const char *upgrade;  /* an HTTP request in front, after which each line is a frame of WebSocket; or NULL */
    const char *words;    /* the door whose words it has, if they are not its own */
    const char *greeting; /* its answer says that the client is known, and by its nick */
    const char *join;     /* its answer says that the client is in the room; NULL: there are no rooms */
    const char *say;      /* in front of a text to a room */
    const char *tell;     /* in front of a text to one client; NULL: that is a room of two */
    const char *end;      /* behind a text */
    const char *pong;     /* answers a PING, with the PING's argument for %r */
    bool lobby;           /* all are in one room from the start */
    bool arrivals;        /* JOINs are told to all in the room, and to who comes */
    bool echo;            /* what a client says comes back to itself */
    bool loose;           /* not all see one order: only the lines of each sender stay in theirs */
};

enum door_news {
    DOOR_NOTHING,
    DOOR_READY,   /* what was asked for, greeting or join, is done */
    DOOR_ARRIVAL, /* somebody joined, itself included */
    DOOR_PING,    /* to be answered with pong */
    DOOR_REFUSED, /* an error: the run cannot go on */
};

/* The row with that name, or NULL. */
const struct door *door_find(const char *name);

/* What a line means that is not a load line. `line` is zero-terminated, without its end. */
enum door_news door_hear(const struct door *door, const char *line);

/* What a PING is to be answered with. */
const char *door_ping_argument(const char *line);

/* Fills in one of the row's texts. Returns its length, which is less than `size`. */
size_t door_fill(char *to, size_t size, const char *text, const char *nick, const char *target, size_t text_size);

#endif
