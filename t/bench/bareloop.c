/* The peer that `make bench` measures against: the least a chat server can do without batching. One
 * process, one loop; every line a client sends is written at once to every other socket in its
 * room, with one write each. Nothing is parsed but line ends and the first byte: "MSG text" leaves as "[x] text",
 * which is as long and is made in place; "JOIN name7" moves to room 7; "@name text" comes back to
 * its sender, so that a generator knows when it is connected; everything else is dropped. With --whole-reads the lines
 * that one read brought leave in one write each: what a loop gains for nothing when its clients send faster than it
 * delivers. What a socket does not take waits in its queue; nothing is ever lost. Ends by SIGTERM or SIGINT, or with
 * its parent. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/net.h"
#include "base/port.h"
#include "poller.h"

#define MAX_LINE  1024 /* a longer one is dropped */
#define MAX_ROOMS 50000

struct client {
    bool here;
    bool waiting; /* the poller tells when there is room again */
    uint32_t room;
    uint32_t slot; /* in its room's present[] */
    size_t length; /* of the unfinished line */
    char line[MAX_LINE];
    char *queue;
    size_t queue_start, queue_end, queue_size;
};

struct room {
    uint32_t *present; /* descriptors */
    uint32_t count, size;
};

struct loop {
    struct poller poller;
    struct client *clients; /* by descriptor */
    uint32_t most;
    struct room rooms[MAX_ROOMS + 1]; /* the first is where all are who have not joined one */
    int listener;
    bool whole_reads;
};

static void room_enter(struct loop *loop, uint32_t fd, uint32_t number)
{
    struct room *room = &loop->rooms[number];
    if (room->count == room->size) {
        room->size = room->size ? room->size * 2 : 4;
        room->present = realloc(room->present, room->size * sizeof *room->present);
        if (!room->present)
            fatal(EX_OSERR, "no memory");
    }
    loop->clients[fd].room = number;
    loop->clients[fd].slot = room->count;
    room->present[room->count++] = fd;
}

static void room_leave(struct loop *loop, uint32_t fd)
{
    struct room *room = &loop->rooms[loop->clients[fd].room];
    uint32_t last = room->present[--room->count];
    room->present[loop->clients[fd].slot] = last;
    loop->clients[last].slot = loop->clients[fd].slot;
}

/* "JOIN name7": the number at its end. */
static void client_join(struct loop *loop, uint32_t fd, const char *line)
{
    unsigned long number = strtoul(line + strcspn(line, "0123456789\n"), NULL, 10);
    if (number >= MAX_ROOMS)
        return;
    room_leave(loop, fd);
    room_enter(loop, fd, (uint32_t)number + 1);
}

static void client_close(struct loop *loop, uint32_t fd)
{
    struct client *client = &loop->clients[fd];
    poller_remove(&loop->poller, (int)fd, fd);
    close((int)fd);
    free(client->queue);
    room_leave(loop, fd);
    *client = (struct client){.here = false};
}

static void client_queue(struct client *client, const char *bytes, size_t length)
{
    if (client->queue_size < client->queue_end + length) {
        client->queue_size = (client->queue_end + length) * 2;
        client->queue = realloc(client->queue, client->queue_size);
        if (!client->queue)
            fatal(EX_OSERR, "no memory");
    }
    memcpy(client->queue + client->queue_end, bytes, length);
    client->queue_end += length;
}

