/* A courier's mailbox: whatever lies in it, with however many descriptors, a socket comes out only with a whole
 * message, and no descriptor is left behind. The first byte says how many go with the message that is the rest. */
#include "driver.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/pass.h"

#define MESSAGE 8 /* as long as struct handover */

static void send_message(int over, const uint8_t *bytes, size_t length, int count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
    memset(&control, 0, sizeof control);
    if (count > 0) {
        int fds[4] = {over, over, over, over};
        packet.msg_control = control.space;
        packet.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, (size_t)count * sizeof(int));
    }
    CLAIM(sendmsg(over, &packet, 0) == (ssize_t)length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    if (size < 1)
        return 0;
    int count = data[0] % 5;
    char message[MESSAGE];
    int before = dup(0);
    close(before);
    CLAIM(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
    send_message(ends[1], data + 1, size - 1, count);
    int fd = pass_receive(ends[0], message, sizeof message);
    CLAIM((fd >= 0) == (count == 1 && size - 1 == MESSAGE));
    CLAIM(fd >= 0 ? memcmp(message, data + 1, MESSAGE) == 0 : errno == EPROTO);
    CLAIM(pass_receive(ends[0], message, sizeof message) == -1 && errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    close(ends[0]);
    close(ends[1]);
    int after = dup(0);
    CLAIM(after == before);
    close(after);
    return 0;
}
