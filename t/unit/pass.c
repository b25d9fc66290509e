/* Passing descriptors: what arrives is the very socket, and nothing malformed leaks one. */
#include "ipc/pass.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/fd.h"
#include "base/port.h"
#include "check.h"
#include "child.h"

static int ends[2]; /* 0 sends, 1 receives */
static int descriptors_before;

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void start(void)
{
    CHECK(port_socketpair(SOCK_DGRAM, ends) == 0);
    descriptors_before = count_descriptors();
}

static void stop(void)
{
    CHECK(count_descriptors() == descriptors_before);
    close(ends[0]);
    close(ends[1]);
}

static bool refused(int error)
{
    char message[4];
    errno = 0;
    return pass_receive(ends[1], message, sizeof message) == -1 && errno == error;
}

static void passes(void)
{
    start();
    int pipes[2];
    CHECK(port_pipe(pipes) == 0);
    CHECK(pass_send(ends[0], pipes[1], "slot", 4) == 0);
    close(pipes[1]);
    char message[4];
    int fd = pass_receive(ends[1], message, sizeof message);
    CHECK(fd >= 0 && memcmp(message, "slot", 4) == 0);
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    CHECK(write(fd, "x", 1) == 1);
    char got = 0;
    CHECK(read(pipes[0], &got, 1) == 1 && got == 'x');
    close(fd);
    close(pipes[0]);
    stop();
}

static void nothing(void)
{
    start();
    CHECK(refused(EAGAIN));
    stop();
}

static void in_order(void)
{
    start();
    for (int i = 0; i < 5; i++)
        CHECK(pass_send(ends[0], ends[0], (char[4]){(char)i}, 4) == 0);
    for (int i = 0; i < 5; i++) {
        char message[4];
        int fd = pass_receive(ends[1], message, sizeof message);
        CHECK(fd >= 0 && message[0] == i);
        close(fd);
    }
    CHECK(refused(EAGAIN));
    stop();
}

static void wrong_length(void)
{
    start();
    CHECK(pass_send(ends[0], ends[0], "abc", 3) == 0);
    CHECK(pass_send(ends[0], ends[0], "abcde", 5) == 0);
    CHECK(pass_send(ends[0], ends[0], "", 0) == 0);
    CHECK(refused(EPROTO));
    CHECK(refused(EPROTO));
    CHECK(refused(EPROTO));
    CHECK(refused(EAGAIN));
    stop();
}

static void no_descriptor(void)
{
    start();
    CHECK(send(ends[0], "abcd", 4, 0) == 4);
    CHECK(refused(EPROTO));
    CHECK(refused(EAGAIN));
    stop();
}

static void send_several(int count)
{
    char bytes[] = "abcd";
    int fds[8] = {0};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fds)];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec part = {.iov_base = bytes, .iov_len = 4};
    struct msghdr packet = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.space,
                            .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&packet);
    if (!rights)
        abort();
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    for (int i = 0; i < count; i++)
        fds[i] = ends[0];
    memcpy(CMSG_DATA(rights), fds, sizeof(int) * (size_t)count);
    CHECK(sendmsg(ends[0], &packet, 0) == 4);
}

static void several_descriptors(void)
{
    start();
    for (int count = 2; count <= 8; count++) {
        send_several(count);
        CHECK(refused(EPROTO));
        CHECK(count_descriptors() == descriptors_before);
    }
    CHECK(pass_send(ends[0], ends[0], "next", 4) == 0);
    char message[4];
    int fd = pass_receive(ends[1], message, sizeof message);
    CHECK(fd >= 0);
    close(fd);
    stop();
}

static void dead_receiver(void)
{
    start();
    close(ends[1]);
    CHECK(pass_send(ends[0], ends[0], "slot", 4) == -1 && errno != 0);
    close(ends[0]);
}

static void bad_descriptor(void)
{
    start();
    CHECK(pass_send(ends[0], -1, "slot", 4) == -1 && errno == EBADF);
    CHECK(refused(EAGAIN));
    stop();
}

enum { MANY = 500 };

static void send_many(void)
{
    for (int i = 0; i < MANY; i++)
        if (pass_send(ends[0], ends[0], (char[4]){(char)(i % 100)}, 4))
            _exit(1);
}

static void full_mailbox(void)
{
    start();
    pid_t child = child_start(send_many);
    for (int i = 0; i < MANY;) {
        char message[4];
        int fd = pass_receive(ends[1], message, sizeof message);
        if (fd < 0) {
            CHECK(errno == EAGAIN);
            if (errno != EAGAIN)
                break;
            sched_yield();
            continue;
        }
        CHECK(message[0] == i++ % 100);
        close(fd);
    }
    CHECK(child_wait(child) == 0);
    stop();
}

int main(void)
{
    CASE("a descriptor arrives with its message, usable and close-on-exec", passes);
    CASE("an empty mailbox is EAGAIN at once", nothing);
    CASE("messages arrive in order", in_order);
    CASE("a message too short, too long or empty is refused, and its descriptor closed", wrong_length);
    CASE("a message without a descriptor is refused", no_descriptor);
    CASE("a message with several descriptors is refused, and all of them closed", several_descriptors);
    CASE("sending to nobody is an error", dead_receiver);
    CASE("sending what is no descriptor is an error, and nothing arrives", bad_descriptor);
    CASE("a sender waits while the mailbox is full", full_mailbox);
    CHECK_DONE();
}
