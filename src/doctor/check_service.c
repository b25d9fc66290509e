/* systemd: what its unit allows the daemon, and what it removes behind its back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "conf/capacity.h"
#include "conf/settings.h"
#include "output.h"

#define AREA "service"

/* Processes and memory that are not clients'. */
#define OTHER_PROCESSES 40

/* A number, or -1 for "infinity" and what is none. */
static int64_t amount(const char *unit, const char *key)
{
    char value[200];
    if (!output_value(unit, key, value, sizeof value) || value[0] < '0' || value[0] > '9')
        return -1;
    /* What the manager calls infinity, in places where it shows numbers alone. */
    unsigned long long number = strtoull(value, NULL, 10);
    return number >= INT64_MAX ? -1 : (int64_t)number;
}

static bool is_set(const char *unit, const char *key, const char *expected)
{
    char value[200];
    return output_value(unit, key, value, sizeof value) && strcmp(value, expected) == 0;
}

static void check_unit_limits(struct findings *findings, const struct patient *patient, const char *unit)
{
    int64_t clients = patient->settings->max_clients, tasks = amount(unit, "TasksMax"),
            processes = amount(unit, "LimitNPROC"), descriptors = amount(unit, "LimitNOFILE");
    int couriers = capacity_couriers(patient->settings);
    if (tasks >= 0 && tasks < clients + couriers + OTHER_PROCESSES)
        findings_add(findings, FINDING_WARNING, AREA, "TasksMax=infinity (systemctl edit forkchatd)",
                     "the unit allows %lld processes (TasksMax=); max-clients is %lld, each a process",
                     (long long)tasks, (long long)clients);
    if (processes >= 0 && processes < clients + couriers + OTHER_PROCESSES && !is_set(unit, "User", ""))
        findings_add(findings, FINDING_WARNING, AREA, "LimitNPROC=infinity (systemctl edit forkchatd)",
                     "the unit allows its user %lld processes (LimitNPROC=)", (long long)processes);
    if (descriptors >= 0 && capacity_of_descriptors(descriptors, couriers) < clients)
        findings_add(findings, FINDING_WARNING, AREA, "LimitNOFILE=131072 (systemctl edit forkchatd)",
                     "the unit allows %lld descriptors (LimitNOFILE=): enough for %lld clients", (long long)descriptors,
                     (long long)capacity_of_descriptors(descriptors, couriers));
}

static void check_unit(struct findings *findings, const struct patient *patient)
{
    static char unit[16384];
    char value[4096];
    const char *const show[] = {"systemctl", "show", "forkchatd.service",
                                "--property=LoadState,TasksMax,LimitNPROC,LimitNOFILE,KillMode,User,DropInPaths,"
                                "NeedDaemonReload,FragmentPath,ActiveState,Result",
                                NULL};
    if (!output_of(show, unit, sizeof unit) || !is_set(unit, "LoadState", "loaded"))
        return;
    int before = findings->counts[FINDING_WARNING] + findings->counts[FINDING_FAULT];
    check_unit_limits(findings, patient, unit);
    if (!is_set(unit, "KillMode", "process") && !is_set(unit, "KillMode", "mixed"))
        findings_add(findings, FINDING_WARNING, AREA, "KillMode=process (systemctl edit forkchatd)",
                     "systemd ends all processes when the supervisor ends: nobody survives its death or restart");
    if (is_set(unit, "NeedDaemonReload", "yes"))
        findings_add(findings, FINDING_WARNING, AREA, "systemctl daemon-reload",
                     "the unit's files have changed since systemd read them");
    if (is_set(unit, "ActiveState", "failed") && output_value(unit, "Result", value, sizeof value))
        findings_add(findings, FINDING_FAULT, AREA, "journalctl -u forkchatd tells why", "the service failed: %s",
                     value);
    if (output_value(unit, "DropInPaths", value, sizeof value) && *value)
        findings_add(findings, FINDING_HINT, AREA, NULL, "drop-ins change the unit: %s", value);
    if (findings->counts[FINDING_WARNING] + findings->counts[FINDING_FAULT] == before)
        findings_add(findings, FINDING_OK, AREA, NULL, "forkchatd.service allows what is configured");
}

/* login.defs(5): users from this number on are people. */
#define FIRST_PERSON 1000

/* What systemd-logind removes when a person has logged out: logind.conf(5). */
static void check_removal(struct findings *findings, const struct patient *patient)
{
    static char text[65536];
    char value[100];
    const char *const logs_in[] = {"systemctl", "is-active", "systemd-logind.service", NULL};
    const char *const settings[] = {"systemd-analyze", "cat-config", "systemd/logind.conf", NULL};
    if (patient->as_root || geteuid() < FIRST_PERSON || !output_of(logs_in, text, sizeof text))
        return;
    bool told = output_of(settings, text, sizeof text) && output_value(text, "RemoveIPC", value, sizeof value);
    if (!told || strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 || strcmp(value, "1") == 0)
        findings_add(findings, FINDING_WARNING, AREA,
                     "run it as a system user; or RemoveIPC=no in /etc/systemd/logind.conf.d/forkchat.conf; or "
                     "loginctl enable-linger",
                     "the daemon's shared memory is removed when its user logs out (RemoveIPC= of logind.conf): who is "
                     "connected stays, but no supervisor finds them after a crash of all couriers");
}

void check_service(struct findings *findings, const struct patient *patient)
{
    check_unit(findings, patient);
    check_removal(findings, patient);
}
