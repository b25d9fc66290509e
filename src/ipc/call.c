/* Calls. The first part is run by workers, the second by a service; no shared memory, no lock.
 *
 * What goes through the mailbox is struct request with as many bytes as it has, and one descriptor. What goes through
 * the pipe is struct answer and as many bytes as it says. A pipe that ends before that was the service's death, or its
 * way of dropping the request: both are the same to the worker, which sends it again.
 *
 * The service believes nothing: the kernel says whose request it is, the length is the datagram's, and the descriptor
 * is looked at before it is written to. It never waits for a worker. A pipe is empty when it comes, so a short answer
 * (PIPE_BUF) always fits, and goes in whole; for more than one memory page the system promises nothing when one user
 * has many pipes (pipe-user-pages-soft in pipe(7)), hence the list of unfinished answers, which is bounded in number,
 * size and time, and in which a slot is at most once: a worker has one call at a time. */
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "pass.h"

/* Workers live on when the program is replaced, so a service may be a newer one than its callers. */
#define FORMAT UINT32_C(0x666b0001)

#define ATTEND_MS      1000
#define BACKOFF_MIN_MS 5
#define BACKOFF_MAX_MS 500

#define UNFINISHED_MAX 64
#define UNREAD_MS      10000

struct request {
    uint32_t format, slot, generation, number;
    unsigned char bytes[CALL_REQUEST_MAX];
};
#define HEADER offsetof(struct request, bytes)

struct answer {
    uint32_t result; /* enum call_result: CALL_OK, CALL_REFUSED, CALL_TOO_LARGE */
    uint32_t length; /* of what follows */
};

/* ---- the worker's side ---- */

/* What only this file knows of: the pipe ended before the answer did. */
#define ENDED ((enum call_result)(CALL_FAILED + 1))

/* Waits until the descriptor (-1: none) is ready for `events`, for at most `milliseconds`. CALL_OK: look again. */
static enum call_result wait_for(const struct call_caller *caller, int fd, short events, int64_t milliseconds,
                                 int64_t deadline)
{
    sigset_t none;
    sigemptyset(&none);
    int64_t left = deadline - clock_monotonic();
    left = left < 0 ? 0 : left < milliseconds * MS ? left : milliseconds * MS;
    struct timespec most = {.tv_sec = (time_t)(left / (1000 * MS)), .tv_nsec = (long)(left % (1000 * MS))};
    int ready = port_ppoll(&(struct pollfd){.fd = fd, .events = events}, 1, &most, &none);
    if (ready > 0)
        return CALL_OK;
    if (ready < 0 && errno != EINTR)
        return CALL_FAILED;
    if (!caller->housekeep(caller->context))
        return CALL_GIVEN_UP;
    return clock_monotonic() < deadline ? CALL_OK : CALL_TIMED_OUT;
}

static enum call_result send_request(const struct call_caller *caller, const struct request *request, size_t length,
                                     int pipe, int64_t deadline)
{
    while (pass_try_send(caller->mailbox, pipe, request, HEADER + length)) {
        enum call_result result = CALL_FAILED;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            result = wait_for(caller, caller->mailbox, POLLOUT, ATTEND_MS, deadline);
        else if (errno == ENOBUFS || errno == EINTR)
            result = wait_for(caller, -1, 0, BACKOFF_MIN_MS, deadline);
        if (result != CALL_OK)
            return result;
    }
    return CALL_OK;
}

static enum call_result read_whole(const struct call_caller *caller, int pipe, void *bytes, size_t length,
                                   int64_t deadline)
{
    for (size_t done = 0; done < length;) {
        enum call_result result = wait_for(caller, pipe, POLLIN, ATTEND_MS, deadline);
        if (result != CALL_OK)
            return result;
        ssize_t got = read(pipe, (char *)bytes + done, length - done);
        if (got == 0)
            return ENDED;
        if (got > 0)
            done += (size_t)got;
        else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return CALL_FAILED;
    }
    return CALL_OK;
}

static enum call_result read_answer(const struct call_caller *caller, int pipe, void *bytes, size_t *size,
                                    int64_t deadline)
{
    struct answer answer;
    enum call_result result = read_whole(caller, pipe, &answer, sizeof answer, deadline);
    if (result != CALL_OK)
        return result;
    if (answer.result == CALL_REFUSED)
        return CALL_REFUSED;
    if (answer.result != CALL_OK || answer.length > *size)
        return CALL_TOO_LARGE;
    *size = answer.length;
    return read_whole(caller, pipe, bytes, answer.length, deadline);
}

static enum call_result ask_once(const struct call_caller *caller, const struct request *request, size_t length,
                                 void *answer, size_t *size, int64_t deadline)
{
    int ends[2];
    if (port_pipe_nonblocking(ends))
        return CALL_FAILED;
    enum call_result result = send_request(caller, request, length, ends[1], deadline);
    int error = errno;
    close(ends[1]); /* before reading: only the service's end keeps the pipe from ending */
    if (result == CALL_OK) {
        CRASHPOINT("call-sent");
        result = read_answer(caller, ends[0], answer, size, deadline);
        error = errno;
    }
    close(ends[0]);
    errno = error;
    return result;
}

