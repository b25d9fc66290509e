/* Calls: a worker, shut in as workers are, asks a service, which the test brings; a supervisor, which the test brings
 * as well, starts another service whenever one dies.
 *
 * The file under test is compiled in, with its crash points; those named as arguments must have been died at in the
 * end. */
#define _GNU_SOURCE /* struct ucred, where the system has it */
#define CRASHPOINTS
#include "ipc/call.c"

#include <stdatomic.h>
#include <sys/socket.h>

#include "base/port_have.h"
#include "base/sandbox.h"
#include "check.h"
#include "child.h"

enum { SLOTS = 1024, LONG_MS = 240000 };

/* What a test's service does. */
enum work {
    ECHO, /* answers with the request */
    FILL, /* answers with so many bytes */
    HOLD, /* answers when it is told to */
};

struct order {
    enum work work;
    uint32_t size;
};

static struct {
    _Atomic(pid_t) workers[SLOTS]; /* whose slot it is */
    _Atomic(const char *) die_at;  /* a crash point, for whoever passes it first */
    _Atomic int deaths, served, ready, released, attended, waiting;
} * shared;

static int mailbox[2]; /* 0: where workers send to */
static pid_t supervisor;
static int descriptors_before;
static const char *died_at[8];
static int died_count;

void crashpoint_pass(const char *name)
{
    const char *wanted = atomic_load(&shared->die_at);
    if (wanted && strcmp(wanted, name) == 0 && atomic_compare_exchange_strong(&shared->die_at, &wanted, NULL)) {
        atomic_fetch_add(&shared->deaths, 1);
        child_die();
    }
}

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 512; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* ---- the service ---- */

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 7 + at / 256);
}

static bool is_worker(void *context, uint32_t slot, uint32_t generation, pid_t pid)
{
    (void)context;
    return slot < SLOTS && generation == slot + 1 && (pid == 0 || atomic_load(&shared->workers[slot]) == pid);
}

static void work_on(struct call_service *service, struct call *call)
{
    static unsigned char filled[CALL_ANSWER_MAX + 1];
    struct order order;
    if (call->length < sizeof order) {
        call_refuse(call);
        return;
    }
    memcpy(&order, call->request, sizeof order);
    atomic_fetch_add(&shared->served, 1); /* before the worker can be done */
    if (order.work == ECHO) {
        call_answer(service, call, call->request, call->length);
    } else {
        size_t size = order.size < sizeof filled ? order.size : sizeof filled;
        for (size_t i = 0; i < size; i++)
            filled[i] = pattern(i);
        call_answer(service, call, filled, size);
    }
}

static bool is_to_be_held(const struct call *call)
{
    struct order order = {.work = ECHO};
    if (call->length >= sizeof order)
        memcpy(&order, call->request, sizeof order);
    return order.work == HOLD;
}

static void serve_calls(void)
{
    static struct call call, held;
    close(mailbox[0]);
    int before = count_descriptors();
    struct call_service *service = call_open(mailbox[1], is_worker, NULL);
    enum call_arrival arrival;
    held.answer = -1;
    while ((arrival = call_next(service, &call, held.answer < 0 ? -1 : 5)) != CALL_CLOSED) {
        if (arrival == CALL_CAME) {
            if (is_to_be_held(&call)) {
                if (held.answer >= 0)
                    close(held.answer);
                held = call;
                atomic_store(&shared->waiting, 1);
            } else {
                work_on(service, &call);
            }
        }
        if (held.answer >= 0 && atomic_load(&shared->released))
            work_on(service, &held);
    }
    if (held.answer >= 0)
        close(held.answer);
    call_close(service);
    if (count_descriptors() != before)
        printf("# the service has %d descriptors more than in the beginning\n", count_descriptors() - before);
    fflush(stdout);
    _exit(count_descriptors() != before);
}

static void supervise(void)
{
    close(mailbox[0]);
    int status;
    do
        status = child_run(serve_calls);
    while (child_was_killed(status));
    if (status != 0)
        _exit(1);
}

/* ---- and the workers ---- */

static bool go_on(void *context)
{
    (void)context;
    return true;
}

static struct call_caller worker_of(uint32_t slot)
{
    return (struct call_caller){.mailbox = mailbox[0], .slot = slot, .generation = slot + 1, .housekeep = go_on};
}

