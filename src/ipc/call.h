/* Calls: a worker asks a service, and waits for the answer.
 *
 * The worker makes a pipe and sends the request, with the writing end, as one datagram to the service's mailbox; the
 * answer is read from the pipe. No descriptor is kept between calls, and the service has the only writing end: when it
 * dies, the pipe ends, and the worker sends the request again, to the service that empties the mailbox then.
 *
 * A mailbox is a pair of SOCK_SEQPACKET sockets for which port_ask_sender was called before anybody could send: the
 * kernel says which process asks. The supervisor keeps both ends open, so that requests wait while there is no service.
 */
#ifndef FORKCHAT_IPC_CALL_H
#define FORKCHAT_IPC_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of a request and of an answer, at most. */
#define CALL_REQUEST_MAX 8192
#define CALL_ANSWER_MAX  65536

enum call_result {
    CALL_OK,
    CALL_TIMED_OUT, /* the request may have been carried out, or may be yet */
    CALL_REFUSED,   /* the service does not take it from this worker */
    CALL_TOO_LARGE, /* the request, or an answer for which there is no room */
    CALL_GIVEN_UP,  /* housekeep said so */
    CALL_FAILED,    /* errno says why: there is no descriptor left, or nobody has the mailbox any more */
};

/* ---- the worker's side ---- */

/* The worker that asks, and what else it has to do while it waits. */
struct call_caller {
    int mailbox;               /* the end to send to */
    uint32_t slot, generation; /* whose worker it is; the service does not take its word for it */
    bool (*housekeep)(
        void *context); /* after each signal, and once a second: false if there is no use in waiting any more */
    void *context;
};

/* Sends the request of `length` bytes and waits for its answer for at most `milliseconds`, with no signal blocked.
 * *size is the room in `answer`, and with CALL_OK the length of what is there.
 *
 * If a service died over it or dropped it, the same request is sent again, with longer and longer pauses. So a service
 * may see one more than once: they have the same number. */
enum call_result call_ask(const struct call_caller *caller, const void *request, size_t length, void *answer,
                          size_t *size, int64_t milliseconds);

/* ---- the service's side ---- */

/* Whether that process is the worker of that slot and generation; pid 0: the system cannot tell who sends. */
typedef bool call_check(void *context, uint32_t slot, uint32_t generation, pid_t pid);

struct call_service;

/* For the mailbox's other end; check NULL: whoever has an end to send by may. Ignores SIGPIPE from now on: callers may
 * be dead. Returns NULL if there is no memory. */
struct call_service *call_open(int mailbox, call_check *check, void *context);

/* From now on call_next returns with CALL_NONE as well when there is something to read from that descriptor, one of
 * CALL_OTHERS. */
#define CALL_OTHERS 2
void call_mind(struct call_service *service, int number, int other);

/* Ends all answers that have not been read whole. The mailbox stays open. */
void call_close(struct call_service *service);

/* A request that came. Its bytes are whatever the worker sent. */
struct call {
    uint32_t slot, generation; /* of the worker, which has been checked */
    uint32_t number;           /* of the worker's calls; the same if it was sent again */
    int answer;                /* a pipe; -1 when answered */
    size_t length;
    unsigned char request[CALL_REQUEST_MAX];
};

enum call_arrival {
    CALL_CAME,
    CALL_NONE,   /* the time is up, a signal came, or what came was dropped */
    CALL_CLOSED, /* nobody is left who could send */
};

/* Waits for a request for at most `milliseconds` (0: does not wait; -1: for ever), and meanwhile goes on with answers
 * that callers have not read yet. Each that came must be given to call_answer or call_refuse, at once or later.
 *
 * Dropped, with their descriptors closed, are: what is longer than a request, or has no header; what comes with no
 * descriptor, with several, or with one that is not the writing end of a pipe that does not block (a worker that is
 * shut in has no way to have it block later); and requests of callers that have given up or died. Another's slot is
 * refused. */
enum call_arrival call_next(struct call_service *service, struct call *call, int64_t milliseconds);

/* Answers, and closes the pipe. Never blocks: what the pipe has no room for is copied and sent on by call_next. Such an
 * answer is dropped when it has not been read after ten seconds, when the same slot is answered again, or when it is
 * the oldest of more than sixty-four; the caller, if it is there, then sends its request again. More than
 * CALL_ANSWER_MAX bytes is CALL_TOO_LARGE for the caller. */
void call_answer(struct call_service *service, struct call *call, const void *answer, size_t length);

/* Tells the caller CALL_REFUSED. Never blocks. */
void call_refuse(struct call *call);

#endif
