/* Connections of the file protocol. Runs in the workers that serve and fetch. */
#include "lan/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

void wire_init(struct wire *wire, int fd, int timeout)
{
    wire->fd = fd;
    wire->timeout = timeout;
    wire->deadline = 0;
    wire->at = wire->length = wire->waiting = 0;
    fd_set_nonblocking(fd);
    /* Nothing is left to wait for: the system must not hold back a request until the last answer is acknowledged. */
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int await(struct wire *wire, short events)
{
    struct pollfd poller = {.fd = wire->fd, .events = events};
    int64_t now = clock_monotonic(), end = now + (int64_t)wire->timeout * 1000000;
    if (wire->deadline && wire->deadline < end)
        end = wire->deadline;
    for (;;) {
        int64_t left = (end - now) / 1000000;
        int ready = poll(&poller, 1, left > 0 ? (int)left : 0);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -1;
        now = clock_monotonic();
        if (now >= end) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
}

static int fill(struct wire *wire)
{
    if (wire_flush(wire))
        return -1;
    for (;;) {
        ssize_t got = read(wire->fd, wire->buffer, sizeof wire->buffer);
        if (got > 0) {
            wire->at = 0;
            wire->length = (size_t)got;
            return 0;
        }
        if (got == 0) {
            errno = ECONNRESET;
            return -1;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return -1;
        if (await(wire, POLLIN))
            return -1;
    }
}

ssize_t wire_read_line(struct wire *wire, char line[WIRE_LINE_MAX + 1])
{
    size_t length = 0;
    for (;;) {
        if (wire->at == wire->length && fill(wire))
            return -1;
        char c = wire->buffer[wire->at++];
        if (c == '\n')
            break;
        if (length == WIRE_LINE_MAX || c == '\0') {
            errno = EPROTO;
            return -1;
        }
        line[length++] = c;
    }
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    return (ssize_t)length;
}

ssize_t wire_read(struct wire *wire, void *bytes, size_t size)
{
    if (wire->at == wire->length && fill(wire))
        return -1;
    size_t part = wire->length - wire->at < size ? wire->length - wire->at : size;
    memcpy(bytes, wire->buffer + wire->at, part);
    wire->at += part;
    return (ssize_t)part;
}

static int send_all(struct wire *wire, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t wrote = write(wire->fd, at, length);
        if (wrote > 0) {
            at += wrote;
            length -= (size_t)wrote;
        } else if (wrote < 0 && errno != EINTR) {
            if ((errno != EAGAIN && errno != EWOULDBLOCK) || await(wire, POLLOUT))
                return -1;
        }
    }
    return 0;
}

int wire_flush(struct wire *wire)
{
    size_t length = wire->waiting;
    wire->waiting = 0;
    return send_all(wire, wire->behind, length);
}

int wire_write(struct wire *wire, const void *bytes, size_t length)
{
    if (length > sizeof wire->behind - wire->waiting && wire_flush(wire))
        return -1;
    if (length > sizeof wire->behind / 2)
        return wire_flush(wire) ? -1 : send_all(wire, bytes, length);
    memcpy(wire->behind + wire->waiting, bytes, length);
    wire->waiting += length;
    return 0;
}

int wire_print(struct wire *wire, const char *format, ...)
{
    char line[WIRE_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || length >= (int)sizeof line) {
        errno = EMSGSIZE;
        return -1;
    }
    return wire_write(wire, line, (size_t)length);
}

void wire_pace(struct wire_pace *pace, size_t length)
{
    int64_t now = clock_monotonic();
    if (!pace->started)
        pace->started = now;
    pace->sent += (int64_t)length;
    if (pace->rate <= 0)
        return;
    /* Seconds and the rest apart: the product of bytes and nanoseconds does not fit in 64 bits. */
    int64_t due =
        pace->started + pace->sent / pace->rate * 1000000000 + pace->sent % pace->rate * 1000000 / pace->rate * 1000;
    /* What was missed is not made up for by a burst: that is what a bound is for. */
    if (now - due > 50000000) {
        pace->started = now;
        pace->sent = 0;
    }
    while (due - now > 1000000) {
        clock_sleep((due - now) / 1000000);
        now = clock_monotonic();
    }
}