static void shut_in(void)
{
    if (sandbox_means() && sandbox_enter(SANDBOX_WORKER))
        _exit(99);
}

/* The next two descriptors there are, as far as a worker that is shut in can tell. */
static int next_descriptors(void)
{
    int ends[2];
    if (port_pipe_nonblocking(ends))
        return -1;
    close(ends[0]);
    close(ends[1]);
    return ends[0] * 1000 + ends[1];
}

/* The worker to be started: its slot, what it asks, and what is to come of that. */
static struct {
    uint32_t slot;
    struct order order;
    size_t length;
    enum call_result expected;
    int64_t milliseconds;
} next;

static void order_next(enum work work, uint32_t size, enum call_result expected)
{
    next.slot = (next.slot + 1) % SLOTS;
    next.order = (struct order){.work = work, .size = size};
    next.length = sizeof next.order;
    next.expected = expected;
    next.milliseconds = LONG_MS;
}

static bool is_right(const unsigned char *request, const unsigned char *answer, size_t size)
{
    if (next.order.work == ECHO)
        return size == next.length && memcmp(request, answer, size) == 0;
    for (size_t i = 0; i < size; i++)
        if (answer[i] != pattern(i))
            return false;
    return size == next.order.size;
}

static void ask(void)
{
    static unsigned char request[CALL_REQUEST_MAX + 1], answer[CALL_ANSWER_MAX];
    check_failed = 0; /* of what the worker checks itself */
    close(mailbox[1]);
    struct call_caller caller = worker_of(next.slot);
    atomic_store(&shared->workers[next.slot], getpid());
    shut_in();
    for (size_t i = 0; i < next.length; i++)
        request[i] = pattern(i + next.slot);
    memcpy(request, &next.order, sizeof next.order);
    int before = next_descriptors();
    size_t size = sizeof answer;
    int64_t begun = clock_monotonic();
    enum call_result result = call_ask(&caller, request, next.length, answer, &size, next.milliseconds);
    CHECK(result == next.expected);
    CHECK(result != CALL_OK || is_right(request, answer, size));
    CHECK(result != CALL_TIMED_OUT || clock_monotonic() - begun >= next.milliseconds * MS);
    CHECK(next_descriptors() == before);
    fflush(stdout);
    _exit(check_failed);
}

static bool is_well(pid_t worker)
{
    int status = child_wait(worker);
    if (status != 0)
        printf("# a worker ended with status %d of waitpid(2)\n", status);
    return status == 0;
}

/* ---- a case's frame ---- */

static void start_without_service(void)
{
    memset(shared, 0, sizeof *shared);
    descriptors_before = count_descriptors();
    CHECK(port_socketpair(SOCK_SEQPACKET, mailbox) == 0 && port_ask_sender(mailbox[1]) == 0);
    supervisor = -1;
}

static void start(void)
{
    start_without_service();
    supervisor = child_start(supervise);
}

/* The last who could send is gone: the service ends, and so does its supervisor. */
static void stop(void)
{
    close(mailbox[0]);
    if (supervisor >= 0)
        CHECK(child_wait(supervisor) == 0);
    close(mailbox[1]);
    CHECK(count_descriptors() == descriptors_before);
}

static void wait_until_set(_Atomic int *flag)
{
    while (!atomic_load(flag))
        sched_yield();
}

/* ---- cases ---- */

static void answers(void)
{
    start();
    static const uint32_t sizes[] = {0, 1, 500, 4096, 65527, 65528, 65529, CALL_ANSWER_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        order_next(FILL, sizes[i], CALL_OK);
        CHECK(is_well(child_start(ask)));
    }
    for (size_t length = sizeof(struct order); length <= CALL_REQUEST_MAX; length += 1023) {
        order_next(ECHO, 0, CALL_OK);
        next.length = length;
        CHECK(is_well(child_start(ask)));
    }
    stop();
}