enum call_result call_ask(const struct call_caller *caller, const void *request, size_t length, void *answer,
                          size_t *size, int64_t milliseconds)
{
    static uint32_t number;
    if (length > CALL_REQUEST_MAX)
        return CALL_TOO_LARGE;
    number++;
    struct request whole = {.format = FORMAT, .slot = caller->slot, .generation = caller->generation, .number = number};
    memcpy(whole.bytes, request, length);
    int64_t deadline = clock_monotonic() + milliseconds * MS;
    for (int64_t backoff = BACKOFF_MIN_MS;; backoff = backoff * 2 < BACKOFF_MAX_MS ? backoff * 2 : BACKOFF_MAX_MS) {
        size_t room = *size;
        enum call_result result = ask_once(caller, &whole, length, answer, &room, deadline);
        if (result == CALL_OK)
            *size = room;
        if (result != ENDED)
            return result;
        result = wait_for(caller, -1, 0, backoff, deadline);
        if (result != CALL_OK)
            return result;
    }
}

/* ---- the service's side ---- */

struct unfinished {
    int pipe; /* -1: this one is free */
    uint32_t slot;
    int64_t until; /* clock_monotonic() */
    unsigned char *bytes;
    size_t length, done;
};

struct call_service {
    int mailbox;
    int others[CALL_OTHERS]; /* that wake it as well */
    call_check *check;
    void *context;
    int64_t told; /* when a worker's misbehaviour was last logged; 0: never */
    struct unfinished unfinished[UNFINISHED_MAX];
};

struct call_service *call_open(int mailbox, call_check *check, void *context)
{
    struct call_service *service = calloc(1, sizeof *service);
    if (!service)
        return NULL;
    signal(SIGPIPE, SIG_IGN);
    service->mailbox = mailbox;
    for (int i = 0; i < CALL_OTHERS; i++)
        service->others[i] = -1;
    service->check = check;
    service->context = context;
    for (int i = 0; i < UNFINISHED_MAX; i++)
        service->unfinished[i].pipe = -1;
    return service;
}

static void drop_answer(struct unfinished *unfinished)
{
    if (unfinished->pipe < 0)
        return;
    close(unfinished->pipe);
    free(unfinished->bytes);
    unfinished->pipe = -1;
}

void call_mind(struct call_service *service, int number, int other)
{
    service->others[number] = other;
}

void call_close(struct call_service *service)
{
    for (int i = 0; i < UNFINISHED_MAX; i++)
        drop_answer(&service->unfinished[i]);
    free(service);
}

static bool is_only_full(ssize_t written)
{
    return written >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void continue_answer(struct unfinished *unfinished)
{
    ssize_t written =
        write(unfinished->pipe, unfinished->bytes + unfinished->done, unfinished->length - unfinished->done);
    unfinished->done += written > 0 ? (size_t)written : 0;
    if (!is_only_full(written) || unfinished->done == unfinished->length)
        drop_answer(unfinished);
}

/* One that is free, or else the one that has waited longest. */
static struct unfinished *make_room(struct call_service *service)
{
    struct unfinished *room = service->unfinished;
    for (struct unfinished *each = room; each < service->unfinished + UNFINISHED_MAX && room->pipe >= 0; each++)
        if (each->pipe < 0 || each->until < room->until)
            room = each;
    drop_answer(room);
    return room;
}

static void keep_answer(struct call_service *service, const struct call *call, const struct iovec parts[2], size_t done)
{
    struct unfinished *room = make_room(service);
    size_t length = parts[0].iov_len + parts[1].iov_len;
    unsigned char *bytes = malloc(length);
    if (!bytes) {
        close(call->answer); /* the caller asks again */
        return;
    }
    memcpy(bytes, parts[0].iov_base, parts[0].iov_len);
    if (parts[1].iov_len > 0)
        memcpy(bytes + parts[0].iov_len, parts[1].iov_base, parts[1].iov_len);
    *room = (struct unfinished){.pipe = call->answer,
                                .slot = call->slot,
                                .until = clock_monotonic() + UNREAD_MS * MS,
                                .bytes = bytes,
                                .length = length,
                                .done = done};
}

void call_answer(struct call_service *service, struct call *call, const void *answer, size_t length)
{
    struct answer header = {.result = CALL_OK, .length = (uint32_t)length};
    if (length > CALL_ANSWER_MAX) {
        header = (struct answer){.result = CALL_TOO_LARGE};
        length = 0;
    }
    for (int i = 0; i < UNFINISHED_MAX; i++)
        if (service->unfinished[i].slot == call->slot)
            drop_answer(&service->unfinished[i]);
    struct iovec parts[2] = {{.iov_base = &header, .iov_len = sizeof header},
                             {.iov_base = (void *)answer, .iov_len = length}};
    ssize_t written = writev(call->answer, parts, 2);
    if (is_only_full(written) && written < (ssize_t)(sizeof header + length)) {
        CRASHPOINT("call-half-answered");
        keep_answer(service, call, parts, written > 0 ? (size_t)written : 0);
    } else {
        CRASHPOINT("call-answered");
        close(call->answer);
    }
    call->answer = -1;
}

void call_refuse(struct call *call)
{
    struct answer header = {.result = CALL_REFUSED};
    ssize_t written = write(call->answer, &header, sizeof header);
    (void)written; /* a worker that filled the pipe sees it end */
    close(call->answer);
    call->answer = -1;
}

/* A worker that sends one such request may send thousands. */
static bool may_tell(struct call_service *service)
{
    int64_t now = clock_monotonic();
    if (service->told && now - service->told < 1000 * MS)
        return false;
    service->told = now;
    return true;
}

/* Whether writing to it never blocks: the worker chose the descriptor. Its flags are left alone, because others may
 * have the same pipe, the log's for instance. */
static bool is_answer_pipe(int fd)
{
    struct stat stat;
    int flags = fcntl(fd, F_GETFL);
    return fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode) && flags != -1 && (flags & O_ACCMODE) == O_WRONLY &&
           (flags & O_NONBLOCK);
}

