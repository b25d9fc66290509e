/* What the service manager hears of the daemon's life: ready, reading its configuration again, stopping; that it lives,
 * where the manager watches that; and how many are connected. Run by the supervisor; no shared memory. */
#include "supervisor_parts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "notify.h"

#define STATUS_NS (1000 * MS)

/* As it was said last. */
static char said[100];

static void write_status(const struct supervisor *supervisor, char text[sizeof said])
{
    snprintf(text, sizeof said, "%u connected%s", supervisor->children.present[CHILD_WORKER],
             supervisor->leaving_to_another ? ": when they have left, another version begins" : "");
}

void supervisor_tell_ready(struct supervisor *supervisor)
{
    supervisor_store(supervisor);
    write_status(supervisor, said);
    notify_say("READY=1\nMAINPID=%ld\nSTATUS=%s", (long)getpid(), said);
}

void supervisor_tell_reloading(void)
{
    notify_say("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(clock_monotonic() / 1000));
}

void supervisor_tell_stopping(const struct supervisor *supervisor)
{
    if (supervisor->restart)
        supervisor_tell_reloading();
    else
        notify_say("STOPPING=1\nSTATUS=saying goodbye");
}

void supervisor_tell_waiting(const char *for_what)
{
    notify_say("EXTEND_TIMEOUT_USEC=30000000\nSTATUS=waiting for %s", for_what);
}

int64_t supervisor_tell_alive(const struct supervisor *supervisor, int64_t now)
{
    static int64_t alive, looked;
    int64_t interval = notify_watchdog() / 3;
    char text[sizeof said];
    if (interval && now - alive >= interval) {
        alive = now;
        notify_say("WATCHDOG=1");
    }
    write_status(supervisor, text);
    if (now - looked >= STATUS_NS && strcmp(text, said) != 0) {
        looked = now;
        memcpy(said, text, sizeof said);
        notify_say("STATUS=%s", said);
    }
    return interval ? alive + interval - now : INT64_MAX;
}
