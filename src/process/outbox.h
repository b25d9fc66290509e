/* What goes out to one client: the bytes of the running batch, in place, and a private queue for what the
 * client did not take. */
#ifndef FORKCHAT_PROCESS_OUTBOX_H
#define FORKCHAT_PROCESS_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Belongs to its client; outbox.c alone touches the fields. */
struct outbox {
    int fd; /* -1 while there is none; then everything is queued */

    /* The running batch: pieces that stay where they are until outbox_flush. */
    struct iovec *pieces;
    unsigned *lines; /* events in each piece */
    unsigned count, size;
    struct iovec few_pieces[2]; /* most have no more: nothing else need be fetched from memory for them */
    unsigned few_lines[2];

    char *queue; /* from queue_start, queue_length bytes wait to be sent */
    size_t queue_start, queue_length, queue_size;
    uint64_t missed; /* events left out since the queue was full */

    uint64_t total; /* bytes of the stream so far: sent, queued or skipped */
    uint64_t skip;  /* of those to come, so many have been sent by another courier */
};

enum outbox_state {
    OUTBOX_SENT,    /* everything is in the kernel's hands */
    OUTBOX_WAITING, /* some of it waits for the client to read */
    OUTBOX_BROKEN,  /* the connection is gone */
    OUTBOX_FULL     /* more than the limit waits; what the batch held was left out, counted in `missed` */
};

void outbox_init(struct outbox *outbox); /* which must stay where it is */

/* What the kernel still holds for the client is dropped when the last process closes the socket: otherwise it would
 * keep it, for minutes, for a client that does not read. */
void outbox_abandon(const struct outbox *outbox);

/* Closes the socket, frees the memory. */
void outbox_free(struct outbox *outbox);

/* Adds bytes that stay valid and unchanged until the next outbox_flush. A piece that continues the one
 * before it costs nothing. */
void outbox_add(struct outbox *outbox, const char *bytes, size_t length);

/* Sends the batch with one system call, straight from where its pieces lie; copies what was not taken, if no more than
 * `limit` bytes wait then. Never blocks. */
enum outbox_state outbox_flush(struct outbox *outbox, size_t limit);

/* Leaves out the first `bytes` bytes of what waits and is to come: they have been sent already. */
void outbox_skip(struct outbox *outbox, uint64_t bytes);

/* Sends what waits. */
enum outbox_state outbox_drain(struct outbox *outbox);

/* After OUTBOX_FULL, once everything that waited is sent: how many events were left out, and starts to
 * count anew. 0 if none, or if it is not yet time to tell. */
uint64_t outbox_take_missed(struct outbox *outbox);

#endif