/* Nobody waits for the answer any more: the worker has given up, or is dead. */
static bool is_abandoned(int pipe)
{
    struct pollfd end = {.fd = pipe, .events = POLLOUT};
    struct timespec now = {0};
    return port_ppoll(&end, 1, &now, NULL) == 1 && (end.revents & POLLERR);
}

static enum call_arrival take(struct call_service *service, struct call *call, bool hung_up)
{
    struct request request;
    size_t length = sizeof request;
    pid_t sender;
    int fd = pass_receive_up_to(service->mailbox, &request, &length, &sender);
    if (fd < 0 && errno != EPROTO)
        return CALL_NONE;
    if (fd < 0 && length == 0 && hung_up)
        return CALL_CLOSED;
    if (fd < 0 || length < HEADER || !is_answer_pipe(fd)) {
        if (may_tell(service))
            log_warning("process %ld sent a service what is no request: dropped", (long)sender);
        if (fd >= 0)
            close(fd);
        return CALL_NONE;
    }
    if (is_abandoned(fd)) {
        close(fd);
        return CALL_NONE;
    }
    *call = (struct call){.slot = request.slot,
                          .generation = request.generation,
                          .number = request.number,
                          .answer = fd,
                          .length = length - HEADER};
    memcpy(call->request, request.bytes, call->length);
    if (request.format != FORMAT ||
        (service->check && !service->check(service->context, call->slot, call->generation, sender))) {
        if (may_tell(service))
            log_warning("process %ld asked a service as slot %u, which is another's: refused", (long)sender,
                        call->slot);
        call_refuse(call);
        return CALL_NONE;
    }
    CRASHPOINT("call-taken");
    return CALL_CAME;
}

/* Milliseconds (-1: for ever), but not beyond the time at which an answer is to be dropped. */
static struct timespec wait_time(const struct call_service *service, int64_t milliseconds)
{
    int64_t now = clock_monotonic(), most = milliseconds < 0 ? INT64_MAX : milliseconds * MS;
    for (int i = 0; i < UNFINISHED_MAX; i++) {
        const struct unfinished *each = &service->unfinished[i];
        if (each->pipe >= 0 && each->until - now < most)
            most = each->until > now ? each->until - now : 0;
    }
    return (struct timespec){.tv_sec = (time_t)(most / (1000 * MS)), .tv_nsec = (long)(most % (1000 * MS))};
}

enum call_arrival call_next(struct call_service *service, struct call *call, int64_t milliseconds)
{
    struct pollfd fds[1 + UNFINISHED_MAX + CALL_OTHERS] = {{.fd = service->mailbox, .events = POLLIN}};
    for (int i = 0; i < CALL_OTHERS; i++)
        fds[1 + UNFINISHED_MAX + i] = (struct pollfd){.fd = service->others[i], .events = POLLIN};
    for (int i = 0; i < UNFINISHED_MAX; i++)
        fds[1 + i] = (struct pollfd){.fd = service->unfinished[i].pipe, .events = POLLOUT};
    struct timespec most = wait_time(service, milliseconds);
    if (port_ppoll(fds, 1 + UNFINISHED_MAX + CALL_OTHERS, &most, NULL) < 0)
        return CALL_NONE;
    int64_t now = clock_monotonic();
    for (int i = 0; i < UNFINISHED_MAX; i++) {
        struct unfinished *each = &service->unfinished[i];
        if (each->pipe >= 0 && fds[1 + i].revents)
            continue_answer(each);
        if (each->pipe >= 0 && each->until <= now)
            drop_answer(each);
    }
    return fds[0].revents ? take(service, call, fds[0].revents & POLLHUP) : CALL_NONE;
}
