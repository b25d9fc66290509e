/* Outboxes. Private to a courier; the only code that writes to clients. */
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"

/* Pieces of one system call; a batch with more is sent in several. */
#define PIECES_MAX 256u

void outbox_init(struct outbox *outbox)
{
    *outbox = (struct outbox){.fd = -1, .size = 2};
    outbox->pieces = outbox->few_pieces;
    outbox->lines = outbox->few_lines;
}

void outbox_abandon(const struct outbox *outbox)
{
    struct linger at_once = {.l_onoff = 1};
    if (outbox->fd >= 0)
        setsockopt(outbox->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void outbox_free(struct outbox *outbox)
{
    if (outbox->fd >= 0)
        close(outbox->fd);
    if (outbox->pieces != outbox->few_pieces) {
        free(outbox->pieces);
        free(outbox->lines);
    }
    free(outbox->queue);
    outbox_init(outbox);
}

/* Sends up to PIECES_MAX pieces. Returns how many bytes were taken, 0 if none can be now, -1 if it broke. */
static ssize_t send_pieces(int fd, struct iovec *pieces, unsigned count)
{
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count < PIECES_MAX ? count : PIECES_MAX};
    for (;;) {
        ssize_t sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0)
            return sent;
        if (errno == EINTR)
            continue;
        /* Without memory for a buffer the client has to wait like a slow one. */
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM ? 0 : -1;
    }
}

static void grow(struct outbox *outbox)
{
    unsigned size = outbox->size * 4;
    struct iovec *pieces = malloc(size * sizeof *pieces);
    unsigned *lines = malloc(size * sizeof *lines);
    if (!pieces || !lines)
        fatal(EX_OSERR, "out of memory");
    memcpy(pieces, outbox->pieces, outbox->count * sizeof *pieces);
    memcpy(lines, outbox->lines, outbox->count * sizeof *lines);
    if (outbox->pieces != outbox->few_pieces) {
        free(outbox->pieces);
        free(outbox->lines);
    }
    outbox->pieces = pieces;
    outbox->lines = lines;
    outbox->size = size;
}

void outbox_add(struct outbox *outbox, const char *bytes, size_t length)
{
    if (outbox->count > 0) {
        struct iovec *last = &outbox->pieces[outbox->count - 1];
        if ((const char *)last->iov_base + last->iov_len == bytes) {
            last->iov_len += length;
            outbox->lines[outbox->count - 1]++;
            return;
        }
    }
    if (outbox->count == outbox->size)
        grow(outbox);
    outbox->lines[outbox->count] = 1;
    outbox->pieces[outbox->count++] = (struct iovec){(void *)bytes, length};
}

/* Copies pieces behind what waits already. */
static void queue_pieces(struct outbox *outbox, const struct iovec *pieces, unsigned count, size_t length)
{
    if (outbox->queue_start + outbox->queue_length + length > outbox->queue_size) {
        size_t size = outbox->queue_length + length;
        size += size / 2;
        char *queue = malloc(size);
        if (!queue)
            fatal(EX_OSERR, "out of memory");
        if (outbox->queue_length)
            memcpy(queue, outbox->queue + outbox->queue_start, outbox->queue_length);
        free(outbox->queue);
        outbox->queue = queue;
        outbox->queue_size = size;
        outbox->queue_start = 0;
    }
    char *end = outbox->queue + outbox->queue_start + outbox->queue_length;
    for (unsigned i = 0; i < count; i++) {
        memcpy(end, pieces[i].iov_base, pieces[i].iov_len);
        end += pieces[i].iov_len;
    }
    outbox->queue_length += length;
}

