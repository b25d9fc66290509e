/* A service's mailbox: whatever lies in it, with whatever descriptors, only a request with a pipe for its answer comes
 * out, as it was sent, and no descriptor is left behind. The first byte says what goes with the datagram that is the
 * rest: its lower half how many descriptors, its upper half of which kind. */
#include "driver.h"

#include <sys/socket.h>

#include "base/port.h"
#include "ipc/call.h"

enum { HEADER = 16, SENT_MAX = 4, ANSWER = 20000 };

static void send_datagram(int over, const uint8_t *bytes, size_t length, int fd, int count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(SENT_MAX * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
    memset(&control, 0, sizeof control);
    if (count > 0) {
        int fds[SENT_MAX] = {fd, fd, fd, fd};
        packet.msg_control = control.space;
        packet.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, (size_t)count * sizeof(int));
    }
    CLAIM(sendmsg(over, &packet, 0) == (ssize_t)length);
}

static bool is_worker(void *context, uint32_t slot, uint32_t generation, pid_t pid)
{
    (void)generation, (void)context;
    CLAIM(pid == 0 || pid == getpid());
    return slot % 4 != 3;
}

static void check_request(const struct call *call, const uint8_t *sent, size_t length)
{
    CLAIM(length >= HEADER && call->length == length - HEADER &&
          memcmp(call->request, sent + HEADER, call->length) == 0);
    CLAIM(call->slot % 4 != 3 && memcmp(&call->slot, sent + 4, 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct call call;
    static const uint8_t bytes[ANSWER];
    int ends[2], pipes[2], blocking[2];
    if (size < 1)
        return 0;
    fuzz_hush();
    int before = dup(0);
    close(before);
    CLAIM(port_socketpair(SOCK_SEQPACKET, ends) == 0 && port_ask_sender(ends[0]) == 0);
    CLAIM(port_pipe_nonblocking(pipes) == 0 && port_pipe(blocking) == 0);
    const int kinds[] = {pipes[1], pipes[1], pipes[1], pipes[0], blocking[1], ends[0], STDIN_FILENO};
    int kind = data[0] / 16 % 7, count = data[0] % 16 % (SENT_MAX + 1);
    struct call_service *service = call_open(ends[0], is_worker, NULL);
    CLAIM(service);
    send_datagram(ends[1], data + 1, size - 1, kinds[kind], count);
    enum call_arrival arrival = call_next(service, &call, 0);
    CLAIM(arrival == CALL_CAME || arrival == CALL_NONE);
    if (arrival == CALL_CAME) {
        CLAIM(count == 1 && kind < 3);
        check_request(&call, data + 1, size - 1);
        call_answer(service, &call, bytes, call.length ? sizeof bytes : 0);
    }
    CLAIM(call_next(service, &call, 0) == CALL_NONE);
    call_close(service);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(pipes[i]);
        close(blocking[i]);
    }
    int after = dup(0);
    CLAIM(after == before);
    close(after);
    return 0;
}