static void huge(void)
{
    start();
    order_next(ECHO, 0, CALL_OK);
    next.length = CALL_REQUEST_MAX;
    CHECK(is_well(child_start(ask)));
    order_next(ECHO, 0, CALL_TOO_LARGE);
    next.length = CALL_REQUEST_MAX + 1;
    CHECK(is_well(child_start(ask)));
    order_next(FILL, CALL_ANSWER_MAX + 1, CALL_TOO_LARGE);
    CHECK(is_well(child_start(ask)));
    CHECK(atomic_load(&shared->served) == 2);

    struct call_caller caller = worker_of(7);
    atomic_store(&shared->workers[7], getpid());
    char small[4];
    size_t size = sizeof small;
    struct order more = {.work = FILL, .size = 5}, fits = {.work = FILL, .size = 4};
    CHECK(call_ask(&caller, &more, sizeof more, small, &size, LONG_MS) == CALL_TOO_LARGE && size == sizeof small);
    CHECK(call_ask(&caller, &fits, sizeof fits, small, &size, LONG_MS) == CALL_OK && size == sizeof small);
    stop();
}

/* Whoever passes that point first dies there, while a worker asks for so many bytes. Returns how the worker ended. */
static int die_at(const char *point, uint32_t size)
{
    start();
    order_next(FILL, size, CALL_OK);
    atomic_store(&shared->die_at, point);
    int status = child_run(ask);
    wait_until_set(&shared->deaths); /* the worker may be done before */
    died_at[died_count++] = point;
    order_next(ECHO, 0, CALL_OK);
    CHECK(is_well(child_start(ask)));
    stop();
    return status;
}

static void dies_before(void)
{
    CHECK(die_at("call-taken", 100) == 0);
}

static void dies_within(void)
{
    CHECK(die_at("call-half-answered", CALL_ANSWER_MAX) == 0);
}

static void dies_after(void)
{
    CHECK(die_at("call-answered", 100) == 0);
    CHECK(atomic_load(&shared->served) == 2); /* one is the next worker's */
}

static void same_number(void)
{
    start_without_service();
    static struct call call;
    order_next(ECHO, 0, CALL_OK);
    pid_t worker = child_start(ask);
    struct call_service *service = call_open(mailbox[1], is_worker, NULL);
    uint32_t number = 0;
    for (int i = 0; i < 5; i++) {
        while (call_next(service, &call, -1) != CALL_CAME)
            continue;
        CHECK(i == 0 || call.number == number);
        number = call.number;
        if (i < 4)
            close(call.answer); /* as if it had died */
    }
    call_answer(service, &call, call.request, call.length);
    CHECK(call.answer == -1);
    call_close(service);
    CHECK(is_well(worker));
    stop();
}

static void deadline(void)
{
    start();
    order_next(HOLD, 0, CALL_TIMED_OUT);
    next.milliseconds = 100;
    CHECK(is_well(child_start(ask)));
    stop();
    start_without_service();
    order_next(ECHO, 0, CALL_TIMED_OUT);
    next.milliseconds = 100;
    CHECK(is_well(child_start(ask)));
    /* A service that is there later has nothing to do with it any more. */
    supervisor = child_start(supervise);
    order_next(ECHO, 0, CALL_OK);
    CHECK(is_well(child_start(ask)));
    CHECK(atomic_load(&shared->served) == 1);
    stop();
}

static void nobody(void)
{
    start_without_service();
    close(mailbox[1]);
    struct call_caller caller = worker_of(1);
    char answer[4];
    size_t size = sizeof answer;
    CHECK(call_ask(&caller, "", 0, answer, &size, LONG_MS) == CALL_FAILED && errno != 0);
    close(mailbox[0]);
    CHECK(count_descriptors() == descriptors_before);
}

static void full_mailbox(void)
{
    start_without_service();
    int sent = 0;
    while (pass_try_send(mailbox[0], mailbox[0], "junk", 4) == 0)
        sent++;
    CHECK(sent > 0);
    order_next(ECHO, 0, CALL_TIMED_OUT);
    next.milliseconds = 100;
    CHECK(is_well(child_start(ask)));
    order_next(ECHO, 0, CALL_OK);
    pid_t worker = child_start(ask);
    supervisor = child_start(supervise);
    CHECK(is_well(worker));
    CHECK(atomic_load(&shared->served) == 1);
    stop();
}