enum outbox_state outbox_drain(struct outbox *outbox)
{
    while (outbox->queue_length > 0) {
        if (outbox->fd < 0)
            return OUTBOX_WAITING;
        struct iovec piece = {outbox->queue + outbox->queue_start, outbox->queue_length};
        ssize_t sent = send_pieces(outbox->fd, &piece, 1);
        if (sent < 0)
            return OUTBOX_BROKEN;
        if (sent == 0)
            return OUTBOX_WAITING;
        outbox->queue_start += (size_t)sent;
        outbox->queue_length -= (size_t)sent;
    }
    /* A client that was slow once need not hold memory for ever. */
    free(outbox->queue);
    outbox->queue = NULL;
    outbox->queue_start = outbox->queue_size = 0;
    return OUTBOX_SENT;
}

/* Sends as many of the pieces as the client takes. Returns the number of the first that is left, all of it,
 * or -1 if the connection broke. */
static int send_batch(struct outbox *outbox, unsigned count)
{
    unsigned first = 0;
    while (first < count && outbox->pieces[first].iov_len == 0)
        first++; /* skipped */
    while (first < count && outbox->queue_length == 0 && outbox->fd >= 0) {
        ssize_t sent = send_pieces(outbox->fd, outbox->pieces + first, count - first);
        if (sent <= 0)
            return sent < 0 ? -1 : (int)first;
        size_t taken = (size_t)sent;
        while (first < count && taken >= outbox->pieces[first].iov_len)
            taken -= outbox->pieces[first++].iov_len;
        if (taken > 0) {
            /* Half a line is out: its end must follow, whatever the limit says. */
            struct iovec rest = {(char *)outbox->pieces[first].iov_base + taken, outbox->pieces[first].iov_len - taken};
            queue_pieces(outbox, &rest, 1, rest.iov_len);
            first++;
        }
    }
    return (int)first;
}

void outbox_skip(struct outbox *outbox, uint64_t bytes)
{
    size_t waiting = bytes < outbox->queue_length ? (size_t)bytes : outbox->queue_length;
    outbox->queue_start += waiting;
    outbox->queue_length -= waiting;
    outbox->skip = bytes - waiting;
}

/* Takes what is to be skipped off the front of the batch. */
static void skip_pieces(struct outbox *outbox, unsigned count)
{
    for (unsigned i = 0; i < count && outbox->skip > 0; i++) {
        struct iovec *piece = &outbox->pieces[i];
        size_t part = outbox->skip < piece->iov_len ? (size_t)outbox->skip : piece->iov_len;
        piece->iov_base = (char *)piece->iov_base + part;
        piece->iov_len -= part;
        outbox->skip -= part;
    }
}

static size_t pieces_length(const struct outbox *outbox, unsigned first, unsigned count)
{
    size_t length = 0;
    for (unsigned i = first; i < count; i++)
        length += outbox->pieces[i].iov_len;
    return length;
}

enum outbox_state outbox_flush(struct outbox *outbox, size_t limit)
{
    unsigned count = outbox->count;
    outbox->count = 0;
    if (outbox->queue_length > 0 && outbox_drain(outbox) == OUTBOX_BROKEN)
        return OUTBOX_BROKEN;
    outbox->total += pieces_length(outbox, 0, count);
    if (outbox->skip > 0)
        skip_pieces(outbox, count);
    int first = outbox->missed ? 0 : send_batch(outbox, count);
    if (first < 0)
        return OUTBOX_BROKEN;
    if ((unsigned)first == count)
        return outbox->queue_length ? OUTBOX_WAITING : OUTBOX_SENT;

    size_t length = pieces_length(outbox, (unsigned)first, count);
    if (outbox->missed || outbox->queue_length + length > limit) {
        for (unsigned i = (unsigned)first; i < count; i++)
            outbox->missed += outbox->lines[i];
        outbox->total -= length; /* no part of the stream after all */
        return OUTBOX_FULL;
    }
    queue_pieces(outbox, outbox->pieces + first, count - (unsigned)first, length);
    return OUTBOX_WAITING;
}

uint64_t outbox_take_missed(struct outbox *outbox)
{
    if (outbox->queue_length > 0)
        return 0;
    uint64_t missed = outbox->missed;
    outbox->missed = 0;
    return missed;
}
