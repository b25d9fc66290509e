/* Requests to the supervisor. Run by it and by its handlers; no shared memory. */
#include "requests.h"

#include <signal.h>

#include "base/port.h"

static volatile sig_atomic_t requests[REQUESTS];
static sigset_t waiting_mask;

static void on_signal(int signal)
{
    request_make(signal == SIGCHLD   ? REQUEST_REAP
                 : signal == SIGHUP  ? REQUEST_RELOAD
                 : signal == SIGUSR2 ? REQUEST_EXEC
                                     : REQUEST_STOP);
}

void requests_open(void)
{
    static const int handled[] = {SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR2};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t block;
    port_reset_signals(); /* a starter may ignore or block any: without SIGXCPU no worker would be stopped */
    sigemptyset(&block);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
        sigaction(handled[i], &action, NULL);
        sigaddset(&block, handled[i]);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    /* A worker may be called before it has its own handler: it has not handed its socket over then, and will,
     * to whichever courier is there. */
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_SETMASK, &block, NULL);
    sigemptyset(&waiting_mask);
}

void request_make(enum request request)
{
    requests[request] = 1;
}

bool request_is_made(enum request request)
{
    return requests[request] != 0;
}

bool request_take(enum request request)
{
    if (!requests[request])
        return false;
    requests[request] = 0;
    return true;
}

int requests_wait(struct pollfd *list, int count, const struct timespec *most)
{
    return port_ppoll(list, count, most, &waiting_mask);
}

bool requests_pause(int milliseconds)
{
    struct timespec most = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    requests_wait(NULL, 0, &most);
    return !request_is_made(REQUEST_STOP);
}
