/* Accepting: who may come in, and a process for each who does. Run by the supervisor; writes
 * counters only. */
#include "supervisor_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admission.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"
#include "door/door.h"
#include "world/counters.h"

/* Connections taken from one door before the others are looked at again. */
#define ACCEPT_BURST 64

static void refuse(int socket, enum door_kind door, const char *why)
{
    char line[200];
    struct text text;
    text_init(&text, line, sizeof line);
    door_of(door)->refuse(&text, why);
    /* Best effort: who is refused may have gone already. */
    if (send(socket, line, text.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return;
    shutdown(socket, SHUT_WR);
}

/* NULL if the connection may come in, or why not, which is counted. */
static const char *check_admission(const struct supervisor *supervisor,
                                   const struct net_address *from)
{
    const struct world *world = &supervisor->world;
    const struct settings *settings = supervisor->settings;
    if (supervisor->leaving_to_another) {
        count_add(world, COUNT_REFUSED_BUSY);
        return "a new version of the server waits until all have left: try again later";
    }
    const char *banned = ban_file_reason(&supervisor->bans, from);
    if (banned) {
        static char why[BAN_REASON_SIZE + 20];
        count_add(world, COUNT_REFUSED_BANNED);
        snprintf(why, sizeof why, "you are banned: %s", banned);
        return why;
    }
    if (!admission_rate(settings, from, clock_elapsed())) {
        count_add(world, COUNT_REFUSED_RATE);
        return "you connect too often: wait a little, then try again";
    }
    if (supervisor->free_count == 0 ||
        supervisor->seat_count - supervisor->free_count >= (uint32_t)settings->max_clients) {
        count_add(world, COUNT_REFUSED_FULL);
        return "the server is full: try again later";
    }
    if (settings->max_clients_per_address) {
        unsigned char host[16];
        int64_t count = 0;
        net_host_bytes(from, host);
        for (uint32_t i = 0; i < supervisor->seat_count; i++)
            count += supervisor->seats[i].pid && memcmp(supervisor->seats[i].host, host, 16) == 0;
        if (count >= settings->max_clients_per_address) {
            count_add(world, COUNT_REFUSED_ADDRESS);
            return "too many connections from your address: close one first";
        }
    }
    return NULL;
}

static void pause_accepting(struct supervisor *supervisor, const char *what)
{
    static int64_t told;
    int64_t now = clock_elapsed();
    supervisor->paused_until = now + PAUSE_NS;
    if (now - told > 5000 * MS) {
        told = now;
        log_warning("%s: %s: newcomers must wait", what, strerror(errno));
    }
}

/* A connection that is no client's, however many clients there are. */
static void seat_at_desk(struct supervisor *supervisor, enum door_kind door, int socket)
{
    int seat = desk_seat(&supervisor->desk, door == DOOR_CONTROL);
    pid_t pid = seat >= 0 ? supervisor_fork_control(supervisor, door, socket) : -1;
    if (pid > 0) {
        supervisor->desk.pids[seat] = pid;
        count_add(&supervisor->world, COUNT_CONTROLS);
    } else {
        refuse(socket, door, "too many control connections: try again later");
    }
}

void supervisor_accept_operators(struct supervisor *supervisor)
{
    int socket;
    while ((socket = desk_accept(&supervisor->desk)) >= 0) {
        seat_at_desk(supervisor, DOOR_CONTROL, socket);
        close(socket);
    }
}

static void welcome(struct supervisor *supervisor, int socket, enum door_kind door,
                    const struct net_address *from)
{
    const char *why = check_admission(supervisor, from);
    if (why) {
        char address[NET_TEXT_SIZE];
        net_format(from, address);
        log_info("client refused \"%s\": %s", address, why);
        refuse(socket, door, why);
        return;
    }
    uint32_t number = supervisor->free_seats[supervisor->free_count - 1];
    pid_t pid = supervisor_fork_worker(supervisor, number, socket, door, from);
    if (pid < 0) {
        pause_accepting(supervisor, "fork");
        count_add(&supervisor->world, COUNT_REFUSED_BUSY);
        refuse(socket, door, "the server is busy: try again later");
        return;
    }
    count_add(&supervisor->world, COUNT_WORKERS);
    supervisor->free_count--;
    struct seat *seat = &supervisor->seats[number];
    seat->pid = pid;
    seat->stranger = false;
    seat->door = door;
    net_host_bytes(from, seat->host);
}

void supervisor_accept_from(struct supervisor *supervisor, const struct listener *listener)
{
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct net_address from = {.length = sizeof from.storage};
        int socket = port_accept(listener->fd, (struct sockaddr *)&from.storage, &from.length);
        if (socket >= 0) {
            if (listener->wanted.door == DOOR_METRICS)
                seat_at_desk(supervisor, DOOR_METRICS, socket);
            else
                welcome(supervisor, socket, listener->wanted.door, &from);
            close(socket);
            if (clock_elapsed() < supervisor->paused_until)
                return;
            continue;
        }
        /* ECONNABORTED and the network's errors concern one peer that is already gone: accept(2).
         */
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_accepting(supervisor, "accept");
        else if (errno != EAGAIN && errno != EWOULDBLOCK)
            continue;
        return;
    }
}
