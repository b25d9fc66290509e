/* Confinement. Prepared by the supervisor, done by workers, couriers and control children. Several walls, each for the
 * case that another has a hole or is not there: another user, an empty root, limits, and the sandbox.
 *
 * confine is the last thing a child does before it reads a byte that somebody else wrote. What it needs, it opens
 * before: the log, the time zone, the names of users; a handler of SIGSYS is set before as well. No child has a socket
 * for datagrams (inherited.c), so what children log goes to the supervisor (log_relay). */
#include "confine.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/port.h"

/* Workers and control children open nothing any more, but sockets on their way to a courier are counted as well. */
#define DESCRIPTORS 288

#define RENEW_NS SECOND

static int find_user(struct confinement *confinement, const struct settings *settings)
{
    const char *name = settings->user ? settings->user : "nobody";
    const struct passwd *user = getpwnam(name);
    if (!user) {
        log_error("user: there is no user \"%s\" on this system", name);
        return -1;
    }
    confinement->uid = user->pw_uid;
    confinement->gid = user->pw_gid;
    if (!settings->group)
        return 0;
    const struct group *group = getgrnam(settings->group);
    if (!group) {
        log_error("group: there is no group \"%s\" on this system", settings->group);
        return -1;
    }
    confinement->gid = group->gr_gid;
    return 0;
}

static int find_root(struct confinement *confinement, const struct settings *settings)
{
    if (settings->chroot && strcmp(settings->chroot, "off") == 0)
        return 0;
    char path[4096];
    if (settings->chroot)
        snprintf(path, sizeof path, "%s", settings->chroot);
    else
        snprintf(path, sizeof path, "%s/empty", settings->runtime_directory);
    const char *why;
    confinement->root = paths_open_directory(path, &why);
    if (confinement->root < 0)
        log_error("chroot: %s: %s", path, why);
    return confinement->root < 0 ? -1 : 0;
}

int confine_prepare(struct confinement *confinement, const struct settings *settings)
{
    *confinement =
        (struct confinement){.root = -1, .worker_memory = settings->worker_memory, .worker_cpu = settings->worker_cpu};
    if (!settings->sandbox)
        log_warning("the sandbox is off");
    else if (!sandbox_means())
        log_warning("there is no sandbox on this system: going on without");
    else
        confinement->sandbox = true;
    sandbox_prepare();
    if (geteuid() != 0)
        return 0;
    if (find_user(confinement, settings))
        return -1;
    confinement->drop = true;
    return find_root(confinement, settings);
}

/* Limits never rise. */
static void limit(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) || (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < most))
        return;
    limit.rlim_cur = limit.rlim_max = most;
    setrlimit(resource, &limit);
}

/* Not even what the sandbox cannot tell from what is needed. */
static void set_limits(const struct confinement *confinement, enum sandbox_role role)
{
    struct stat log;
    limit(RLIMIT_CORE, 0);
    port_forbid_processes();
    /* Else the log would end here. */
    bool writes = role == SANDBOX_KEEPER || role == SANDBOX_ARCHIVIST;
    if (!writes && fstat(STDERR_FILENO, &log) == 0 && !S_ISREG(log.st_mode))
        limit(RLIMIT_FSIZE, 0);
    if (role != SANDBOX_COURIER)
        limit(RLIMIT_NOFILE, DESCRIPTORS);
    if (role == SANDBOX_WORKER && confinement->worker_memory)
        port_limit_memory(confinement->worker_memory);
}

void confine_renew(const struct confinement *confinement)
{
    static int64_t renewed;
    static struct rlimit limit;
    int64_t now = clock_monotonic();
    struct timespec used;
    if (confinement->worker_cpu == 0 || (renewed && now - renewed < RENEW_NS))
        return;
    if (!renewed && getrlimit(RLIMIT_CPU, &limit))
        return;
    renewed = now;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used))
        return;
    /* The limit is in whole seconds; and another may have been used when it is renewed next. */
    limit.rlim_cur = (rlim_t)(used.tv_sec + confinement->worker_cpu + 2);
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_cur < limit.rlim_max)
        setrlimit(RLIMIT_CPU, &limit);
}

void confine(const struct confinement *confinement, enum sandbox_role role)
{
    if (port_random_keep())
        fatal(EX_OSERR, "there is no source of random numbers: %s", strerror(errno));
    if (confinement->root >= 0 && port_chroot(confinement->root))
        fatal(EX_OSERR, "chroot: %s", strerror(errno));
    if (confinement->root >= 0)
        close(confinement->root);
    if (confinement->drop && port_become(confinement->uid, confinement->gid))
        fatal(EX_OSERR, "cannot become user %ld: %s", (long)confinement->uid, strerror(errno));
    port_harden();
    set_limits(confinement, role);
    if (confinement->sandbox && sandbox_enter(role))
        fatal(EX_OSERR, "cannot enter the sandbox: %s", strerror(errno));
}