/* Says that it is another's worker. */
static void pretend(void)
{
    check_failed = 0;
    struct call_caller caller = worker_of(3);
    char answer[4];
    size_t size = sizeof answer;
    struct order echo = {.work = ECHO};
    CHECK(call_ask(&caller, &echo, sizeof echo, answer, &size, LONG_MS) == CALL_REFUSED);
    caller = worker_of(SLOTS);
    CHECK(call_ask(&caller, &echo, sizeof echo, answer, &size, LONG_MS) == CALL_REFUSED);
    fflush(stdout);
    _exit(check_failed);
}

/* And that another sends. */
static void forge(void)
{
    check_failed = 0;
#ifdef SCM_CREDENTIALS
    if (geteuid() == 0 && port_become(65534, 65534))
        _exit(2);
    struct ucred other = {.pid = getppid(), .uid = getuid(), .gid = getgid()};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof other)];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec part = {.iov_base = (char[4]){0}, .iov_len = 4};
    struct msghdr packet = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_CREDENTIALS;
    control.header.cmsg_len = CMSG_LEN(sizeof other);
    memcpy(CMSG_DATA(&control.header), &other, sizeof other);
    CHECK(sendmsg(mailbox[0], &packet, 0) == -1 && errno == EPERM);
    other.pid = getpid();
    memcpy(CMSG_DATA(&control.header), &other, sizeof other);
    CHECK(sendmsg(mailbox[0], &packet, 0) == 4);
#endif
    fflush(stdout);
    _exit(check_failed);
}

static void forged(void)
{
    start();
    atomic_store(&shared->workers[3], getpid());
    CHECK(child_run(pretend) == 0);
    CHECK(child_run(forge) == 0);
    CHECK(atomic_load(&shared->served) == 0);
    stop();
}

static void send_raw(int fd, const void *bytes, size_t length)
{
    while (pass_try_send(mailbox[0], fd, bytes, length))
        sched_yield();
}

static void malformed(void)
{
    start_without_service();
    static struct call call;
    static struct request request = {.format = FORMAT, .slot = 1, .generation = 2};
    static char long_one[sizeof request + 1];
    struct call_service *service = call_open(mailbox[1], is_worker, NULL);
    int before = count_descriptors(), good[2], blocking[2];
    CHECK(port_pipe_nonblocking(good) == 0 && port_pipe(blocking) == 0);
    atomic_store(&shared->workers[1], getpid());
    memcpy(long_one, &request, sizeof request);
    send_raw(good[1], &request, HEADER - 1);
    send_raw(good[1], "", 0);
    send_raw(good[1], long_one, sizeof long_one);
    send_raw(good[0], &request, HEADER);
    send_raw(blocking[1], &request, HEADER);
    send_raw(mailbox[0], &request, HEADER);
    send_raw(STDERR_FILENO, &request, HEADER);
    CHECK(send(mailbox[0], &request, HEADER, 0) == HEADER);
    CHECK(send(mailbox[0], "", 0, 0) == 0);
    for (int i = 0; i < 9; i++)
        CHECK(call_next(service, &call, -1) == CALL_NONE);
    CHECK(fcntl(blocking[1], F_GETFL) == O_WRONLY);
    char byte;
    CHECK(read(good[0], &byte, 1) == -1 && errno == EAGAIN); /* no answer to any */
    request.format++;
    send_raw(good[1], &request, HEADER);
    CHECK(call_next(service, &call, -1) == CALL_NONE);
    struct answer answer;
    CHECK(read(good[0], &answer, sizeof answer) == sizeof answer && answer.result == CALL_REFUSED);
    request.format--;
    send_raw(good[1], &request, HEADER);
    CHECK(call_next(service, &call, -1) == CALL_CAME && call.slot == 1 && call.generation == 2 && call.length == 0);
    call_refuse(&call);
    CHECK(call.answer == -1 && call_next(service, &call, 0) == CALL_NONE);
    for (int i = 0; i < 2; i++) {
        close(good[i]);
        close(blocking[i]);
    }
    CHECK(count_descriptors() == before);
    call_close(service);
    stop();
}

