/* Passing an open descriptor to another process, with a small message. */
#ifndef FORKCHAT_IPC_PASS_H
#define FORKCHAT_IPC_PASS_H

#include <stddef.h>

/* Sends `fd` and `length` bytes over the Unix datagram socket `over`. Blocks while the other side's mailbox is
 * full, also over signals. Returns 0, or -1 and errno. SCM_RIGHTS in unix(7). */
int pass_send(int over, int fd, const void *message, size_t length);

/* Takes one from the mailbox: a close-on-exec descriptor, `message` filled with exactly `length` bytes.
 * Never blocks. Returns the descriptor, or -1 with EAGAIN if there is none, EPROTO for one without a
 * descriptor or of another length (it is gone then). */
int pass_receive(int from, void *message, size_t length);

#endif
