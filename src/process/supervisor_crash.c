/* Crashes: how a process died, and what it left in its flight recorder. Run by the supervisor; writes the list of
 * crashes, under the lock. */
#include "supervisor_parts.h"

#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "world/crashes.h"
#include "world/recorder.h"

struct crash_shm supervisor_add_crash_locked(struct supervisor *supervisor, const char *process, const siginfo_t *death,
                                             const struct recorder_shm *recorder,
                                             const struct connection_shm *connection)
{
    struct crash_shm crash = {.at = clock_realtime(),
                              .monotonic = clock_monotonic(),
                              .pid = (int32_t)death->si_pid,
                              .by_signal = death->si_code != CLD_EXITED,
                              .number = death->si_status,
                              .door = connection ? connection->door : DOOR_KINDS};
    int number = crash.number ? crash.number : RECORDER_ANY;
    recorder_read(recorder, crash.pid, crash.by_signal ? number : 0, &crash.recording);
    if (crash.by_signal && !crash.number)
        crash.number = crash.recording.fault.signal; /* an orphan's, of which nothing else tells */
    text_copy(crash.process, sizeof crash.process, process);
    if (connection) {
        const struct user_shm *user = world_user(&supervisor->world, connection->user);
        text_copy(crash.who, sizeof crash.who, user ? user_shown(user) : connection->address);
        text_copy(crash.address, sizeof crash.address, connection->address);
    }
    crash_add_locked(&supervisor->world, &crash);
    return crash;
}

/* What is known beyond the signal, in short; the lines themselves are for `crash last` alone, because what people said
 * does not belong in a log. */
void supervisor_log_crash(const struct crash_shm *crash)
{
    const struct fault *fault = &crash->recording.fault;
    const char *name = crash->by_signal ? fault_signal_name(crash->number) : NULL;
    char line[200];
    struct text text;
    text_init(&text, line, sizeof line);
    if (name)
        text_addf(&text, " %s", name);
    if (crash->by_signal && crash->number == SIGSYS && !fault->sender)
        text_add(&text, " (it tried a forbidden system call)"); /* the sandbox */
    if (crash->by_signal && crash->number == SIGXCPU)
        text_add(&text, " (it used too much processor time in one go)");
    if (fault->signal && !fault->sender)
        text_addf(&text, " at address %#llx, instruction %#llx", (unsigned long long)fault->address,
                  (unsigned long long)fault->instruction);
    if (crash->recording.count > 0)
        text_addf(&text, "%s%s; \"crash last\" shows the last lines it was given", text.length ? "" : " ended",
                  crash->recording.working ? " with a line not done" : "");
    if (text.length > 0)
        log_warning("%s %d:%s", crash->process, crash->pid, line);
}