static void thousand(void)
{
    static pid_t workers[1000];
    start();
    for (int i = 0; i < 1000; i++) {
        order_next(i % 10 ? ECHO : FILL, 5000, CALL_OK);
        workers[i] = child_start(ask);
    }
    int well = 0;
    for (int i = 0; i < 1000; i++)
        well += is_well(workers[i]);
    CHECK(well == 1000);
    CHECK(atomic_load(&shared->served) == 1000);
    stop();
}

static void killed_callers(void)
{
    start_without_service();
    order_next(FILL, 10, CALL_OK);
    atomic_store(&shared->die_at, "call-sent");
    CHECK(child_was_killed(child_run(ask)));
    died_at[died_count++] = "call-sent";
    supervisor = child_start(supervise);
    order_next(ECHO, 0, CALL_OK);
    CHECK(is_well(child_start(ask)));
    CHECK(atomic_load(&shared->served) == 1); /* what nobody waits for is not done */

    order_next(HOLD, CALL_ANSWER_MAX, CALL_OK);
    pid_t worker = child_start(ask);
    wait_until_set(&shared->waiting);
    kill(worker, SIGKILL);
    CHECK(child_was_killed(child_wait(worker)));
    atomic_store(&shared->released, 1); /* the answer is to one that is dead */
    order_next(ECHO, 0, CALL_OK);
    CHECK(is_well(child_start(ask)));
    stop();
}

/* A caller that does not read; returns the end to be read from. `stuffed`: its pipe is full before. */
static int ask_and_leave(uint32_t asked, bool stuffed)
{
    static struct {
        struct request request;
    } whole;
    int ends[2];
    struct order fill = {.work = FILL, .size = CALL_ANSWER_MAX};
    CHECK(port_pipe_nonblocking(ends) == 0);
    while (stuffed && write(ends[1], "stuffing", 8) == 8)
        continue;
    atomic_store(&shared->workers[asked], getpid());
    whole.request = (struct request){.format = FORMAT, .slot = asked, .generation = asked + 1};
    memcpy(whole.request.bytes, &fill, sizeof fill);
    send_raw(ends[1], &whole.request, HEADER + sizeof fill);
    close(ends[1]);
    return ends[0];
}

static size_t read_to_end(int fd)
{
    static char bytes[CALL_ANSWER_MAX];
    size_t length = 0;
    for (;;) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got == 0)
            break;
        length += got > 0 ? (size_t)got : 0;
        if (got < 0)
            sched_yield();
    }
    close(fd);
    return length;
}

static void never_read(void)
{
    enum { LAZY = UNFINISHED_MAX + 6 };
    static int lazy[LAZY];
    start();
    for (uint32_t i = 0; i < LAZY; i++)
        lazy[i] = ask_and_leave(i, i % 2);
    next.slot = 500;
    order_next(FILL, CALL_ANSWER_MAX, CALL_OK);
    CHECK(is_well(child_start(ask)));
    size_t whole = sizeof(struct answer) + CALL_ANSWER_MAX;
    for (uint32_t i = 0; i < 6; i++) /* those that waited longest made room */
        CHECK(read_to_end(lazy[i]) < whole + (i % 2) * whole);
    CHECK(read_to_end(ask_and_leave(20, false)) == whole);
    CHECK(read_to_end(lazy[20]) < whole); /* the same slot's earlier one */
    for (uint32_t i = 6; i < LAZY; i++)
        if (i != 20)
            close(lazy[i]);
    order_next(ECHO, 0, CALL_OK);
    CHECK(is_well(child_start(ask)));
    stop();
}

static void unread_for_long(void)
{
    start_without_service();
    static struct call call;
    struct call_service *service = call_open(mailbox[1], is_worker, NULL);
    int pipe = ask_and_leave(9, true);
    CHECK(call_next(service, &call, -1) == CALL_CAME);
    work_on(service, &call);
    struct unfinished *kept = service->unfinished;
    CHECK(kept->pipe >= 0 && kept->until > clock_monotonic() + UNREAD_MS * MS / 2);
    kept->until = clock_monotonic() + 20 * MS;
    while (kept->pipe >= 0)
        CHECK(call_next(service, &call, -1) == CALL_NONE); /* not for ever */
    close(pipe);
    call_close(service);
    stop();
}

static volatile sig_atomic_t signals;

static void on_signal(int signal)
{
    (void)signal;
    signals++;
}

