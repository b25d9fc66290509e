/* Passing an open descriptor to another process, with a small message. */
#ifndef FORKCHAT_IPC_PASS_H
#define FORKCHAT_IPC_PASS_H

#include <stddef.h>
#include <sys/types.h>

/* Sends `fd` and `length` bytes over the Unix socket `over`, which keeps messages apart. Blocks while the other side's
 * mailbox is full, also over signals. Returns 0, or -1 and errno. SCM_RIGHTS in unix(7). */
int pass_send(int over, int fd, const void *message, size_t length);

/* The same at once or not at all: -1 with EAGAIN while the mailbox is full, of which poll(2) tells the end, or ENOBUFS
 * while too much is under way in the system, which is over a little later. */
int pass_try_send(int over, int fd, const void *message, size_t length);

/* Takes one from the mailbox: a close-on-exec descriptor, `message` filled with exactly `length` bytes.
 * Never blocks. Returns the descriptor, or -1 with EAGAIN if there is none, EPROTO for one without a
 * descriptor or of another length (it is gone then). */
int pass_receive(int from, void *message, size_t length);

/* The same; *sender is the process that sent it if port_ask_sender was called for the mailbox, or 0. */
int pass_receive_from(int from, void *message, size_t length, pid_t *sender);

/* The same for a message of any length up to *length, which then is its length. With EPROTO, too, both are set, the
 * length to what was read. */
int pass_receive_up_to(int from, void *message, size_t *length, pid_t *sender);

#endif
