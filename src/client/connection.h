/* The connection to the other side: dialling without ever blocking the screen, bytes out, lines in. */
#ifndef FORKCHAT_CLIENT_CONNECTION_H
#define FORKCHAT_CLIENT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/lines.h"

/* The longest line taken from a server: IRCv3's 8,191 bytes of tags and a generous message. */
#define CONNECTION_LINE_LIMIT 16384

enum connection_state {
    CONNECTION_NONE,
    CONNECTION_DIALLING,
    CONNECTION_OPEN,
};

enum connection_event {
    CONNECTION_NOTHING,
    CONNECTION_MADE,
    CONNECTION_FAILED, /* dialling: see `why` */
    CONNECTION_LOST,   /* see `why`; what had arrived was delivered */
};

/* Belongs to its user; connection.c alone touches the fields, but state, written and why may be read. */
struct connection {
    enum connection_state state;
    int fd; /* the socket, or the line to the dialler */
    pid_t dialler;
    bool half_closed; /* we said all we had to say */
    bool abandoned;
    struct lines in;
    char *out;
    size_t out_length, out_size;
    uint64_t written; /* bytes the system has taken, on this connection or the last */
    int64_t heard;    /* clock_monotonic() of the last byte from there */
    char why[160];
};

/* Called for each line; `line` is zero-terminated and may be changed, NULL for one over the limit. */
typedef void connection_line(void *context, char *line, size_t length);

/* Returns 0, or -1 with ENOMEM. */
int connection_init(struct connection *connection);

/* Starts to connect, in a process of its own: name servers may take their time. */
void connection_dial(struct connection *connection, const char *host, const char *port);

/* Takes over a connected socket. */
void connection_adopt(struct connection *connection, int fd);

/* The poll(2) events to wait for on `fd`; 0 if there is nothing to wait for. */
short connection_wants(const struct connection *connection);

/* Does what poll(2) said can be done. Never blocks. */
enum connection_event connection_work(struct connection *connection, short ready, connection_line *take, void *context);

/* Queues bytes. What cannot be queued (no memory) ends the connection at the next connection_work. */
void connection_send(struct connection *connection, const void *bytes, size_t length);

/* How many bytes wait to be written. */
size_t connection_waiting(const struct connection *connection);

/* Once everything is written, tells the other side that nothing more comes. */
void connection_finish(struct connection *connection);

/* Takes it for broken: the next connection_work says so, with this reason. */
void connection_abandon(struct connection *connection, const char *why);

/* Ends it at once, whatever its state. */
void connection_close(struct connection *connection);

#endif
