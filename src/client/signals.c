/* Signals: a handler writes one byte into a pipe and nothing else. Client process only. */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/port.h"

static int ends[2] = {-1, -1};

static const struct {
    int number;
    unsigned bit;
} table[] = {
    {SIGTERM, SIGNALS_LEAVE}, {SIGHUP, SIGNALS_LEAVE},  {SIGINT, SIGNALS_LEAVE},    {SIGQUIT, SIGNALS_LEAVE},
    {SIGTSTP, SIGNALS_STOP},  {SIGCONT, SIGNALS_AGAIN}, {SIGWINCH, SIGNALS_RESIZE},
};

#define COUNT (sizeof table / sizeof *table)

static void handle(int number)
{
    int error = errno;
    for (size_t i = 0; i < COUNT; i++) {
        if (table[i].number == number) {
            char byte = (char)table[i].bit;
            if (write(ends[1], &byte, 1) < 0)
                break; /* the pipe is full of signals: the reader will wake */
        }
    }
    errno = error;
}

static void set(int number, void (*handler)(int))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, NULL);
}

int signals_init(void)
{
    if (port_pipe_nonblocking(ends))
        return -1;
    for (size_t i = 0; i < COUNT; i++)
        set(table[i].number, handle);
    set(SIGPIPE, SIG_IGN);
    /* The terminal is set while in the background when the other process of ours has stopped. */
    set(SIGTTOU, SIG_IGN);
    return ends[0];
}

unsigned signals_take(void)
{
    char bytes[64];
    unsigned bits = 0;
    ssize_t got;
    while ((got = read(ends[0], bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got; i++)
            bits |= (unsigned char)bytes[i];
    return bits;
}
