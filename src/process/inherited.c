/* Inherited descriptors. Made by the first supervisor, inherited by every fork, passed on over the socket for
 * successors. No shared memory, but for the call that wakes the couriers. */
#include "inherited.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/stall.h"
#include "base/paths.h"
#include "base/port.h"
#include "secrets.h"
#include "world/slots.h"

/* The time that each living courier may use for an answer: base/stall.h. */
#define CLAIM_NS (5000 * MS)
/* For one that was forked and has no liveness lock yet: nobody knows its pid. */
#define STARTING_NS (60000 * MS)
/* Couriers look every second; on a machine that is too busy, one has answered after so long. */
#define REGION_NS (30000 * MS)
#define ASK_MS    50
#define BACKLOG   4

void inherited_list(struct inherited *inherited, struct fd_handoff *handoff)
{
    fd_handoff_add(handoff, "region", 0, &inherited->region); /* first: inherited_claim_region */
    for (int i = 0; i < LIVENESS_FILES; i++)
        fd_handoff_add(handoff, "liveness", i, &inherited->liveness.files[i]);
    fd_handoff_add(handoff, "daemon-lock", 0, &inherited->daemon_lock);
    fd_handoff_add(handoff, "calls", 0, &inherited->calls[0]);
    fd_handoff_add(handoff, "calls", 1, &inherited->calls[1]);
    fd_handoff_add(handoff, "successor", 0, &inherited->successor);
    for (int i = 0; i < 4; i++) {
        fd_handoff_add(handoff, "keeper", i, &inherited->keeper[i / 2][i % 2]);
        fd_handoff_add(handoff, "archive", i, &inherited->archive[i / 2][i % 2]);
    }
    fd_handoff_add(handoff, "secrets", 0, &inherited->secrets);
    for (int i = 0; i < 2; i++)
        fd_handoff_add(handoff, "feed", i, &inherited->feed[i]);
    for (int i = 0; i < inherited->couriers; i++) {
        fd_handoff_add(handoff, "mailbox", 2 * i, &inherited->mailboxes[i][0]);
        fd_handoff_add(handoff, "mailbox", 2 * i + 1, &inherited->mailboxes[i][1]);
    }
}

int inherited_listen(struct inherited *inherited, const char *directory)
{
    struct sockaddr_un address;
    int fd = -1;
    errno = ENAMETOOLONG;
    if (paths_socket(directory, PATHS_SUCCESSOR, &address) ||
        (fd = paths_listen(&address, SOCK_SEQPACKET, BACKLOG)) < 0)
        return -1;
    if (inherited->successor >= 0)
        close(inherited->successor);
    inherited->successor = fd;
    return 0;
}

/* Mailboxes are SOCK_SEQPACKET, and no child has any socket that is SOCK_DGRAM: a message sent over one of those can
 * have an address of its own, of any other that there is, with descriptors in it. No sandbox could see that. */
int inherited_make(struct inherited *inherited, const char *directory, int couriers)
{
    inherited->couriers = couriers;
    for (int i = 0; i < couriers; i++)
        if (port_socketpair(SOCK_SEQPACKET, inherited->mailboxes[i]) || port_ask_sender(inherited->mailboxes[i][0]))
            return -1;
    for (int i = 0; i < 2; i++)
        if (port_socketpair(SOCK_SEQPACKET, inherited->keeper[i]) || port_ask_sender(inherited->keeper[i][0]) ||
            port_socketpair(SOCK_SEQPACKET, inherited->archive[i]) || port_ask_sender(inherited->archive[i][0]))
            return -1;
    if (port_socketpair(SOCK_SEQPACKET, inherited->feed) || (inherited->secrets = secrets_make()) < 0)
        return -1;
    if (port_pipe(inherited->calls) || fd_set_nonblocking(inherited->calls[0]) ||
        fd_set_nonblocking(inherited->calls[1]))
        return -1;
    inherited->successor = -1;
    if (inherited_listen(inherited, directory))
        log_warning("no socket for a successor in %s: %s", directory, strerror(errno));
    return 0;
}

/* ---- giving ---- */

void inherited_offer(const struct inherited *inherited)
{
    struct inherited mine = *inherited;
    struct fd_handoff handoff = {0};
    int to;
    inherited_list(&mine, &handoff);
    /* Earlier supervisors may have died waiting. */
    while (mine.successor >= 0 && (to = port_accept(mine.successor, NULL, NULL)) >= 0) {
        CRASHPOINT("descriptors-offered");
        int sent = fd_handoff_send(&handoff, to);
        (void)sent; /* a dead supervisor needs none, a live one asks again */
        close(to);
    }
}

/* ---- taking ---- */

/* For how long each that may answer was waited for. */
struct waiting {
    struct stall couriers[COURIERS_MAX];
    struct stall starting;
};

