/* One client's socket: what is written waits for room, what is read is cut into lines. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "mark.h"
#include "run.h"

/* ---- writing ---- */

void client_flush(struct run *run, struct client *client)
{
    size_t length = client->output_end - client->output_start;
    if (length == 0)
        return;
    ssize_t wrote = send(client->fd, client->output + client->output_start, length, MSG_NOSIGNAL);
    if (wrote < 0 && errno == ECONNREFUSED)
        fatal(EX_UNAVAILABLE, "cannot connect to %s port %s", run->options.host, run->options.port);
    if (wrote < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ENOTCONN)
        fatal(EXIT_MISDONE, "%s cannot write: %s", client->nick, strerror(errno));
    client->output_start += wrote > 0 ? (size_t)wrote : 0;
    if (client->output_start == client->output_end)
        client->output_start = client->output_end = 0;
    poller_want_room(&run->poller, client->fd, run_number(run, client), client->output_end > 0);
}

/* Room for `length` bytes more behind what waits to be written. */
static char *client_room(struct client *client, size_t length)
{
    if (client->output_size < client->output_end + length) {
        client->output_size = (client->output_end + length) * 2;
        client->output = must(realloc(client->output, client->output_size));
    }
    char *room = client->output + client->output_end;
    client->output_end += length;
    return room;
}

/* Writes now if nothing waits already, without asking the poller unless the socket is full. */
void client_push(struct run *run, struct client *client, bool waiting)
{
    if (waiting || client->output_end == 0)
        return;
    size_t length = client->output_end;
    ssize_t wrote = send(client->fd, client->output, length, MSG_NOSIGNAL);
    if (wrote == (ssize_t)length) {
        client->output_end = 0;
        return;
    }
    client->output_start = wrote > 0 ? (size_t)wrote : 0;
    client_flush(run, client); /* also finds out what is wrong */
}

void client_write(struct run *run, struct client *client, const char *text, size_t length)
{
    bool waiting = client->output_end > 0;
    memcpy(client_room(client, length), text, length);
    client_push(run, client, waiting);
}

void client_say(struct run *run, struct client *client, const char *text, size_t length)
{
    if (run->options.door->upgrade)
        frame_say(run, client, text, length);
    else
        client_write(run, client, text, length);
}

void client_add_line(struct run *run, struct client *client, int64_t due)
{
    char *room = client_room(client, client->line_length);
    memcpy(room, client->line, client->line_length);
    mark_write(room + client->before_text, (size_t)run->options.size, run_number(run, client), client->sent++,
               due - run->began);
    run->sent++;
    run->rooms[client->room].sent++;
    run->expected += run->rooms[client->room].members - 1;
}

/* ---- reading ---- */

/* The hot path. */
static inline void client_take(struct run *run, struct client *client, const char *text, bool observer)
{
    uint64_t id = mark_id(text);
    if (run->options.door->echo && mark_sender(id) == run_number(run, client))
        return;
    client->hash = mark_hash(client->hash, id, run->options.door->loose);
    client->received++;
    if (observer)
        room_log(run, &run->rooms[client->room], id);
    if (observer || run->options.mode == MODE_RATE) {
        int64_t due = run->began + mark_time(text);
        if (due >= run->record_from)
            histogram_add(&run->times, run->now - due);
    }
}

static void client_be_ready(struct run *run, struct client *client)
{
    bool unasked = client->stage == STAGE_SILENT && !*run->options.door->greeting;
    if (client->stage == STAGE_GREETING || unasked) {
        client->stage = STAGE_NAMED;
        run->named++;
        if (run->options.mode == MODE_REGISTER)
            histogram_add(&run->times, run->now - client->began);
    } else if (client->stage == STAGE_JOINING) {
        client->stage = STAGE_JOINED;
        run->joined++;
        if (run->options.mode == MODE_JOIN)
            histogram_add(&run->times, run->now - client->began);
    }
}

/* Any other line: matters while connecting and joining. */
static void client_hear(struct run *run, struct client *client, const char *line)
{
    const struct door *door = run->options.door;
    char answer[600];
    snprintf(client->heard, sizeof client->heard, "%.79s", line);
    switch (door_hear(door, line)) {
    case DOOR_READY:
        client_be_ready(run, client);
        break;
    case DOOR_ARRIVAL:
        client->arrivals++;
        run->arrivals++;
        break;
    case DOOR_PING:
        client_say(run, client, answer,
                   door_fill(answer, sizeof answer, door->pong, client->nick, door_ping_argument(line), 0));
        break;
    case DOOR_REFUSED:
        fatal(EXIT_MISDONE, "%s was refused: %s", client->nick, line);
    case DOOR_NOTHING:
        break;
    }
}

void client_read(struct run *run, struct client *client)
{
    char *at = run->input;
    memcpy(at, client->carry, client->carried);
    ssize_t got = recv(client->fd, at + client->carried, INPUT_SIZE, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN))
        return;
    if (got < 0 && errno == ECONNREFUSED)
        fatal(EX_UNAVAILABLE, "cannot connect to %s port %s", run->options.host, run->options.port);
    if (got <= 0)
        fatal(EXIT_MISDONE, "the server left %s (%s), having said: %s", client->nick,
              got ? strerror(errno) : "end of file", client->heard);
    run->now = clock_monotonic();
    run->bytes += (uint64_t)got;

    uint32_t before = client->received;
    bool observer = run_number(run, client) == run->rooms[client->room].observer;
    char *end = at + client->carried + got, *text_end = end, *rest = NULL;
    if (run->options.door->upgrade) {
        size_t used, length = frame_lines(run, client, at, (size_t)(end - at), &used);
        text_end = at + length;
        rest = at + used;
    }
    for (char *newline; (newline = memchr(at, '\n', (size_t)(text_end - at))); at = newline + 1) {
        char *stop = newline > at && newline[-1] == '\r' ? newline - 1 : newline;
        if (stop - at >= run->options.size && mark_is(stop - run->options.size)) {
            client_take(run, client, stop - run->options.size, observer);
        } else {
            *stop = 0;
            client_hear(run, client, at);
        }
    }
    if (rest)
        at = rest;
    if (end - at > CARRY_SIZE)
        fatal(EXIT_MISDONE, "%s got an endless line", client->nick);
    client->carried = (uint32_t)(end - at);
    memcpy(client->carry, at, client->carried);

    uint32_t lines = client->received - before;
    run->deliveries += lines;
    if (lines && run_closed_loop(run))
        room_advance(run, client, lines);
}
