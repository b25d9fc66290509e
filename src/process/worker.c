/* The worker. Reads one client's bytes, runs its commands, publishes; writes nothing to the client itself
 * after its socket has been handed over.
 *
 * Signals: SIGUSR1 is blocked except while waiting; it says "look up": hand the socket over again, the
 * courier is a new one. SIGTERM ends the process at once, which is safe at any instruction. */
#include "worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "command/device.h"
#include "command/leave.h"
#include "courier.h"
#include "housekeep.h"
#include "ipc/call.h"
#include "ipc/pass.h"
#include "worker_arrive.h"
#include "world/delivery_marks.h"
#include "world/reach.h"
#include "world/recorder.h"
#include "world/slots.h"

/* What the kernel may hold for one client, who may never read it; left to itself it would grow to megabytes. Enough for
 * 10 Mbit/s at 200 ms. */
#define SEND_BUFFER (128 * 1024)

/* How long a client that was told goodbye may go on sending before the connection is cut. */
#define LINGER_MS 2000
/* And how long the courier may take until it has read so; one that does not move at all is replaced earlier. */
#define UNHEARD_MS 15000
#define LOOK_MS    100

/* Lines that a client sent before it broke off are acted on at its pace, as if it were there; but not for ever, and
 * more than one read takes were a flood. */
#define REMNANT_MS 600000
#define FLOOD_MS   20000

static volatile sig_atomic_t called; /* SIGUSR1 came */

struct worker {
    const struct child_start *start;
    enum door_kind door;                              /* that it came by, in the form it asked for */
    char address[NET_TEXT_SIZE], host[NET_TEXT_SIZE]; /* the client's, in words */
    struct worker_input input;
    struct housekeep housekeep;
    struct call_caller keeper, archivist; /* as which those are asked */
    int64_t until; /* of a client that has broken off, what it sent is acted on until then, clock_monotonic(); 0: of
                      others */
    struct session session;
};

static struct worker *worker_of(struct session *session)
{
    return (struct worker *)((char *)session - offsetof(struct worker, session));
}

static void on_call(int signal)
{
    (void)signal;
    called = 1;
}