/* Whether somebody may still answer who has not had the time for it: a courier, or where none lives one to be. */
static bool is_hopeful(struct waiting *waiting, const struct world *world)
{
    bool hopeful = false, living = false;
    for (uint32_t i = 0; i < world->limits.couriers && i < COURIERS_MAX; i++) {
        pid_t pid = liveness_is_open(&world->txn->liveness) ? slot_pid(world, slot_of_courier(world, i)) : 0;
        if (pid == 0)
            continue;
        living = true;
        hopeful |= stall_measure(&waiting->couriers[i], pid) < CLAIM_NS;
    }
    stall_add(&waiting->starting, clock_monotonic(), 0, false);
    if (port_end_pending())
        return false;
    return living ? hopeful : waiting->starting.idled < STARTING_NS;
}

/* Returns 0, or -1 with EAGAIN if that courier died over it. */
static int receive_all(struct fd_handoff *handoff, int from, struct world *world, struct waiting *waiting)
{
    while (is_hopeful(waiting, world)) {
        if (fd_handoff_receive(handoff, from) == 0) {
            if (fd_handoff_missing(handoff) == 0)
                return 0;
            *waiting = (struct waiting){0}; /* it gets on */
            continue;
        }
        if (errno != EAGAIN) {
            errno = EAGAIN;
            return -1;
        }
        ring_wake_again(&world->txn->ring, ~UINT64_C(0));
        struct pollfd input = {.fd = from, .events = POLLIN};
        poll(&input, 1, ASK_MS);
    }
    errno = ETIMEDOUT;
    return -1;
}

/* Returns a connection to a courier that listens there, or -1 and errno: EAGAIN if others wait there already. */
static int connect_to(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (fd < 0)
        return -1;
    fd_set_cloexec(fd);
    fd_set_nonblocking(fd);
    int error = connect(fd, (const struct sockaddr *)address, sizeof *address) ? errno : 0;
    if (!error && !paths_is_ours(fd, (uid_t)-1))
        error = EPERM;
    if (!error)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

int inherited_claim_region(const char *directory)
{
    struct sockaddr_un address;
    int64_t deadline = clock_monotonic() + REGION_NS;
    int fd = -1;
    errno = ENAMETOOLONG;
    if (paths_socket(directory, PATHS_SUCCESSOR, &address))
        return -1;
    /* The courier that accepts may die over it. */
    for (int from; fd < 0 && clock_monotonic() < deadline && (from = connect_to(&address)) >= 0; close(from)) {
        do {
            struct pollfd input = {.fd = from, .events = POLLIN};
            poll(&input, 1, ASK_MS);
            fd = fd_handoff_receive_only(from, "region");
        } while (fd < 0 && errno == EAGAIN && clock_monotonic() < deadline);
    }
    return fd;
}

int inherited_claim(struct inherited *inherited, const char *directory, struct world *world)
{
    struct sockaddr_un address;
    struct waiting waiting = {0};
    struct fd_handoff handoff = {0};
    int status = -1;
    inherited->couriers = (int)world->limits.couriers;
    inherited_list(inherited, &handoff);
    fd_handoff_clear(&handoff);
    errno = ENAMETOOLONG;
    if (paths_socket(directory, PATHS_SUCCESSOR, &address))
        return -1;
    do {
        /* Refused if the socket is nobody's any more; or, for now, if others wait there already. */
        int fd = connect_to(&address), error = errno;
        world_add_claim(world);
        if (fd >= 0) {
            status = receive_all(&handoff, fd, world, &waiting);
            error = errno;
            close(fd);
        } else if (error == EAGAIN) {
            ring_wake_again(&world->txn->ring, ~UINT64_C(0));
            clock_sleep(ASK_MS);
        } else {
            break;
        }
        errno = error;
    } while (status && errno == EAGAIN && is_hopeful(&waiting, world));
    int error = status && port_end_pending() ? EINTR : errno;
    if (status)
        fd_handoff_close(&handoff);
    errno = error;
    return status;
}

static void leave(int fd, const int kept[INHERITED_KEPT])
{
    for (int i = 0; i < INHERITED_KEPT; i++)
        if (fd == kept[i])
            return;
    if (fd >= 0)
        close(fd);
}

void inherited_leave(struct inherited *inherited, const int kept[INHERITED_KEPT])
{
    leave(inherited->region, kept);
    leave(inherited->calls[0], kept);
    leave(inherited->successor, kept);
    leave(inherited->secrets, kept);
    for (int i = 0; i < 4; i++) {
        leave(inherited->keeper[i / 2][i % 2], kept);
        leave(inherited->archive[i / 2][i % 2], kept);
    }
    for (int i = 0; i < 2; i++)
        leave(inherited->feed[i], kept);
    for (int i = 0; i < 2 * inherited->couriers; i++)
        leave(inherited->mailboxes[i / 2][i % 2], kept);
}

void inherited_unlink(const char *directory)
{
    struct sockaddr_un address;
    if (paths_socket(directory, PATHS_SUCCESSOR, &address) == 0)
        unlink(address.sun_path);
}
