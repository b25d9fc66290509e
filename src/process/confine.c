/* Confinement. Prepared by the supervisor, done by workers and couriers. */
#include "confine.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"

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

int confine_prepare(struct confinement *confinement, const struct settings *settings)
{
    *confinement = (struct confinement){0};
    if (geteuid() != 0)
        return 0;
    if (find_user(confinement, settings))
        return -1;
    confinement->drop = true;
    if (settings->chroot && strcmp(settings->chroot, "off") == 0)
        return 0;
    char path[4096];
    if (settings->chroot)
        snprintf(path, sizeof path, "%s", settings->chroot);
    else
        snprintf(path, sizeof path, "%s/empty", settings->runtime_directory);
    if (fd_make_directory(path, 0755)) {
        log_error("chroot: %s: %s", path, strerror(errno));
        return -1;
    }
    confinement->root = strdup(path);
    return confinement->root ? 0 : -1;
}

void confine(const struct confinement *confinement)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    port_harden();
    if (!confinement->drop)
        return;
    if (confinement->root && port_chroot(confinement->root))
        fatal(EX_OSERR, "chroot to %s: %s", confinement->root, strerror(errno));
    if (port_become(confinement->uid, confinement->gid))
        fatal(EX_OSERR, "cannot become user %ld: %s", (long)confinement->uid, strerror(errno));
}