/* SIGTERM, SIGCHLD, SIGINT and SIGHUP are as the supervisor has every child have them. */
static void set_signals(void)
{
    struct sigaction action = {.sa_handler = on_call};
    sigaction(SIGUSR1, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigset_t calls;
    sigemptyset(&calls);
    sigaddset(&calls, SIGUSR1);
    sigprocmask(SIG_SETMASK, &calls, NULL);
}

static void hand_over(const struct worker *worker)
{
    const struct child_start *start = worker->start;
    struct handover handover = {.connection = start->slot, .generation = worker->session.generation};
    if (pass_send(start->mailbox, start->socket, &handover, sizeof handover))
        fatal(EX_OSERR, "cannot hand over a socket: %s", strerror(errno));
}

/* As poll(2) for one; with most 0 it does not wait. A call interrupts. */
static int wait_for(struct pollfd *socket, const struct timespec *most)
{
    sigset_t none;
    sigemptyset(&none);
    return port_ppoll(socket, 1, most, &none);
}

/* Whether there is anything to read. */
static int wait_input(int fd, const struct timespec *most)
{
    return wait_for(&(struct pollfd){.fd = fd, .events = POLLIN}, most);
}

/* Others may have put this client out, and the courier that was to hang up may have died over it. When a courier is
 * replaced, all its workers are called at once: the look without the lock is a hint, and only who seems to be out makes
 * sure. */
static void check_still_here(struct worker *worker)
{
    struct session *session = &worker->session;
    if (session_is_here(session))
        return;
    txn_begin_look(session->world->txn);
    if (!session_is_here(session))
        session->leaving = true;
    txn_commit(session->world->txn);
}

static void answer_call(struct worker *worker)
{
    if (!called)
        return;
    called = 0;
    hand_over(worker);
    CRASHPOINT("handed-over-again");
    worker->session.world->txn->to_wake |= UINT64_C(1) << world_courier(worker->start->world, worker->start->slot);
    txn_wake_readers(worker->session.world->txn);
    check_still_here(worker);
}

/* With data on its way keepalive asks nothing, and the system would go on for a quarter of an hour. (Its own bound for
 * that would end clients as well that are there but do not read.) */
static bool has_vanished(const struct worker *worker)
{
    return port_tcp_unanswered(worker->start->socket) >= worker->session.settings->keepalive * 1000;
}

/* Broken, not only ended by the client, who may wait for answers. */
static bool is_broken(const struct worker *worker)
{
    struct pollfd socket = {.fd = worker->start->socket};
    struct timespec now = {0};
    return port_ppoll(&socket, 1, &now, NULL) == 1 && (socket.revents & (POLLERR | POLLHUP));
}

static bool left_much(const struct worker *worker)
{
    char bytes[sizeof worker->input.bytes];
    return recv(worker->start->socket, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT) == sizeof bytes;
}

/* Of a client that has broken off there may be lines that were received and not yet acted on. They are, though nobody
 * reads the answers. A client that its courier hung up on, because it read too slowly, is out at once: what its system
 * made of the connection since (TCP says that it is over) does not tell who ended it. */
static void mind_break(struct worker *worker)
{
    struct session *session = &worker->session;
    if (has_vanished(worker)) {
        leave_unsaid(session, false, QUIT_LOST, "", "");
        return;
    }
    if (!is_broken(worker))
        return;
    int64_t now = clock_monotonic();
    if (!worker->until)
        worker->until = now + (left_much(worker) ? FLOOD_MS : REMNANT_MS) * MS;
    session->gone = true;
    if (delivery_marks_hung_up(session->world, worker->start->slot, session->generation) ||
        !port_tcp_is_over(worker->start->socket) || now > worker->until)
        leave_unsaid(session, true, QUIT_LOST, "", "");
}

/* Whatever is not the client's: done whenever the worker has waited, be it for the client or, with one that is being
 * slowed, between two of its lines. */
static void after_waiting(struct worker *worker)
{
    answer_call(worker);
    housekeep(&worker->session, &worker->housekeep, worker->start);
}

/* Between two lines of a client that is being slowed. */
static void housekeep_between_lines(struct session *session)
{
    struct worker *worker = worker_of(session);
    struct timespec now = {0};
    wait_input(worker->start->socket, &now); /* lets a call through */
    after_waiting(worker);
    check_still_here(worker);
    if (!session->leaving)
        mind_break(worker);
}

/* While a service is asked: what others want of this process goes on; there is no use in an answer for a client that
 * is out. */
static bool housekeep_while_asking(void *context)
{
    struct worker *worker = context;
    answer_call(worker);
    return !worker->session.leaving;
}

static struct call_caller caller_of(struct worker *worker, int mailbox)
{
    return (struct call_caller){.mailbox = mailbox,
                                .slot = worker->start->slot,
                                .generation = worker->session.generation,
                                .housekeep = housekeep_while_asking,
                                .context = worker};
}

static void call_supervisor(struct session *session)
{
    const struct worker *worker = worker_of(session);
    ssize_t written = write(worker->start->supervisor, "", 1);
    (void)written; /* a full pipe wakes it as well; and it looks every second anyway */
}

/* Makes the client part of the world: socket to the courier first, then the event. */
static void attach(struct worker *worker)
{
    const struct child_start *start = worker->start;
    struct world *world = start->world;
    struct session *session = &worker->session;
    const char *address = worker->address;
    uint32_t channels[EVENT_CHANNELS];

    /* Nobody else may write to this slot, so its generation can be read without the lock. */
    session->generation = world->connections[start->slot].generation + 1;
    worker->keeper = caller_of(worker, start->keeper);
    worker->archivist = caller_of(worker, start->archive);
    session->keeper = &worker->keeper;
    session->archivist = &worker->archivist;
    hand_over(worker);
    CRASHPOINT("handed-over");
    txn_begin(world->txn, EVENT_NEED_MAX);
    session->user = user_create_locked(world, address, worker->host);
    if (session->user == NONE) {
        txn_commit(world->txn);
        fatal(EX_UNAVAILABLE, "there is no room for another user");
    }
    user_attach_locked(world, session->user, start->slot, getpid(), worker->door, address, worker->host);
    struct event event = event_attach_locked(world, start->slot, channels);
    event_publish_locked(world, &event);
    txn_commit(world->txn);
    CRASHPOINT("attached");
    log_info("client connected \"%s\"", address);
}

/* An idle peer that vanished is found by keepalive: the first question after two fifths of the time, the other six at
 * even distances. */
static void watch_idle(int socket, int seconds)
{
    int idle = seconds * 2 / 5;
    int interval = (seconds - idle) / 6 > 0 ? (seconds - idle) / 6 : 1;
    port_keepalive(socket, idle, interval, (seconds - idle) / interval);
}

/* The client sends nothing more. What it left without an end was received all the same, however the connection ended.
 */
static void finish(struct worker *worker, const struct transport *transport, enum event_quit how, bool closed)
{
    struct session *session = &worker->session;
    transport->finish(session);
    if (!session->leaving)
        leave_unsaid(session, closed, how, "", how == QUIT_LEFT ? "Connection closed" : "");
    session->leaving = true;
}

/* Whether it was the client, or its system, that ended the connection, or nothing was heard of it any more. */
static bool is_ended(int error)
{
    return error != ETIMEDOUT && error != EHOSTUNREACH && error != ENETUNREACH;
}

/* Nothing came for a while. */
static void be_idle(struct worker *worker, const struct transport *transport)
{
    struct session *session = &worker->session;
    check_still_here(worker);
    if (session->leaving)
        return;
    enum clock_result result = session_clock_pass(session);
    if (result == CLOCK_REST)
        transport->take_rest(session);
    else if (result == CLOCK_NOTHING && has_vanished(worker))
        finish(worker, transport, QUIT_LOST, false);
}

static void serve(struct worker *worker, const struct transport *transport)
{
    struct session *session = &worker->session;
    char *bytes = worker->input.bytes;
    int fd = worker->start->socket;
    if (worker->input.length > 0) /* it came with the handshake */
        transport->feed(session, bytes + worker->input.start, worker->input.length);
    while (!session->leaving) {
        if (transport->beat && session_clock_beats(session))
            transport->beat(session);
        session_flush(session);
        txn_wake_readers(session->world->txn);
        recorder_rest(session->recorder);
        int due = session_clock_due(session);
        struct timespec idle = {.tv_sec = due >= 0 ? due : session->settings->keepalive / 5};
        int ready = wait_input(fd, &idle);
        if (ready < 0 && errno != EINTR)
            fatal(EX_OSERR, "poll: %s", strerror(errno));
        ssize_t got = ready > 0 ? recv(fd, bytes, sizeof worker->input.bytes, MSG_DONTWAIT) : -1;
        int error = errno;
        bool nothing = got < 0 && (ready <= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
        after_waiting(worker);
        if (session->leaving)
            break;
        if (ready == 0) {
            be_idle(worker, transport);
        } else if (got > 0) {
            TRESPASS(bytes, (size_t)got);
            session_clock_hear(session);
            if (!session->leaving)
                transport->feed(session, bytes, (size_t)got);
            session_pace_bytes(session, (size_t)got);
        } else if (!nothing) {
            finish(worker, transport, got == 0 ? QUIT_LEFT : QUIT_LOST, got == 0 || is_ended(error));
        }
    }
    session_flush(session);
    txn_wake_readers(session->world->txn);
}

/* Until the courier has said all and the client has seen the end: the next courier can be handed the socket if this one
 * dies. Takes what the client still sends, because of a socket closed with bytes unread the kernel throws away the last
 * words. */
static void linger(struct worker *worker)
{
    const struct world *world = worker->start->world;
    const struct ring *ring = &world->txn->ring;
    int courier = (int)world_courier(world, worker->start->slot);
    struct pollfd client = {.fd = worker->start->socket, .events = POLLIN};
    char bytes[1024];
    uint64_t last = ring_head(ring), read = 0;
    world->txn->to_wake |= reach_of_connection(world, worker->start->slot); /* what came last may be for others alone */
    txn_wake_readers(world->txn);
    int64_t lingered = 0, unheard = 0;
    for (int64_t now = clock_monotonic(), before = now; lingered < LINGER_MS * MS && unheard < UNHEARD_MS * MS;
         before = now) {
        struct timespec most = {.tv_nsec = LOOK_MS * MS};
        uint64_t cursor = ring_cursor(ring, courier);
        now = clock_monotonic();
        /* Not more than a look's worth: without a processor meanwhile, this process has not looked. */
        int64_t passed = now - before < 2 * LOOK_MS * MS ? now - before : 2 * LOOK_MS * MS;
        lingered += cursor >= last ? passed : 0;
        unheard = cursor == read ? unheard + (cursor < last ? passed : 0) : 0;
        read = cursor;
        int ready = wait_for(&client, &most);
        answer_call(worker);
        if (ready > 0 && client.revents & (POLLHUP | POLLERR))
            return;
        if (ready > 0 && recv(client.fd, bytes, sizeof bytes, MSG_DONTWAIT) == 0)
            client.events = 0; /* it has said all */
    }
}

/* Exit statuses from here on say what trouble the client made. Those of sysexits.h are below. */
#define STATUS_TROUBLE 100

static enum penalty trouble_of(const siginfo_t *death)
{
    bool said = death->si_code == CLD_EXITED && death->si_status >= STATUS_TROUBLE;
    return said && death->si_status < STATUS_TROUBLE + PENALTY_KINDS ? (enum penalty)(death->si_status - STATUS_TROUBLE)
                                                                     : PENALTY_NONE;
}

bool worker_has_crashed(const siginfo_t *death)
{
    return death->si_code != CLD_EXITED || (death->si_status != 0 && trouble_of(death) == PENALTY_NONE);
}

enum penalty worker_trouble(const siginfo_t *death)
{
    /* An error that the worker reports itself is the system's; SIGTERM is somebody's who ends it. How an orphan died is
     * not known: it is no child of this supervisor. */
    if (death->si_code != CLD_EXITED)
        return death->si_status == SIGTERM || death->si_status == 0 ? PENALTY_NONE : PENALTY_CRASH;
    return trouble_of(death);
}

/* False if the connection comes to nothing, and is over. */
static bool arrive(struct worker *worker)
{
    static struct newcomer newcomer;
    const struct child_start *start = worker->start;
    const struct door door = door_of(start->door);
    if (!door.transport->arrive && !start->for_others)
        return true;
    newcomer_begin(&newcomer, start->settings, start->door, &start->address);
    newcomer.proxies = start->proxies;
    if (worker_arrive(start, &door, &newcomer, &worker->input) != NEWCOMER_IN)
        return false;
    worker->door = newcomer.door;
    if (start->for_others) {
        net_format(&newcomer.address, worker->address);
        net_format_host(&newcomer.address, worker->host);
    }
    return !world_is_over(start->world);
}

static _Noreturn void slot_is_refused(uint32_t slot)
{
    if (errno == EAGAIN || errno == EACCES)
        fatal(EX_UNAVAILABLE, "slot %u is taken", slot); /* by a worker that started as a supervisor died */
    fatal(EX_OSERR, "cannot lock a byte for slot %u: %s", slot, strerror(errno));
}

int worker_main(const struct child_start *start)
{
    static struct worker worker;
    struct recorder_shm *recorder = recorder_of_connection(start->world, start->slot);
    set_signals();
    recorder_begin(recorder, getpid());
    int on = 1, room = SEND_BUFFER;
    setsockopt(start->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(start->socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    watch_idle(start->socket, (int)start->settings->keepalive);
    net_format(&start->address, worker.address);
    net_format_host(&start->address, worker.host);
    CRASHPOINT("worker-starting");
    if (slot_live(start->world, slot_of_worker(start->world, start->slot)))
        slot_is_refused(start->slot);
    confine(start->confinement, start->role);
    if (world_is_over(start->world))
        return 0; /* it ended while this one was starting */
    worker.start = start;
    worker.door = start->door;
    port_title_set("forkchatd: worker %s (%s %s)", worker.address, door_name(start->door), worker.address);
    if (!arrive(&worker))
        return 0;
    const struct door door = door_of(worker.door);
    worker.housekeep.version = start->settings_version;
    static const struct session_host host = {.housekeep = housekeep_between_lines, .call_supervisor = call_supervisor};
    struct session *session = &worker.session;
    /* Field by field: what else is in it, like room for answers, is not touched before it is needed. */
    session->world = start->world;
    session->settings = start->settings;
    session->speech = &door.dialect->speech;
    session->door = worker.door;
    session->connection = start->slot;
    session->arrived = UINT64_MAX;
    session->recorder = recorder;
    session->host = &host;
    session->trouble = PENALTY_NONE;
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
    attach(&worker);
    if (door_open(session, &door))
        leave_server(session, QUIT_LOST, "", "");
    serve(&worker, door.transport);
    device_end(session);
    door_close(session, &door);
    linger(&worker);
    return session->trouble == PENALTY_NONE ? 0 : STATUS_TROUBLE + (int)session->trouble;
}