static bool housekeep_signals(void *context)
{
    int *most = context;
    if (signals)
        atomic_store(&shared->attended, signals);
    return signals < *most;
}

/* As a worker has it: blocked but while it waits. Gives up at the second signal. */
static void ask_and_attend(void)
{
    check_failed = 0;
    static int most = 2;
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t calls;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&calls);
    sigaddset(&calls, SIGUSR1);
    sigprocmask(SIG_SETMASK, &calls, NULL);
    atomic_store(&shared->workers[5], getpid());
    shut_in();
    atomic_store(&shared->ready, 1);
    struct call_caller caller = worker_of(5);
    caller.housekeep = housekeep_signals;
    caller.context = &most;
    struct order hold = {.work = HOLD, .size = 9};
    char answer[10];
    size_t size = sizeof answer;
    CHECK(call_ask(&caller, &hold, sizeof hold, answer, &size, LONG_MS) == next.expected);
    CHECK(next.expected != CALL_OK || (size == 9 && signals == 1));
    fflush(stdout);
    _exit(check_failed);
}

static void attends(void)
{
    for (int round = 0; round < 2; round++) {
        start();
        next.expected = round == 0 ? CALL_OK : CALL_GIVEN_UP;
        pid_t worker = child_start(ask_and_attend);
        wait_until_set(&shared->ready);
        kill(worker, SIGUSR1);
        wait_until_set(&shared->attended);
        if (round == 0)
            atomic_store(&shared->released, 1);
        else
            kill(worker, SIGUSR1);
        CHECK(is_well(worker));
        order_next(ECHO, 0, CALL_OK);
        CHECK(is_well(child_start(ask)));
        stop();
    }
}

static int other_pipe[2];

#ifndef SANITIZED /* whose reports need pipes */
static void make_another_pipe(void)
{
    shut_in();
    if (port_pipe(other_pipe) == 0)
        close(other_pipe[0]);
}
#endif

static void have_it_block(void)
{
    if (port_pipe_nonblocking(other_pipe))
        return;
    shut_in();
    fcntl(other_pipe[1], F_SETFL, 0);
}

static void no_other_pipes(void)
{
    if (!sandbox_means() || strcmp(sandbox_means(), "seccomp") != 0)
        return;
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef SANITIZED
    int status = child_run(make_another_pipe);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
#endif
    int blocked = child_run(have_it_block);
    CHECK(WIFSIGNALED(blocked) && WTERMSIG(blocked) == SIGSYS);
}

int main(int argc, char **argv)
{
    int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    close(quiet);
    shared = child_share(sizeof *shared);
    CASE("a worker that is shut in asks, and is answered, however short or long the two are", answers);
    CASE("what is too large is said to be, and the next call is answered", huge);
    CASE("a service dies before it answers: its successor does", dies_before);
    CASE("a service dies in the middle of an answer: its successor gives all of it", dies_within);
    CASE("a service dies after it has answered: the answer is whole, and not asked for again", dies_after);
    CASE("a request that is sent again has the same number", same_number);
    CASE("a call ends at its deadline, whether the service is slow or there is none, and is not carried out later",
         deadline);
    CASE("a mailbox that nobody can read from is an error", nobody);
    CASE("a full mailbox is waited for until the deadline", full_mailbox);
    if (HAVE_SENDER) /* or only who may open the mailbox is asked */
        CASE("nobody asks as another, whatever the request or its sender says", forged);
    CASE("what is no request is dropped with its descriptors, and no pipe's flags are changed", malformed);
    CASE("a thousand callers are answered, each with its own", thousand);
    CASE("callers are killed, and the service goes on", killed_callers);
    CASE("callers that never read hold nobody up, and are dropped when they are too many", never_read);
    CASE("an answer that is not read is not kept for ever", unread_for_long);
    CASE("a caller attends to signals while it waits, and may give up", attends);
    CASE("a worker makes no other pipes, and has none block", no_other_pipes);
    for (int i = 1; i < argc; i++) {
        bool died = false;
        for (int j = 0; j < died_count; j++)
            died |= strcmp(argv[i], died_at[j]) == 0;
        if (!died)
            printf("# nobody died at %s\n", argv[i]);
        check_failures += !died;
    }
    CHECK_DONE();
}
