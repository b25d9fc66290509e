/* Limits of the system against max-clients, and the memory it is to have. */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/port.h"
#include "checks.h"
#include "conf/capacity.h"
#include "conf/settings.h"

#define AREA "limits"

void check_limits(struct findings *findings, const struct patient *patient)
{
    static struct capacity capacity;
    bool runs = patient->supervisor > 0;
    capacity_measure(&capacity, patient->settings, runs ? patient->supervisor : getpid(), runs);
    for (int i = 0; i < capacity.count; i++) {
        const struct capacity_limit *limit = &capacity.limits[i];
        if (limit->clients < capacity.configured)
            findings_add(findings, limit->clients ? FINDING_WARNING : FINDING_FAULT, AREA, limit->cure,
                         "%s: enough for %lld clients, and max-clients is %lld: %s", limit->name,
                         (long long)limit->clients, (long long)capacity.configured, limit->why);
    }
    if (capacity.clients >= capacity.configured)
        findings_add(findings, FINDING_OK, AREA, NULL, "max-clients is %lld; this host carries %lld (first limit: %s)",
                     (long long)capacity.configured, (long long)capacity.clients, capacity.first->name);
    int64_t tracked = port_sysctl("net.netfilter.nf_conntrack_max");
    if (tracked >= 0 && tracked < 2 * capacity.configured)
        findings_add(findings, FINDING_WARNING, AREA, "sysctl net.netfilter.nf_conntrack_max=262144",
                     "the firewall keeps track of %lld connections at most: it drops those beyond", (long long)tracked);
    if (!runs && patient->starts_here)
        findings_add(findings, FINDING_HINT, AREA, NULL,
                     "no daemon runs: the limits are those of this shell; a service has its own");
}

void check_memory(struct findings *findings, const struct patient *patient)
{
    struct statvfs shared;
    struct stat status;
    (void)patient;
    if (statvfs(PORT_SHARED_FOLDER, &shared)) {
        if (port_sysctl("kernel.pid_max") >= 0) /* a system that has such a folder */
            findings_add(findings, FINDING_FAULT, "memory",
                         "mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs " PORT_SHARED_FOLDER,
                         PORT_SHARED_FOLDER " is not there: there is no shared memory");
    } else if (shared.f_flag & ST_RDONLY || access(PORT_SHARED_FOLDER, W_OK)) {
        findings_add(findings, FINDING_FAULT, "memory", "mount -o remount,rw,mode=1777 " PORT_SHARED_FOLDER,
                     "this user may make nothing in " PORT_SHARED_FOLDER);
    } else if (stat(PORT_SHARED_FOLDER, &status) == 0 && status.st_mode & S_IWOTH && !(status.st_mode & S_ISVTX)) {
        findings_add(findings, FINDING_WARNING, "memory", "chmod 1777 " PORT_SHARED_FOLDER,
                     "anybody may remove the daemon's files in " PORT_SHARED_FOLDER);
    } else {
        findings_add(findings, FINDING_OK, "memory", NULL, PORT_SHARED_FOLDER " has %llu MiB, %llu free",
                     (unsigned long long)shared.f_blocks * shared.f_frsize >> 20,
                     (unsigned long long)shared.f_bavail * shared.f_frsize >> 20);
    }
    if (port_sysctl("vm.overcommit_memory") == 2)
        findings_add(
            findings, FINDING_HINT, "memory", "sysctl vm.overcommit_memory=0, or enough swap",
            "the system promises no memory that it does not have: a fork may be refused before memory is full");
}
