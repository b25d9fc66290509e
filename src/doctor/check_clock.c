/* The clock: bans end by it, and messages bear its time. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/port.h"
#include "checks.h"
#include "conf/settings.h"

#define AREA "clock"

/* 2026, when this was written: no clock that is right tells an earlier time. */
#define EARLIEST_MS (INT64_C(1767225600) * 1000)

/* A file from the future tells that the clock was set back since it was written. */
static void check_file(struct findings *findings, const char *path)
{
    struct stat status;
    int64_t now = clock_realtime() / 1000;
    if (stat(path, &status) == 0 && (int64_t)status.st_mtime > now + 60)
        findings_add(findings, FINDING_WARNING, AREA,
                     "see that time synchronisation is on and steps the clock at boot alone",
                     "%s was written %lld s after now: the clock was set back", path,
                     (long long)((int64_t)status.st_mtime - now));
}

/* Compares both clocks for a moment. */
static void check_steps(struct findings *findings)
{
    int64_t offset = clock_realtime() - clock_monotonic() / MS;
    clock_sleep(200);
    int64_t step = clock_realtime() - clock_monotonic() / MS - offset;
    if (step > 20 || step < -20)
        findings_add(findings, FINDING_WARNING, AREA, "see that only one program sets it (chrony, ntpd, a hypervisor)",
                     "the clock jumped by %lld ms within 200", (long long)step);
}

void check_clock(struct findings *findings, const struct patient *patient)
{
    char path[4200];
    int synchronised = port_clock_is_synchronised();
    if (clock_realtime() < EARLIEST_MS)
        findings_add(findings, FINDING_FAULT, AREA, "set it (date), and have it synchronised",
                     "the clock tells a time before 2026");
    else if (synchronised > 0)
        findings_add(findings, FINDING_OK, AREA, NULL, "the clock is synchronised");
    else if (synchronised == 0)
        findings_add(findings, FINDING_HINT, AREA, "timedatectl set-ntp true, or chrony",
                     "nothing tells the kernel that the clock is synchronised: times of messages may be wrong");
    if (patient->file)
        check_file(findings, patient->file);
    snprintf(path, sizeof path, "%.4000s/bans", patient->settings->state_directory);
    check_file(findings, path);
    check_steps(findings);
}
