/* SIGTERM. Run by couriers, services and control children, each for itself. */
#include "stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;
static struct wakeup_shm *own_wakeup;

static void on_stop(int signal)
{
    (void)signal;
    int error = errno;
    asked = 1;
    if (own_wakeup)
        wakeup_post(own_wakeup);
    errno = error;
}

void stop_catch(struct wakeup_shm *wakeup)
{
    struct sigaction action = {.sa_handler = on_stop};
    own_wakeup = wakeup;
    sigaction(SIGTERM, &action, NULL);
}

bool stop_is_asked(void)
{
    return asked;
}
