/* Descriptor passing. Workers send, couriers receive; no shared memory. */
#include "pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/port.h"

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

static int send_once(int over, int fd, const void *message, size_t length, int flags)
{
    union control control;
    memset(&control, 0, sizeof control);
    struct iovec part = {.iov_base = (void *)message, .iov_len = length};
    struct msghdr packet = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&packet);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    if (sendmsg(over, &packet, flags | MSG_NOSIGNAL) >= 0)
        return 0;
    if (errno == ETOOMANYREFS || errno == ENOMEM) /* too much is under way at this moment, as ENOBUFS says elsewhere */
        errno = ENOBUFS;
    return -1;
}

int pass_send(int over, int fd, const void *message, size_t length)
{
    while (send_once(over, fd, message, length, 0))
        if (errno == ENOBUFS)
            clock_sleep(1);
        else if (errno != EINTR)
            return -1;
    return 0;
}

int pass_try_send(int over, int fd, const void *message, size_t length)
{
    return send_once(over, fd, message, length, MSG_DONTWAIT);
}

int pass_receive(int from, void *message, size_t length)
{
    return pass_receive_from(from, message, length, NULL);
}

int pass_receive_from(int from, void *message, size_t length, pid_t *sender)
{
    size_t got = length;
    int fd = pass_receive_up_to(from, message, &got, sender);
    if (fd < 0 || got == length)
        return fd;
    close(fd);
    errno = EPROTO;
    return -1;
}

int pass_receive_up_to(int from, void *message, size_t *length, pid_t *sender)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int)) + PORT_SENDER_SPACE];
    } control;
    struct iovec part = {.iov_base = message, .iov_len = *length};
    struct msghdr packet = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    ssize_t got = recvmsg(from, &packet, MSG_DONTWAIT);
    if (got < 0)
        return -1;
    *length = (size_t)got;
    if (sender)
        *sender = 0;
    /* Alignment leaves room for more descriptors than the one we asked for; every one that came is ours. */
    int fd = -1, count = 0;
    for (struct cmsghdr *rights = CMSG_FIRSTHDR(&packet); rights; rights = CMSG_NXTHDR(&packet, rights)) {
        if (sender && port_sender(rights))
            *sender = port_sender(rights);
        if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS)
            continue;
        size_t bytes = rights->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof fd <= bytes; at += sizeof fd, count++) {
            if (fd >= 0)
                close(fd);
            memcpy(&fd, CMSG_DATA(rights) + at, sizeof fd);
        }
    }
    if (count == 1 && !(packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        fd_set_cloexec(fd);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    errno = EPROTO;
    return -1;
}
