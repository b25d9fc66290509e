/* The control socket. Opened and accepted from by the supervisor; desk_may is asked in the child, before it gives up
 * its privileges, because it reads group(5). */
#include "desk.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/port.h"
#include "base/text.h"

#define BACKLOG 64

static int listen_at(struct desk *desk, const struct sockaddr_un *address, const struct settings *settings)
{
    int fd = paths_listen(address, SOCK_STREAM, BACKLOG);
    if (fd < 0)
        return -1;
    const struct group *group = settings->group ? getgrnam(settings->group) : NULL;
    if (group) {
        desk->gid = group->gr_gid;
        desk->has_group = chown(address->sun_path, (uid_t)-1, group->gr_gid) == 0 &&
                          chmod(address->sun_path, 0660) == 0;
        if (!desk->has_group)
            log_warning("%s: cannot be given to the group %s: %s", address->sun_path, settings->group, strerror(errno));
    }
    return fd;
}

void desk_open(struct desk *desk, const struct settings *settings)
{
    struct sockaddr_un address;
    desk->listener = -1;
    desk->uid = geteuid();
    desk->has_group = false;
    if (paths_socket(settings->runtime_directory, PATHS_CONTROL, &address)) {
        log_warning("no control socket: the path of the runtime-directory is too long for one");
        return;
    }
    desk->listener = listen_at(desk, &address, settings);
    if (desk->listener < 0)
        log_warning("no control socket: %s: %s", address.sun_path, strerror(errno));
    else
        text_copy(desk->path, sizeof desk->path, address.sun_path);
}

int desk_accept(const struct desk *desk)
{
    return desk->listener < 0 ? -1 : port_accept(desk->listener, NULL, NULL);
}

int desk_seat(const struct desk *desk, bool operator)
{
    for (int i = operator ? 0 : DESK_OPERATORS; i < DESK_SEATS; i++)
        if (desk->pids[i] == 0)
            return i;
    return -1;
}

bool desk_has(const struct desk *desk, pid_t pid)
{
    for (int i = 0; i < DESK_SEATS; i++)
        if (pid != 0 && desk->pids[i] == pid)
            return true;
    return false;
}

void desk_leave(struct desk *desk, pid_t pid)
{
    for (int i = 0; i < DESK_SEATS; i++)
        if (desk->pids[i] == pid)
            desk->pids[i] = 0;
}

void desk_signal(const struct desk *desk, int signal)
{
    for (int i = 0; i < DESK_SEATS; i++)
        if (desk->pids[i])
            kill(desk->pids[i], signal);
}

void desk_close(struct desk *desk, bool remove)
{
    if (desk->listener >= 0)
        close(desk->listener);
    if (desk->listener >= 0 && remove)
        unlink(desk->path);
    desk->listener = -1;
}

static bool is_member(const struct desk *desk, const struct passwd *user, gid_t primary)
{
    if (!desk->has_group)
        return false;
    if (primary == desk->gid)
        return true;
    const struct group *group = getgrgid(desk->gid);
    for (char **name = group && user ? group->gr_mem : NULL; name && *name; name++)
        if (strcmp(*name, user->pw_name) == 0)
            return true;
    return false;
}

bool desk_may(const struct desk *desk, int socket, char who[80])
{
    uid_t uid;
    gid_t gid;
    if (port_peer(socket, &uid, &gid)) {
        snprintf(who, 80, "somebody");
        return true;
    }
    const struct passwd *user = getpwuid(uid);
    snprintf(who, 80, "%.60s", user ? user->pw_name : "");
    if (!user)
        snprintf(who, 80, "uid %ld", (long)uid);
    return uid == 0 || uid == desk->uid || is_member(desk, user, gid);
}
