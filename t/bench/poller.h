/* Waiting for many sockets: epoll(7) on Linux, poll(2) elsewhere. For the load generator and bareloop.c only:
 * the programs of forkchat wait for one socket each and need none of this. Sockets are known by a
 * number, from 0 to `most` - 1, that their owner picks. */
#ifndef FORKCHAT_T_BENCH_POLLER_H
#define FORKCHAT_T_BENCH_POLLER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/timerfd.h>
#else
#include <poll.h>
#endif

struct poller_event {
    uint32_t number;
    bool readable; /* or closed, or broken: reading tells */
    bool writable;
};

#define POLLER_EVENTS 512 /* told at once */

struct poller {
    size_t most;
#ifdef __linux__
    int fd;
    int timer; /* readable from `until` on */
    int64_t until;
#else
    struct pollfd *sockets;
    size_t next; /* where the search for news goes on, so that none is starved */
#endif
    struct poller_event events[POLLER_EVENTS];
};

#ifdef __linux__

#define POLLER_TIMER UINT32_MAX /* the number of the timer */

static inline void poller_set(struct poller *poller, int operation, int fd, uint32_t number, bool write)
{
    struct epoll_event event = {.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.u32 = number};
    if (epoll_ctl(poller->fd, operation, fd, &event))
        fatal(EX_OSERR, "cannot watch a socket");
}

/* epoll_wait(2) counts milliseconds, too coarse for sending on time: a timerfd_create(2) that is
 * watched like any socket tells the moment. */
static inline void poller_open(struct poller *poller, size_t most)
{
    poller->most = most;
    poller->until = 0;
    poller->fd = epoll_create1(EPOLL_CLOEXEC);
    poller->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (poller->fd < 0 || poller->timer < 0)
        fatal(EX_OSERR, "cannot make an epoll descriptor with a timer");
    poller_set(poller, EPOLL_CTL_ADD, poller->timer, POLLER_TIMER, false);
}

static inline void poller_close(struct poller *poller)
{
    close(poller->timer);
    close(poller->fd);
}

static inline void poller_add(struct poller *poller, int fd, uint32_t number)
{
    poller_set(poller, EPOLL_CTL_ADD, fd, number, false);
}

/* Sets whether room for writing is news. */
static inline void poller_want_room(struct poller *poller, int fd, uint32_t number, bool want)
{
    poller_set(poller, EPOLL_CTL_MOD, fd, number, want);
}

/* To be called before close. */
static inline void poller_remove(struct poller *poller, int fd, uint32_t number)
{
    poller_set(poller, EPOLL_CTL_DEL, fd, number, false);
}

/* Waits for news until clock_monotonic() is `until`. Returns how many of events[] it filled; 0 when
 * the time has come, perhaps a little early, or after a signal. */
static inline int poller_wait(struct poller *poller, int64_t until)
{
    struct epoll_event news[POLLER_EVENTS];
    int filled = 0;
    if (until != poller->until) {
        struct itimerspec then = {
            .it_value = {.tv_sec = (time_t)(until / 1000000000), .tv_nsec = (long)(until % 1000000000)}};
        timerfd_settime(poller->timer, TFD_TIMER_ABSTIME, &then, NULL);
        poller->until = until;
    }
    int count = epoll_wait(poller->fd, news, POLLER_EVENTS, -1);
    for (int i = 0; i < count; i++)
        if (news[i].data.u32 != POLLER_TIMER)
            poller->events[filled++] = (struct poller_event){
                .number = news[i].data.u32,
                .readable = news[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR),
                .writable = news[i].events & EPOLLOUT,
            };
    return filled;
}

#else

static inline void poller_open(struct poller *poller, size_t most)
{
    poller->most = most;
    poller->next = 0;
    poller->sockets = malloc(most * sizeof *poller->sockets);
    if (!poller->sockets)
        fatal(EX_OSERR, "no memory");
    for (size_t i = 0; i < most; i++)
        poller->sockets[i] = (struct pollfd){.fd = -1};
}

static inline void poller_close(struct poller *poller)
{
    free(poller->sockets);
}

static inline void poller_add(struct poller *poller, int fd, uint32_t number)
{
    poller->sockets[number] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static inline void poller_want_room(struct poller *poller, int fd, uint32_t number, bool want)
{
    poller->sockets[number] = (struct pollfd){.fd = fd, .events = want ? POLLIN | POLLOUT : POLLIN};
}

static inline void poller_remove(struct poller *poller, int fd, uint32_t number)
{
    (void)fd;
    poller->sockets[number].fd = -1;
}

static inline int poller_wait(struct poller *poller, int64_t until)
{
    int64_t left = until - clock_monotonic();
    int count = 0;
    if (poll(poller->sockets, (nfds_t)poller->most, left > 0 ? (int)(left / 1000000) : 0) <= 0)
        return 0;
    for (size_t i = 0; i < poller->most && count < POLLER_EVENTS; i++) {
        size_t number = (poller->next + i) % poller->most;
        short news = poller->sockets[number].fd < 0 ? 0 : poller->sockets[number].revents;
        if (news)
            poller->events[count++] = (struct poller_event){
                .number = (uint32_t)number,
                .readable = news & (POLLIN | POLLHUP | POLLERR),
                .writable = news & POLLOUT,
            };
        if (count == POLLER_EVENTS)
            poller->next = number + 1;
    }
    return count;
}

#endif
#endif