/* A broken socket is found, and closed, by the read that its news leads to. */
static void client_write(struct loop *loop, uint32_t fd, const char *bytes, size_t length)
{
    struct client *client = &loop->clients[fd];
    ssize_t wrote = client->waiting ? 0 : send((int)fd, bytes, length, MSG_NOSIGNAL);
    if (wrote == (ssize_t)length || (wrote < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
        return;
    size_t taken = wrote > 0 ? (size_t)wrote : 0;
    client_queue(client, bytes + taken, length - taken);
    if (!client->waiting)
        poller_want_room(&loop->poller, (int)fd, fd, true);
    client->waiting = true;
}

static void client_drain(struct loop *loop, uint32_t fd)
{
    struct client *client = &loop->clients[fd];
    ssize_t wrote =
        send((int)fd, client->queue + client->queue_start, client->queue_end - client->queue_start, MSG_NOSIGNAL);
    if (wrote < 0)
        return;
    client->queue_start += (size_t)wrote;
    if (client->queue_start < client->queue_end)
        return;
    client->queue_start = client->queue_end = 0;
    client->waiting = false;
    poller_want_room(&loop->poller, (int)fd, fd, false);
}

/* To everybody in its room but `fd`. */
static void client_spread(struct loop *loop, uint32_t fd, const char *bytes, size_t length)
{
    const struct room *room = &loop->rooms[loop->clients[fd].room];
    for (uint32_t i = 0; length > 0 && i < room->count; i++)
        if (room->present[i] != fd)
            client_write(loop, room->present[i], bytes, length);
}

static void client_read(struct loop *loop, uint32_t fd)
{
    static char input[MAX_LINE + 65536];
    static const char back[] = "[x -> you] ready\n";
    struct client *client = &loop->clients[fd];
    memcpy(input, client->line, client->length);
    ssize_t got = recv((int)fd, input + client->length, sizeof input - client->length, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (got <= 0) {
        client_close(loop, fd);
        return;
    }
    char *at = input, *end = input + client->length + got, *from = input; /* said, not spread yet */
    for (char *newline; (newline = memchr(at, '\n', (size_t)(end - at))); at = newline + 1) {
        bool said = *at == 'M' && newline - at > 4;
        if (said)
            memcpy(at, "[x] ", 4);
        if (said && loop->whole_reads)
            continue;
        client_spread(loop, fd, from, (size_t)((said ? newline + 1 : at) - from));
        from = newline + 1;
        if (*at == 'J')
            client_join(loop, fd, at);
        if (*at == '@')
            client_write(loop, fd, back, sizeof back - 1);
    }
    client_spread(loop, fd, from, (size_t)(at - from));
    client->length = (size_t)(end - at) < MAX_LINE ? (size_t)(end - at) : 0;
    memcpy(client->line, at, client->length);
}

static void accept_all(struct loop *loop)
{
    static const int on = 1;
    int fd;
    while ((fd = port_accept(loop->listener, NULL, NULL)) >= 0) {
        if ((uint32_t)fd >= loop->most) {
            close(fd);
            continue;
        }
        fd_set_nonblocking(fd);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        loop->clients[fd] = (struct client){.here = true};
        room_enter(loop, (uint32_t)fd, 0);
        poller_add(&loop->poller, fd, (uint32_t)fd);
    }
}

int main(int argc, char **argv)
{
    static struct loop loop;
    struct net_address address, bound;
    char text[NET_TEXT_SIZE];
    log_open("bareloop");
    port_die_with_parent(SIGTERM);
    if (argc > 1 && !strcmp(argv[1], "--whole-reads")) {
        loop.whole_reads = true;
        argc--, argv++;
    }
    const char *why = argc > 2 ? "too many arguments" : net_parse(argc > 1 ? argv[1] : "127.0.0.1:0", &address);
    if (why)
        fatal(EX_USAGE, "%s\nusage: bareloop [--whole-reads] [ADDRESS:PORT]", why);
    long most = fd_raise_limit();
    loop.most = most > 100000 ? 100000 : (uint32_t)most;
    loop.clients = calloc(loop.most, sizeof *loop.clients);
    loop.listener = net_listen(&address, &bound);
    if (!loop.clients || loop.listener < 0)
        fatal(EX_OSERR, "cannot listen: %s", strerror(errno));
    poller_open(&loop.poller, loop.most);
    poller_add(&loop.poller, loop.listener, (uint32_t)loop.listener);
    net_format(&bound, text);
    printf("listening bare %s\nready\n", text);
    fflush(stdout);
    for (;;) {
        int count = poller_wait(&loop.poller, clock_monotonic() + INT64_C(60000000000));
        for (int i = 0; i < count; i++) {
            uint32_t fd = loop.poller.events[i].number;
            if ((int)fd == loop.listener) {
                accept_all(&loop);
                continue;
            }
            if (loop.clients[fd].here && loop.poller.events[i].writable)
                client_drain(&loop, fd);
            if (loop.clients[fd].here && loop.poller.events[i].readable)
                client_read(&loop, fd);
        }
    }
}
