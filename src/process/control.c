/* The control process, and that of metrics, which differs in the service alone: reads commands from its socket, runs
 * them with an operator's rights, and writes the answers there itself, always without the lock. It is no client and in
 * no table: the user of its session is NONE, which session_actor_locked makes the server. What it shows comes from the
 * tables in short holds of the lock, from world/counters.h, which couriers add to once a batch, and for `tail` from the
 * ring, read as an observer (command/live.c). The console (console.c) is the same service with a terminal in place of a
 * socket.
 *
 * An operator who does not read holds up nobody but this process, which then ends. */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "control_listener.h"
#include "housekeep.h"
#include "ipc/call.h"
#include "service/service.h"
#include "world/recorder.h"
#include "world/slots.h"
#include "stop.h"

/* For one who asks for metrics, from the connection to the end of the answer, and then to close. */
#define ASK_NS    (10 * SECOND)
#define LINGER_NS SECOND
/* For an operator who does not read one piece of an answer, or gives no whole command. */
#define SEND_NS (30 * SECOND)
#define IDLE_NS (20 * SECOND)

struct control {
    struct session session; /* first: a session is its control */
    const struct child_start *start;
    struct housekeep housekeep;
    int64_t end; /* when it is over, clock_monotonic(), unless a command is given */
};

/* However few bytes at a time the other end takes, the time for all of them is bounded. */
static void deliver(struct session *session, const char *bytes, size_t length)
{
    struct control *control = (struct control *)session;
    struct pollfd output = {.fd = control->start->socket, .events = POLLOUT};
    bool metrics = control->start->door == SERVICE_METRICS;
    int64_t end = metrics ? control->end : clock_monotonic() + SEND_NS;
    CRASHPOINT("control-answers");
    while (length > 0 && !session->leaving) {
        ssize_t sent = send(output.fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        int64_t left = end - clock_monotonic();
        struct timespec most = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (sent < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            session->leaving = true;
        } else if (left <= 0 || (port_ppoll(&output, 1, &most, NULL) < 0 && errno != EINTR)) {
            session->leaving = true;
        }
    }
    if (!metrics)
        control->end = clock_monotonic() + IDLE_NS;
}

/* Whether there is something to read, which is waited for. SIGTERM is let in here alone. */
static int wait_input(int fd, int milliseconds)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    struct timespec most = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    sigset_t none;
    sigemptyset(&none);
    return port_ppoll(&input, 1, milliseconds < 0 ? NULL : &most, &none);
}

/* Without more to read; false when the other end is closed. */
static bool wait_while_open(struct session *session, int milliseconds)
{
    const struct control *control = (const struct control *)session;
    char byte;
    session_flush(session);
    int ready = wait_input(control->start->socket, milliseconds);
    if (ready > 0 && recv(control->start->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        session->leaving = true;
    else if (ready > 0)
        return false; /* the next command */
    return !session->leaving && !stop_is_asked() && !world_is_over(session->world);
}

static void call_supervisor(struct session *session)
{
    const struct control *control = (const struct control *)session;
    ssize_t written = write(control->start->supervisor, "", 1);
    (void)written; /* a full pipe wakes it as well; and it looks every second anyway */
}

/* An operator who has gone is in no answer's way. */
static bool housekeep_while_asking(void *context)
{
    const struct session *session = context;
    return !session->leaving && !stop_is_asked() && !world_is_over(session->world);
}

void control_begin(struct session *session, const struct child_start *start, const struct session_host *host)
{
    static struct call_caller keeper, archivist;
    if (slot_live_among_others(start->world))
        fatal(EX_OSERR, "cannot lock a byte for a control process: %s", strerror(errno));
    *session = (struct session){.world = start->world,
                                .settings = start->settings,
                                .host = host,
                                .speech = &service_of(start->door)->speech,
                                .door = start->door,
                                .connection = NONE,
                                .user = NONE,
                                .recorder = recorder_take_other(start->world, getpid())};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
    recorder_begin(session->recorder, getpid());
    keeper = (struct call_caller){.mailbox = start->keeper, .housekeep = housekeep_while_asking, .context = session};
    archivist = keeper;
    archivist.mailbox = start->archive;
    if (start->keeper >= 0) {
        session->keeper = &keeper;
        session->archivist = &archivist;
    }
}

static void serve(struct control *control)
{
    const struct service *service = service_of(control->start->door);
    struct session *session = &control->session;
    char bytes[4096];
    control->end = clock_monotonic() + (control->start->door == SERVICE_METRICS ? ASK_NS : IDLE_NS);
    /* Time is looked at behind input: an operator's command may have waited here longer than this process for a
     * processor. */
    do {
        if (wait_input(control->start->socket, 1000) <= 0)
            continue;
        ssize_t got = recv(control->start->socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
            continue;
        if (got <= 0) {
            service->finish(session);
            return;
        }
        housekeep(session, &control->housekeep, control->start);
        TRESPASS(bytes, (size_t)got);
        service->feed(session, bytes, (size_t)got);
        recorder_rest(session->recorder);
    } while (!session->leaving && clock_monotonic() < control->end && !stop_is_asked() &&
             !world_is_over(session->world));
    if (!session->leaving && !stop_is_asked() && !world_is_over(session->world))
        service->time_out(session);
}

/* A socket closed with bytes unread would have the kernel throw the answer away. */
static void linger(int fd)
{
    char bytes[4096];
    int64_t end = clock_monotonic() + LINGER_NS;
    shutdown(fd, SHUT_WR);
    while (!stop_is_asked() && clock_monotonic() < end)
        if (wait_input(fd, 100) > 0 && recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0)
            return;
}

int control_main(const struct child_start *start)
{
    static const struct session_host host = {
        .call_supervisor = call_supervisor, .deliver = deliver, .wait = wait_while_open};
    static struct control control;
    struct session *session = &control.session;
    char who[80] = "";
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    stop_catch(NULL); /* the answer that is being given is the last one then */
    signal(SIGPIPE, SIG_IGN);
    bool metrics = start->door == SERVICE_METRICS;
    bool may = metrics || control_listener_permits(start->listener, start->socket, who);
    port_title_set(metrics ? "forkchatd: metrics" : "forkchatd: control %s", who);
    control.start = start;
    control.housekeep.version = world_settings_version(start->world);
    control_begin(session, start, &host);
    confine(start->confinement, start->role);
    if (!may) {
        static const char refusal[] = "!you are not permitted to control this server\n.77\n";
        log_warning("control refused to %s", who);
        deliver(session, refusal, sizeof refusal - 1);
        return 0;
    }
    session->control.by = who;
    CRASHPOINT("control-admitted");
    if (service_of(start->door)->open(session))
        fatal(EX_OSERR, "out of memory");
    serve(&control);
    if (metrics)
        linger(start->socket);
    return 0;
}
